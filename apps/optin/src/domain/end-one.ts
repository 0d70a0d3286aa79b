/**
 * "Stop this one": a shopper ends what they asked for one wish. Like a STOP it goes by the time at which it was said:
 * consents of before it are void, also those that arrive after it (`ended_wishes`), and a newer one goes on.
 */
import { subId } from '@beckon/contracts';
import type { Facts } from './fold-event.js';
import type { Outcome } from './outcome.js';
import { activeOf, afterStop, voidUntil } from './person.js';
import type { Person, ShopperState, SubState } from './person.js';
import { wishKey, wishOf } from './wish.js';

/**
 * Ends what was asked for the wish of this subscription until `at`, and nothing else. The button names a subscription;
 * the shopper means its wish, so a subscription that took its place meanwhile is ended, too. The id comes from a button
 * that may be old: one that names no subscription of this person ends nothing.
 */
export function endOne(person: Person, id: string | null, at: number, facts: Facts): Outcome {
  const named = id === null ? undefined : (subNamed(person, id) ?? facts.named(id));
  if (named === undefined) return { person, replies: [{ say: 'gone' }], notes: [] };
  const key = wishKey(named);
  const marked: Person = { ...person, shopper: withMark(person.shopper, key, at) };
  const active = marked.subs.find((s) => s.state === 'active' && wishKey(s) === key);
  if (active === undefined) return { person: marked, replies: [{ say: 'gone' }], notes: [] };

  const { person: after, notes } = afterStop(marked, voidUntil(marked.shopper, key), 'user_asked');
  // A newer consent had the last word, and was answered: only what it brought counts.
  if (notes.length === 0) return { person: after, replies: [], notes };
  const more = activeOf(after).length > 0;
  return { person: after, replies: [{ say: 'ended_one', sub: active, item: facts.item(wishOf(active)), more }], notes };
}

/** The subscription of this id, or the one that has the consent which the id is made of: taps may have been joined. */
export const subNamed = (person: Person, id: string): SubState | undefined =>
  person.subs.find((s) => s.sub_id === id) ??
  person.subs.find((s) => s.consents.some((c) => subId(s.page, c.event) === id));

/** More wishes than anybody ends within days. */
const MARKS_MOST = 200;

function withMark(shopper: ShopperState, wish: string, at: number): ShopperState {
  const before = shopper.ended_wishes.find((e) => e.wish === wish)?.at ?? 0;
  if (before >= at) return shopper;
  const others = shopper.ended_wishes.filter((e) => e.wish !== wish);
  return { ...shopper, ended_wishes: [...others, { wish, at }].slice(-MARKS_MOST) };
}
