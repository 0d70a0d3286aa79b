/** What time alone brings about: expiry, overdue answers, the rest of a closed signal's line. */
import type { Emitter } from '@beckon/kafka';
import { suppressExpired, withdrawOfClosed } from '../outbound/endings-store.js';
import { askAgain } from '../outbound/reservations-store.js';

/** Alerts of one step: a transaction and its outbox row stay small. */
const STEP = 1_000;
/** How far back closed signals are looked at; each round ends what it finds, so this only has to outlast an outage. */
const CLOSED_WITHIN_MS = 3_600_000;

/** Ends, a step at a time, what waits for closed signals or past its expiry; true if there may be more. */
export async function endWhatIsOver(emitter: Pick<Emitter, 'transaction'>, now: number): Promise<boolean> {
  const withdrawn = await emitter.transaction((tx) => withdrawOfClosed(tx, now - CLOSED_WITHIN_MS, STEP, now));
  const expired = await emitter.transaction((tx) => suppressExpired(tx, STEP, now));
  return withdrawn === STEP || expired === STEP;
}

/** Asks again for overdue answers; true if there may be more. */
export async function askForAnswers(emitter: Pick<Emitter, 'transaction'>, now: number): Promise<boolean> {
  return (await emitter.transaction((tx) => askAgain(tx, STEP, now))) === STEP;
}
