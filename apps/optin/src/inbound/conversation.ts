import { decisionId, decisions } from '@beckon/contracts';
import type { Offer } from '@beckon/contracts';
import type { EmittingTransaction } from '@beckon/kafka';
import type { ShopInForce } from '@beckon/settings';
import { Injectable } from '@nestjs/common';
import type { Erasure } from '../domain/erasure.js';
import { foldKnown } from '../domain/fold-known.js';
import type { Known } from '../domain/fold-known.js';
import { runningOut } from '../domain/again.js';
import { fittingProducts } from '../domain/fitting-products.js';
import type { Choice, Note } from '../domain/outcome.js';
import { activeOf } from '../domain/person.js';
import type { Person, SubState } from '../domain/person.js';
import type { PersonEvent } from '../domain/person-event.js';
import { asksForList, readIntent, subNamedBy } from '../domain/read-intent.js';
import { readRequest } from '../domain/read-request.js';
import { withTier } from '../domain/tier.js';
import { optinMetrics } from '../metrics.js';
import { OfferCopies } from '../outbound/offer-copies.js';
import { OptinKeys } from '../outbound/optin-keys.js';
import { People } from '../outbound/people.js';
import { ProfilesWanted } from '../outbound/profiles-wanted.js';
import { SeenEvents } from '../outbound/seen-events.js';
import { Tiers } from '../outbound/tiers.js';
import { Erasing } from './erasing.js';
import { Replies, factsOf } from './replies.js';

/** What one person did on one Page, with whose Page it is. */
export interface Arrival {
  readonly shop: ShopInForce;
  readonly page: string;
  readonly mayAsk: boolean;
  readonly notifications: boolean;
  readonly psid: string;
  /** Tells whether the person was erased; see person-mark.ts. */
  readonly mark: string;
  readonly event: PersonEvent;
}

/** With the id of the shopper that the person is at the beginning of the chunk. */
type Arrived = Arrival & { readonly shopperId: string };

/** Buttons older than this name nothing any more, in milliseconds: one year. */
const NAMED_FOR_MS = 365 * 86_400_000;

/** Turns what people did into their new state, replies and decisions, in the transaction of the caller. */
@Injectable()
export class Conversation {
  constructor(
    private readonly people: People,
    private readonly seen: SeenEvents,
    private readonly offers: OfferCopies,
    private readonly keys: OptinKeys,
    private readonly replies: Replies,
    private readonly profiles: ProfilesWanted,
    private readonly erasing: Erasing,
    private readonly tiers: Tiers,
  ) {}

  /** @param erasures of the people who have been erased before, by mark. */
  async hold(
    tx: EmittingTransaction,
    arrivals: readonly Arrival[],
    erasures: ReadonlyMap<string, Erasure>,
    now: number,
  ): Promise<void> {
    const fresh = await this.notSeen(tx, arrivals, now);
    if (fresh.length === 0) return;
    const idOf = (a: Arrival): string => this.keys.shopperId(a.page, a.psid, erasures.get(a.mark)?.generation ?? 0);
    const ids = new Map(fresh.map((a) => [a.mark, idOf(a)]));
    const before = await this.people.lock(tx, [...ids.values()], now);
    await this.erasing.expectNone(
      tx,
      [...ids.values()].filter((id) => !before.has(id)),
    );
    const arrived = fresh.map((a) => ({ ...a, shopperId: ids.get(a.mark) ?? '' }));
    const named = await this.namedIn(tx, arrived, now);
    const offers = await this.offersOf(tx, arrived, [...before.values()], named, now);
    const known = new Map<string, Known>();
    for (const arrival of arrived) {
      const { event, shop, mark, shopperId } = arrival;
      const so: Known = known.get(mark) ?? { erasure: erasures.get(mark), person: before.get(shopperId) };
      const facts = {
        ...factsOf(shop.settings, offers, now, so.person?.shopper.locale ?? null),
        mayAsk: arrival.mayAsk,
        notifications: arrival.notifications,
        found: await this.productsIn(tx, arrival),
        named: (id: string) => named.find((s) => s.sub_id === id && s.shopper_id === so.person?.shopper.shopper_id),
      };
      const after = foldKnown(so, event, facts, this.erasing.namingOf(arrival));
      known.set(mark, after.known);
      if (after.forgotten) {
        await this.erasing.write(tx, after.forgotten, { by: 'chat', at: event.at });
        const { heir } = after.forgotten;
        if (heir) before.set(heir.shopper.shopper_id, heir);
      }
      if (after.known.erasure && after.known.erasure !== so.erasure)
        await this.erasing.remember(tx, mark, after.known.erasure);
      if (!after.outcome) continue;
      this.replies.ask(tx, after.outcome, { shop, cause: event.key, now });
      publishNotes(tx, after.outcome, { shop, subject: `${arrival.page}:${event.key}`, now });
    }
    const folded = [...known.values()].flatMap(({ person }) => person ?? []);
    await this.people.save(
      tx,
      (await this.withTiers(tx, folded, before, now)).map((person) => ({
        before: before.get(person.shopper.shopper_id),
        after: person,
      })),
    );
    await this.profiles.note(tx, strangersIn(arrived, known, before), now);
  }

