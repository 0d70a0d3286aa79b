/** How many more alerts of a Page may be admitted now. */

/** An admission lives at most this long: what throttling knew must not be older when the message leaves (promise 4). */
export const ADMISSION_MS = 10_000;
/** Unanswered this long after `send_by`, a reservation leaves the in-flight count and is asked for again. */
export const ANSWER_GRACE_MS = 5_000;
/** A Page has this much of its pace in flight: enough to keep it busy, little enough to go stale. */
const IN_FLIGHT_SECONDS = 5;

/** Most alerts that a Page may have in flight at a pace (messages per second); at least one. */
export const inFlightLimit = (pacePerSecond: number): number =>
  Math.max(1, Math.floor(IN_FLIGHT_SECONDS * pacePerSecond));

/**
 * Free places of a Page.
 * @param inFlight reservations whose answer is not overdue
 * @param overdue reservations whose answer is: a few do not stop a Page; as many as the limit mean that nobody answers
 */
export function freePlaces(pacePerSecond: number, inFlight: number, overdue: number): number {
  const limit = inFlightLimit(pacePerSecond);
  return overdue >= limit ? 0 : Math.max(0, limit - inFlight);
}
