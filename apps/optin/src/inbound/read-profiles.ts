import type { EmittingTransaction, Emitter } from '@beckon/kafka';
import { GraphFault, GraphPage, findErrorRow } from '@beckon/messenger';
import type { GraphPlace } from '@beckon/messenger';
import { Loop, SecretMissing, resolveSecret, superviseLoop } from '@beckon/service';
import type { Environment, ServiceDeps } from '@beckon/service';
import { ShopDirectory } from '@beckon/settings';
import type { DataSource } from 'typeorm';
import { PROFILE_FIELDS, withProfile } from '../domain/profile.js';
import { optinMetrics } from '../metrics.js';
import { OptinKeys } from '../outbound/optin-keys.js';
import { People } from '../outbound/people.js';
import { ProfilesWanted } from '../outbound/profiles-wanted.js';
import type { WantedProfile } from '../outbound/profiles-wanted.js';

/** People of one step, asked about at the same time. */
const STEP = 10;
const EVERY_MS = 2_000;
/** Longer than a step takes: another worker may only then ask again. */
const LEASE_MS = 120_000;
const ANSWER_MS = 10_000;
/** A Page that has asked too much rests so long. */
const REST_MS = 600_000;
/** A profile is a courtesy: after so many tries it is left at that. */
const TRIES = 4;

/** What came of one question. `later`: trouble that may pass; `rest`: the Page must slow down; `never`: no answer will come. */
type Answer =
  | { readonly type: 'profile'; readonly profile: Record<string, unknown> }
  | { readonly type: 'never' | 'later' | 'rest' };

/** Asks Messenger once for language and time zone of new people. Whatever goes wrong here, nobody waits for it. */
export class ReadProfiles {
  constructor(
    private readonly o: {
      readonly wanted: ProfilesWanted;
      readonly people: People;
      readonly keys: OptinKeys;
      readonly directory: ShopDirectory;
      readonly dataSource: DataSource;
      readonly emitter: Pick<Emitter, 'transaction'>;
      readonly graph: GraphPlace;
      readonly env?: Environment;
    },
  ) {}

  /** One step; true if there may be more. */
  async step(now: number): Promise<boolean> {
    const { wanted, dataSource } = this.o;
    const due = await wanted.lease(dataSource, now, STEP, LEASE_MS);
    const answers = await Promise.all(due.map(async (one) => ({ one, answer: await this.ask(one) })));
    for (const { answer } of answers) optinMetrics.profiles.add(1, { outcome: answer.type });
    const read = answers.flatMap(({ one, answer }) => (answer.type === 'profile' ? [{ one, answer }] : []));
    if (read.length > 0)
      await this.o.emitter.transaction((tx) =>
        this.fill(tx, new Map(read.map(({ one, answer }) => [one.shopper_id, answer.profile])), now),
      );
    const over = answers.filter(({ one, answer }) => answer.type === 'never' || one.tries >= TRIES);
    await wanted.forget(
      dataSource,
      over.map(({ one }) => one.shopper_id),
    );
    const resting = new Set(answers.flatMap(({ one, answer }) => (answer.type === 'rest' ? [one.page] : [])));
    for (const page of resting) await wanted.rest(dataSource, page, now + REST_MS);
    return due.length === STEP;
  }

  private async fill(
    tx: EmittingTransaction,
    profiles: ReadonlyMap<string, Record<string, unknown>>,
    now: number,
  ): Promise<void> {
    const { people, wanted, directory } = this.o;
    const known = await people.lock(tx, [...profiles.keys()], now);
    const changes = [...known].map(([id, before]) => {
      const shopZone = directory.get(before.shopper.shop)?.settings.zone ?? 'UTC';
      return { before, after: withProfile(before, profiles.get(id) ?? {}, { shopZone, now }) };
    });
    await people.save(tx, changes);
    await wanted.forget(tx, [...profiles.keys()]);
  }

  private async ask({ page, psid_sealed }: WantedProfile): Promise<Answer> {
    const known = this.o.directory.byPage(page);
    if (psid_sealed === null || !known?.shop.settings.bot.read_profile) return { type: 'never' };
    try {
      const accessToken = resolveSecret(known.page.access_token, this.o.env);
      const person = new GraphPage({
        ...this.o.graph,
        ...{ page: this.o.keys.open(psid_sealed), accessToken, timeoutMs: ANSWER_MS },
      });
      return { type: 'profile', profile: await person.get(undefined, { fields: PROFILE_FIELDS }) };
    } catch (error) {
      if (error instanceof GraphFault) return { type: meaningOf(error) };
      if (error instanceof SecretMissing) return { type: 'rest' };
      return { type: 'never' }; // sealed with a key that is gone
    }
  }
}

/** Limits make the Page rest, and so does a token that died; what Graph refuses else, it refuses for good. */
function meaningOf({ status, code, subcode }: GraphFault): 'never' | 'later' | 'rest' {
  if (code === undefined) return status >= 400 && status < 500 ? 'never' : 'later';
  const row = findErrorRow(code, subcode ?? null, 'psid');
  if (row === undefined || row.proof === 'unknown') return 'later';
  return row.action === 'throttle' || row.reason === 'access_token_dead' ? 'rest' : 'never';
}

/** Starts the loop that reads profiles. */
export function readProfiles(
  profiles: ReadProfiles,
  deps: Pick<ServiceDeps, 'clock' | 'log' | 'health' | 'shutdown'>,
): Loop {
  const tick = (): Promise<boolean> => profiles.step(deps.clock.now());
  return superviseLoop(new Loop({ name: 'read profiles', idleMs: EVERY_MS, tick, log: deps.log }), deps);
}
