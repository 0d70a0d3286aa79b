/** Places in Redis that no row in Postgres stands behind. */
import type { Entry } from './windows.js';

/**
 * A reservation this old (ms) whose transaction has not committed never will: a round gives up long before (see
 * `LONGEST_ROUND_MS`), and clocks of workers differ by less than the rest.
 */
export const ORPHAN_AFTER_MS = 60_000;
/** A round that has not written what it reserved after this long (ms) gives up instead. */
export const LONGEST_ROUND_MS = 15_000;

/** Reservations among a shopper's entries old enough to be looked into. */
export const oldReservations = (entries: readonly Entry[], now: number): Entry[] =>
  entries.filter((e) => e.state === 'reserved' && e.at < now - ORPHAN_AFTER_MS);

/**
 * What Redis must be told of an old reservation: nothing (undefined) if its row is reserved under the same number; the
 * stamp if the row has one; else that the place is free.
 * @param rows the rows of the same alert that hold a place; `stamped_at` null means reserved
 */
export function truthOf(
  entry: Entry,
  rows: readonly { readonly admission_no: number; readonly stamped_at: number | null }[],
): { readonly stampedAt: number | null } | undefined {
  const stamped = rows.find((r) => r.stamped_at !== null);
  if (stamped) return { stampedAt: stamped.stamped_at };
  return rows.some((r) => r.admission_no === entry.no) ? undefined : { stampedAt: null };
}
