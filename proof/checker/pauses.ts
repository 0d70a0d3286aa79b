/**
 * The one lateness that no design can forbid: a process is frozen after the gate let a message pass and before its
 * bytes left, and sends it when it is thawed. It is excused only where the fault timeline shows the freeze.
 */
import type { Fault } from './evidence.js';

/** Bytes that were held back leave within this time after the thaw, in milliseconds. */
const AFTER_THAW_MS = 2_000;
/** The driver notes a thaw a moment after it happened. */
const NOTED_LATE_MS = 100;

/** Who sends: delivery, or the naive peer in its place. */
const SENDER = /^(delivery|naive)-/;

/** The freeze of a sending process that ended just before `at`, if there is one. */
export function thawedBefore(faults: readonly Fault[], at: number): Fault | undefined {
  return faults.find(
    ({ target, kind, from, to }) =>
      SENDER.test(target) &&
      kind === 'stop' &&
      to !== null &&
      from < at &&
      at >= to - NOTED_LATE_MS &&
      at <= to + AFTER_THAW_MS,
  );
}
