/**
 * Quiet hours on a wall clock: an instant is quiet if and only if the clock on the wall then shows a time from `from`
 * (inclusive) to `to` (exclusive); they may pass midnight. So on the day the clock is put forward the night is an hour
 * shorter, and where it is put back within the night, both of the repeated hours are judged by what the clock shows.
 */
import { clockChange, isZone, wallTime } from './zone-clock.js';

/** Times of day such as "21:00". Equal times mean no quiet hours. */
export interface QuietHours {
  readonly from: string;
  readonly to: string;
}

const DAY = 86_400_000;

const timeOfDay = (text: string): number => Number(text.slice(0, 2)) * 3_600_000 + Number(text.slice(3, 5)) * 60_000;

const within = (wall: number, from: number, to: number): boolean =>
  from <= to ? wall >= from && wall < to : wall >= from || wall < to;

/** Whether an instant (ms) is quiet in a zone. */
export function isQuiet(instant: number, zone: string, quiet: QuietHours): boolean {
  return within(wallTime(instant, zone), timeOfDay(quiet.from), timeOfDay(quiet.to));
}

/** The first instant (ms) at or after this one that is not quiet. */
export const nextAllowed = (instant: number, zone: string, quiet: QuietHours): number =>
  quiet.from === quiet.to ? instant : firstWith(false, instant, zone, quiet);

/** The first instant (ms) at or after this one that is quiet; undefined if there are no quiet hours. */
export const nextQuiet = (instant: number, zone: string, quiet: QuietHours): number | undefined =>
  quiet.from === quiet.to ? undefined : firstWith(true, instant, zone, quiet);

function firstWith(wanted: boolean, instant: number, zone: string, quiet: QuietHours): number {
  const from = timeOfDay(quiet.from);
  const to = timeOfDay(quiet.to);
  let at = instant;
  // Each turn ends at the boundary or at a change of the clock; a zone changes its clock a few times a year.
  for (let turn = 0; turn < 8; turn += 1) {
    const wall = wallTime(at, zone);
    if (within(wall, from, to) === wanted) return at;
    const boundary = at + (((((wanted ? from : to) - wall) % DAY) + DAY) % DAY);
    const change = clockChange(at, boundary, zone);
    if (change === undefined) return boundary;
    at = change;
  }
  throw new RangeError(`the clock of ${zone} changes too often to find quiet hours`);
}

/** The shopper's zone if it is a known one, else the shop's. */
export const zoneFor = (shopperZone: string | null, shopZone: string): string =>
  shopperZone !== null && isZone(shopperZone) ? shopperZone : shopZone;
