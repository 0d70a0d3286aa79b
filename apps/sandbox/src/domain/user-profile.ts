import { graphError } from './graph-error.js';
import type { GraphError } from './graph-error.js';
import type { Person } from './model.js';

/**
 * The profile of a person, as the User Profile API gives it (DOC/identity/user-profile): by the person's id on the Page,
 * once the person has begun a thread.
 */

/** First word and rest of a name. */
export function namesOf(name: string): { first: string; last: string } {
  const [first = '', ...rest] = name.trim().split(/\s+/);
  return { first, last: rest.join(' ') };
}

/** Everything that is known of a person. `picture` is shown when the person has none of their own; `at` in ms. */
export function userProfile(person: Person, picture: string, at: number): Record<string, unknown> {
  const { first, last } = namesOf(person.name);
  return {
    id: person.psid,
    name: person.name,
    first_name: first,
    last_name: last,
    profile_pic: person.profilePic ?? picture,
    locale: person.locale,
    timezone: utcOffsetHours(person.timezone, at),
    gender: person.gender,
  };
}

/** Whether the Page may see the profile: there is a thread, and the account is alive. Subcode seen in public issues. */
export function profileAvailable(person: Person): GraphError | undefined {
  if (person.started && person.state !== 'deactivated') return undefined;
  return graphError(null, 100, 2018218, 'No profile available for this user.');
}

/** Hours ahead of UTC at a time (milliseconds since the epoch), fractions included; 0 for a zone that does not exist. */
export function utcOffsetHours(timezone: string, at: number): number {
  try {
    const parts = new Intl.DateTimeFormat('en-US', { timeZone: timezone, timeZoneName: 'longOffset' }).formatToParts(
      new Date(at),
    );
    const offset = /^GMT([+-])(\d{2}):(\d{2})/.exec(parts.find(({ type }) => type === 'timeZoneName')?.value ?? '');
    if (!offset) return 0;
    const hours = Number(offset[2]) + Number(offset[3]) / 60;
    return offset[1] === '-' ? -hours : hours;
  } catch {
    return 0;
  }
}
