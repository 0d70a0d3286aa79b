/**
 * The one lateness that no design can forbid: a process is frozen after the gate let a message pass and before its
 * bytes left, and sends it when it is thawed. It is excused only where the fault timeline shows the freeze of the very
 * process that had claimed the message.
 */
import type { Alert } from './alerts.js';
import type { Fault } from './evidence.js';

/** Bytes that were held back leave within this time after the thaw, in milliseconds. */
const AFTER_THAW_MS = 2_000;
/** The driver notes a thaw a moment after it happened. */
const NOTED_LATE_MS = 100;

/** The freeze of a sending process that held this alert and ended just before `at`, if there is one. */
export function thawedBefore(
  faults: readonly Fault[],
  { alert_id, accepted_at: at }: Pick<Alert, 'alert_id' | 'accepted_at'>,
): Fault | undefined {
  return faults.find(
    ({ target, kind, from, to, in_flight }) =>
      kind === 'stop' &&
      to !== null &&
      from < at &&
      at >= to - NOTED_LATE_MS &&
      at <= to + AFTER_THAW_MS &&
      in_flight.some((one) => one.id === alert_id && one.worker === target && one.claimed_at <= from),
  );
}
