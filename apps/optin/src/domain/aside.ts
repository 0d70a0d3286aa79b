/** What an answer says beside the answer: that it comes from an automated service, and what could be asked for again. */
import { takeDue } from './again.js';
import type { Facts } from './fold-event.js';
import type { Aside, ReplyWanted } from './outcome.js';
import type { Person } from './person.js';

/** After so long without contact, in milliseconds, it is said again that the service is an automated one: 30 days. */
export const FORGOTTEN_AFTER_MS = 30 * 86_400_000;

/**
 * Beside these answers nothing is offered: a STOP is followed by nothing but the way back, and quick replies would not
 * stay below a card or a list, nor leave room for the choices of a question.
 */
const ALONE: ReadonlySet<ReplyWanted['say']> = new Set([
  ...(['stopped', 'ended_one', 'ask', 'list', 'again'] as const),
  ...(['choices', 'price_question', 'price_too_high', 'price_wanted', 'price_not_read'] as const),
]);

/** Answers that say it themselves. */
const DISCLOSING: ReadonlySet<string> = new Set(['unclear', 'greeting']);

/** What is said beside these replies to what happened at `at`, and the person who was told. */
export function asideOf(
  person: Person,
  replies: readonly ReplyWanted[],
  at: number,
  facts: Facts,
): { person: Person; aside: Aside } {
  if (replies.length === 0) return { person, aside: { disclose: false, again: [] } };
  const due = facts.disclosure && person.shopper.disclosed_at === null;
  const told = due ? { ...person, shopper: { ...person.shopper, disclosed_at: at } } : person;
  const disclose = due && !DISCLOSING.has(replies[0]?.say ?? '');
  if (replies.some((r) => ALONE.has(r.say))) return { person: told, aside: { disclose, again: [] } };
  const { person: after, offers } = takeDue(told, facts);
  return { person: after, aside: { disclose, again: offers } };
}
