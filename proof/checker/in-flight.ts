/**
 * Messages in flight at a fault whose outcome nobody can know: their own sender was killed or frozen between its claim
 * and the answer, or the way to Messenger broke. What happens to a server, or to the way there, excuses nothing: the sender lives and knows what it has
 * posted, and what answered.
 */
import type { Evidence, Fault, InFlight } from './evidence.js';

/** What a dead process had sent to Postgres may arrive, and be seen, so much later (ms): a network holds it back. */
const LATE_MS = 10_000;
/** A frozen process claims nothing; what it had asked for just then may be claimed so much after its thaw (ms). */
const AFTER_THAW_MS = 1_000;

function strikes({ target, kind, from, to }: Fault, one: InFlight): boolean {
  const { worker, worker_since, claimed_at, seen_at } = one;
  const end = to ?? Infinity;
  // Where the way to Messenger breaks, what was on it is in doubt, whoever had sent it.
  if (target === 'proxy:messenger') return seen_at >= from && claimed_at <= end && seen_at <= end + LATE_MS;
  if (target !== worker || worker_since === null || worker_since >= from) return false;
  if (seen_at < from || seen_at > end + LATE_MS) return false;
  return kind === 'kill' || (kind === 'stop' && claimed_at <= end + AFTER_THAW_MS);
}

/** All of a run; one that was seen at several faults comes several times. */
export const struckInFlight = ({ faults }: Pick<Evidence, 'faults'>): InFlight[] =>
  faults.flatMap(({ in_flight }) => in_flight.filter((one) => faults.some((fault) => strikes(fault, one))));
