/** What Messenger knows of a person, as far as it helps to write to them (User Profile API). */
import type { Person } from './person.js';

/** The fields that are asked for. `timezone`: hours ahead of UTC at present. */
export const PROFILE_FIELDS = 'locale,timezone';

const LOCALE = /^[a-z]{2,3}([_-][A-Z]{2})?$/;

/**
 * The person with what their profile adds: a language and a time zone where none is known. What they said themselves
 * stays. The same person when it adds nothing.
 */
export function withProfile(
  person: Person,
  profile: Readonly<Record<string, unknown>>,
  o: { readonly shopZone: string; readonly now: number },
): Person {
  const { shopper } = person;
  const { locale, timezone } = profile;
  const more = {
    ...(shopper.locale === null && typeof locale === 'string' && LOCALE.test(locale) && { locale }),
    ...(shopper.zone === null && typeof timezone === 'number' && { zone: zoneAt(timezone, o.shopZone, o.now) }),
  };
  if (more.locale === undefined && (more.zone ?? null) === null) return person;
  return { ...person, shopper: { ...shopper, ...more, rev: shopper.rev + 1, updated_at: o.now } };
}

/**
 * A zone for an offset, which is all that the profile tells. The shop's own zone where it fits, since most shoppers live
 * near and its clock changes are theirs; else a zone that keeps the offset all year: an hour off in half of it, which the
 * night bears. Null for an offset that no place has.
 */
function zoneAt(hours: number, shopZone: string, now: number): string | null {
  if (offsetOf(shopZone, now) === hours) return shopZone;
  // POSIX counts the other way round: Etc/GMT-2 is two hours ahead.
  if (Number.isInteger(hours) && hours >= -12 && hours <= 14)
    return hours === 0 ? 'UTC' : `Etc/GMT${hours > 0 ? '-' : '+'}${Math.abs(hours)}`;
  return FRACTIONAL.find((zone) => offsetOf(zone, now) === hours) ?? null;
}

/** Places whose clocks are not whole hours ahead, the most populous of each offset first. */
const FRACTIONAL = [
  ...['Asia/Kolkata', 'Asia/Tehran', 'Asia/Kabul', 'Asia/Kathmandu', 'Asia/Yangon', 'Australia/Adelaide'],
  ...['Australia/Darwin', 'Australia/Lord_Howe', 'Australia/Eucla', 'America/St_Johns', 'Pacific/Marquesas'],
  'Pacific/Chatham',
];

/** Hours ahead of UTC at an instant; undefined for a zone that does not exist. */
function offsetOf(timeZone: string, at: number): number | undefined {
  try {
    const parts = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' }).formatToParts(at);
    const name = parts.find((p) => p.type === 'timeZoneName')?.value ?? '';
    const [, sign, hours = '0', minutes = '0'] = /^GMT(?:([+-])(\d{2}):(\d{2}))?$/.exec(name) ?? [];
    return (sign === '-' ? -1 : 1) * (Number(hours) + Number(minutes) / 60);
  } catch {
    return undefined;
  }
}
