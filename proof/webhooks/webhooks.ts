/** `npm run proof -- webhooks`: what is not signed is never taken; what is, is never lost nor done twice. */
import { messengerEvents, topicName } from '@beckon/contracts';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Chance } from '../chance.js';
import type { Run } from '../run.js';
import { quietShop, startServiceBed, type ServiceBed } from '../world/service-bed.js';
import { PREFIX } from '../world/world.js';
import { judgeWebhooks, type Evidence } from './judge.js';
import { playOutage } from './outage.js';
import { sendMutants } from './send-mutants.js';

export interface WebhooksOptions {
  readonly mutants: number;
  /** How long Kafka is away, and how long people write before and after, milliseconds. */
  readonly awayMs: number;
  readonly calmMs: number;
}

/** Runs it all. @returns the exit code: 0 right, 1 wrong, 2 ended before there was anything to judge */
export async function webhooks(run: Run, o: WebhooksOptions): Promise<number> {
  const { screen, signal, seed } = run;
  screen.say(`seed ${seed}; files: ${run.folder}`);
  const shop = { ...quietShop('shop-1', 0), pacePerSecond: 100 };
  const bed = await startServiceBed(run, [shop], ['sandbox', 'optin-1', 'optin-2', 'delivery-1']).catch(
    (error: unknown) => {
      if (!signal.aborted) throw error;
      screen.say('ended before anything was sent');
      return undefined;
    },
  );
  if (!bed) return 2;
  let evidence: Evidence = {
    wantedMutants: o.mutants,
    mutants: undefined,
    loggedAfterMutants: undefined,
    outage: undefined,
  };
  try {
    evidence = { ...evidence, ...(await playMutants(bed, run, o.mutants)) };
    screen.say(`${evidence.mutants?.mutants} mutants, ${evidence.mutants?.acceptedCount} accepted`);
    if (!signal.aborted) evidence = { ...evidence, outage: await playOutage(bed, run, o) };
  } catch (error) {
    if (!signal.aborted) throw error;
    screen.say('interrupted: what happened so far is judged');
  } finally {
    await bed.stop();
  }
  writeFileSync(join(run.folder, 'webhooks.json'), JSON.stringify(evidence));
  const { lines, kept } = judgeWebhooks(evidence);
  for (const line of ['', ...lines, '', kept ? '   kept' : '   NOT KEPT']) screen.print(line);
  return kept ? 0 : 1;
}

async function playMutants(
  bed: ServiceBed,
  { screen, signal, seed }: Run,
  count: number,
): Promise<Pick<Evidence, 'mutants' | 'loggedAfterMutants'>> {
  const { page, app_secret: secret } = bed.accounts[0]!;
  const before = await written(bed);
  let sent = 0;
  const end = screen.follow(() => `${sent} of ${count} mutants sent`);
  try {
    const url = `${bed.optinUrl}/webhooks/messenger`;
    const mutants = await sendMutants({
      ...{ url, page, secret, count, chance: new Chance(seed), signal },
      onSent: (n) => (sent = n),
    });
    // What was taken was written before it was answered; nothing else writes here.
    return { mutants, loggedAfterMutants: (await written(bed)) - before };
  } finally {
    end();
  }
}

/** How many records of the log were ever written. */
async function written(bed: ServiceBed): Promise<number> {
  const ends = await bed.admin.fetchTopicOffsets(topicName(PREFIX, messengerEvents));
  return ends.reduce((n, { high }) => n + Number(high), 0);
}
