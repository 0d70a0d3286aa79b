/**
 * **at_night**: an alert accepted within the quiet hours of its shop, as the clock on the wall of the shop's zone shows
 * them. A message that left in time is on the wire for a moment. Excused, and counted as **late_by_pause**, if its sender
 * was frozen since before they began. That what waited is told afterwards is the matter of *lost*.
 */
import { alertsOf } from '../alerts.js';
import type { Evidence, QuietHours, Violation } from '../evidence.js';
import { thawedBefore } from '../pauses.js';

/** From the last look at the clock to the acceptance, in milliseconds. */
const ON_THE_WIRE_MS = 1_000;
const MINUTE_MS = 60_000;

/** Minutes after midnight that a clock in the zone shows. */
function clockIn(zone: string, at: number): number {
  const shown = new Date(at).toLocaleTimeString('en-GB', { timeZone: zone, hour: '2-digit', minute: '2-digit' });
  return minutesOf(shown);
}

const minutesOf = (clock: string): number => 60 * Number(clock.slice(0, 2)) + Number(clock.slice(3, 5));

function isNight({ from, to, zone }: QuietHours, at: number): boolean {
  const [clock, begin, end] = [clockIn(zone, at), minutesOf(from), minutesOf(to)];
  return begin <= end ? begin <= clock && clock < end : clock >= begin || clock < end;
}

/** The beginning of the quiet hours that `at` lies in. */
function beginOf(hours: QuietHours, at: number): number {
  let minute = Math.floor(at / MINUTE_MS) * MINUTE_MS;
  while (isNight(hours, minute - MINUTE_MS)) minute -= MINUTE_MS;
  return minute;
}

/** See above. */
export function atNight({ inputs, ledger, faults }: Evidence): Violation[] {
  const shopOf = new Map(inputs.people.map((p) => [p.psid, p.shop]));
  return alertsOf(ledger).flatMap((alert) =>
    inputs.quiet_hours.flatMap((hours): Violation[] => {
      const { psid, sku, accepted_at: at, alert_id } = alert;
      if (hours.shop !== shopOf.get(psid) || at < hours.since || !isNight(hours, at)) return [];
      const began = Math.max(hours.since, beginOf(hours, at));
      if (at - began <= ON_THE_WIRE_MS) return [];
      const freeze = thawedBefore(faults, alert);
      const row = freeze && freeze.from <= began ? 'late_by_pause' : 'at_night';
      return [{ row, at, what: `${alert_id} came ${at - began} ms after the night began`, psid, sku }];
    }),
  );
}
