/** Wall clocks of IANA time zones, by `Intl` alone (its data comes with Node and knows every rule change). */

const MINUTE = 60_000;
const QUARTER = 15 * MINUTE;
const formats = new Map<string, Intl.DateTimeFormat | null>();

function formatOf(zone: string): Intl.DateTimeFormat | null {
  let format = formats.get(zone);
  if (format === undefined) {
    try {
      format = new Intl.DateTimeFormat('en-US', {
        timeZone: zone,
        calendar: 'gregory',
        hourCycle: 'h23',
        era: 'short',
        year: 'numeric',
        month: 'numeric',
        day: 'numeric',
        hour: 'numeric',
        minute: 'numeric',
        second: 'numeric',
      });
    } catch {
      format = null;
    }
    formats.set(zone, format);
  }
  return format;
}

/** Whether this Node knows the zone. */
export const isZone = (zone: string): boolean => formatOf(zone) !== null;

/** Recent answers of {@link offsetAt}. Offsets change on quarter hours only, so one answer serves fifteen minutes. */
let offsets = new Map<string, number>();
const REMEMBERED = 20_000;

/** What the zone's wall clock is ahead of UTC at an instant, in milliseconds. Throws a RangeError for an unknown zone. */
export function offsetAt(instant: number, zone: string): number {
  const quarter = Math.floor(instant / QUARTER) * QUARTER;
  const key = `${zone} ${quarter}`;
  const known = offsets.get(key);
  if (known !== undefined) return known;
  const format = formatOf(zone);
  if (!format) throw new RangeError(`unknown time zone ${JSON.stringify(zone)}`);
  const part: Record<string, number> = {};
  for (const { type, value } of format.formatToParts(quarter)) part[type] = Number(value);
  const wall = Date.UTC(part['year']!, part['month']! - 1, part['day'], part['hour'], part['minute'], part['second']);
  const offset = wall - quarter;
  if (offsets.size >= REMEMBERED) offsets = new Map();
  offsets.set(key, offset);
  return offset;
}

/** Milliseconds since midnight on the zone's wall clock. */
export function wallTime(instant: number, zone: string): number {
  const DAY = 86_400_000;
  return (((instant + offsetAt(instant, zone)) % DAY) + DAY) % DAY;
}

/**
 * The instant after `from`, and not after `to`, at which the zone's clock is put forward or back; undefined if it is
 * not. For spans of a day, in which no zone changes twice.
 */
export function clockChange(from: number, to: number, zone: string): number | undefined {
  const before = offsetAt(from, zone);
  if (offsetAt(to, zone) === before) return undefined;
  let low = Math.floor(from / QUARTER);
  let high = Math.floor(to / QUARTER);
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offsetAt(middle * QUARTER, zone) === before) low = middle;
    else high = middle;
  }
  return high * QUARTER;
}