  /** Whoever became known by an id of their shop's own just now has the tier that the shop gave to it. */
  private async withTiers(
    tx: EmittingTransaction,
    people: readonly Person[],
    before: ReadonlyMap<string, Person>,
    now: number,
  ): Promise<Person[]> {
    const linked = new Map<string, Set<string>>();
    for (const { shopper } of people) {
      const { shop, external_id } = shopper;
      if (external_id === null || external_id === before.get(shopper.shopper_id)?.shopper.external_id) continue;
      linked.set(shop, (linked.get(shop) ?? new Set<string>()).add(external_id));
    }
    const tiers = new Map<string, ReadonlyMap<string, string>>();
    for (const [shop, ids] of [...linked].sort()) tiers.set(shop, await this.tiers.ofLinked(tx, shop, [...ids]));
    return people.map((person) => {
      const { shop, external_id } = person.shopper;
      if (external_id === null || !linked.get(shop)?.has(external_id)) return person;
      return withTier(person, tiers.get(shop)?.get(external_id) ?? null, now);
    });
  }

  /** Events that were not handled before, each once, in the order in which they happened. */
  private async notSeen(tx: EmittingTransaction, arrivals: readonly Arrival[], now: number): Promise<Arrival[]> {
    const keyOf = (a: Arrival): string => `${a.page}:${a.event.key}`;
    const claimed = await this.seen.claim(tx, arrivals.map(keyOf), now);
    const fresh = arrivals.filter((a) => claimed.delete(keyOf(a)));
    if (fresh.length < arrivals.length) optinMetrics.duplicates.add(arrivals.length - fresh.length);
    return fresh.sort((a, b) => a.event.at - b.event.at);
  }

  /** The subscriptions that tapped buttons name. */
  private namedIn(tx: EmittingTransaction, arrivals: readonly Arrived[], now: number): Promise<SubState[]> {
    const wanted = arrivals.flatMap(({ shopperId, event }) => {
      const subId = subNamedBy(event);
      return subId === null ? [] : [{ shopperId, subId }];
    });
    return this.people.named(tx, wanted, now - NAMED_FOR_MS);
  }

  /**
   * The offers that the answers can speak of: what is wished for or chosen now, asked about, listed, offered anew, or
   * named by buttons.
   */
  private async offersOf(
    tx: EmittingTransaction,
    arrivals: readonly Arrived[],
    people: readonly Person[],
    named: readonly SubState[],
    now: number,
  ): Promise<Offer[]> {
    const listing = new Set(arrivals.filter((a) => asksForList(a.event)).map((a) => a.shopperId));
    return this.offers.findFor(tx, [
      ...arrivals.flatMap(({ event }) => [event.wish ?? [], ('choice' in event && event.choice) || []].flat()),
      ...people.flatMap((p) => p.shopper.pending?.wish ?? []),
      ...people.flatMap((p) => (listing.has(p.shopper.shopper_id) ? activeOf(p) : [])),
      ...people.flatMap((p) => [...p.shopper.again_due, ...runningOut(p, now)]),
      ...named,
    ]);
  }

  /** The products that a free text may mean. */
  private async productsIn(tx: EmittingTransaction, { event, shop }: Arrival): Promise<Choice[]> {
    const intent = readIntent(event, shop.settings.bot.stop_words);
    if (intent.want !== 'words') return [];
    const request = readRequest(intent.text);
    return fittingProducts(shop.shop, request, await this.offers.named(tx, shop.shop, request.words));
  }
}

/** People who were not known before, of shops that want their profiles read. */
function strangersIn(
  arrivals: readonly Arrival[],
  after: ReadonlyMap<string, Known>,
  before: ReadonlyMap<string, Person>,
): { shopper_id: string; page: string }[] {
  const asking = new Set(arrivals.filter((a) => a.shop.settings.bot.read_profile).map((a) => a.mark));
  return [...after].flatMap(([mark, { person }]) => {
    if (person === undefined || !asking.has(mark)) return [];
    const { shopper_id, page } = person.shopper;
    return before.has(shopper_id) ? [] : [{ shopper_id, page }];
  });
}

/** Writes the lines of a shopper's story. `subject` names the cause, so that the lines of one cause keep their ids. */
export function publishNotes(
  tx: EmittingTransaction,
  { person: { shopper }, notes }: { person: Person; notes: readonly Note[] },
  o: { shop: Pick<ShopInForce, 'shop' | 'rev'>; subject: string; now: number },
): void {
  notes.forEach((note, seq) => {
    const id = decisionId(o.subject, 'optin', seq);
    tx.emit(
      decisions,
      shopper.shopper_id,
      {
        decision_id: id,
        alert_id: null,
        stage: 'optin',
        seq,
        verdict: note.verdict,
        reason: note.reason,
        terminal: false,
        shop: o.shop.shop,
        page: shopper.page,
        shopper_id: shopper.shopper_id,
        sub_id: note.sub?.sub_id ?? null,
        signal_id: null,
        product: note.sub?.product ?? null,
        sku: note.sub?.sku ?? null,
        kind: note.sub?.kind ?? null,
        detail: note.detail ?? null,
        settings_rev: o.shop.rev,
        at: o.now,
      },
      { id },
    );
    optinMetrics.notes.add(1, { verdict: note.verdict });
  });
}
