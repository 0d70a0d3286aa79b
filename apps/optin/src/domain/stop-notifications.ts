import type { Outcome } from './outcome.js';
import { afterStop } from './person.js';
import type { Person } from './person.js';
import type { PersonEvent } from './person-event.js';

/** So many tokens are remembered as stopped; the platform keeps one for each topic that a person opted in to. */
const MOST_STOPS = 200;

/**
 * Notifications were stopped in Messenger: the token is dead until they are resumed, and so is every consent that came
 * with it before. What the shopper asked for by another tap goes on. Messenger itself confirms it to them.
 */
export function stopNotifications(before: Person, event: PersonEvent & { kind: 'notification_stop' }): Outcome {
  const { tokenKey: token_key, at } = event;
  const known = before.shopper.token_stops.find((s) => s.token_key === token_key);
  if (known && known.at >= at) return { person: before, replies: [], notes: [] };
  const others = before.shopper.token_stops.filter((s) => s.token_key !== token_key);
  const token_stops = [...others, { token_key, at }].sort((a, b) => a.at - b.at).slice(-MOST_STOPS);
  const person = { ...before, shopper: { ...before.shopper, token_stops } };
  return { ...afterStop(person, at, 'user_asked'), replies: [] };
}
