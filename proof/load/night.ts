/** One shop has quiet hours, chosen by the clock of the run so that they begin and end within it. Pure. */
import type { QuietHours } from '../checker/evidence.js';

/** A zone whose clocks differ from others by a part of an hour, so that nobody's clock is right by chance. */
export const NIGHT_ZONE = 'Asia/Kathmandu';
/** Settings get known before the night begins, and some of the load is over by then, in milliseconds. */
const SOONEST_MS = 10_000;
const MINUTE_MS = 60_000;

/** Quiet hours of one minute, from the first full minute that is at least ten seconds away. */
export function nightOf(shop: string, now: number): Omit<QuietHours, 'since'> {
  const begin = Math.ceil((now + SOONEST_MS) / MINUTE_MS) * MINUTE_MS;
  const clock = (at: number): string =>
    new Date(at).toLocaleTimeString('en-GB', { timeZone: NIGHT_ZONE, hour: '2-digit', minute: '2-digit' });
  return { shop, zone: NIGHT_ZONE, from: clock(begin), to: clock(begin + MINUTE_MS) };
}
