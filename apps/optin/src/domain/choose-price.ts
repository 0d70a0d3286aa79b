/**
 * From which price on does a shopper want to be told of a drop? Asked once, before the request, when a link does not say;
 * and again whenever a shopper wants another price for what they asked for: that is the same request by the same person,
 * so it needs no new consent, but what was chosen is noted with it.
 */
import type { Facts } from './fold-event.js';
import type { Outcome, ReplyWanted } from './outcome.js';
import { subNamed } from './end-one.js';
import { replaceSub, standing } from './person.js';
import type { Change, Pending, Person } from './person.js';
import type { PersonEvent } from './person-event.js';
import { readAmount } from './read-amount.js';
import { chosenLimit } from './request-title.js';
import { limitOf, wishKey, wishOf } from './wish.js';
import type { Item, Threshold, Wish } from './wish.js';

/** An answer may be typed for so long, in milliseconds. */
const PENDING_MS = 3_600_000;

/** The question that a text said now may be the answer to. */
export const openQuestion = ({ shopper: { pending } }: Person, at: number): Pending | null =>
  pending !== null && at > pending.at && at - pending.at <= PENDING_MS ? pending : null;

/** Whether the price that was chosen is lower than the price now, so that there is something to wait for. */
export function isLower(threshold: Threshold, item: Item): boolean {
  const limit = limitOf(threshold, item.price);
  if (limit === undefined) return false;
  return item.price === null || (limit.currency === item.price.currency && limit.amount < item.price.amount);
}

/** The wish with its percentage as the amount that was shown. */
export function settled(wish: Wish, item: Item): Wish {
  const limit = chosenLimit(wish, item);
  return limit ? { ...wish, threshold: { type: 'at_most', ...limit } } : wish;
}

/** Asks this, and lets the answer be typed. */
export const askPrice = (person: Person, reply: ReplyWanted, wish: Wish, at: number): Outcome => ({
  person: withPending(person, { what: 'price', wish, at }),
  replies: [reply],
  notes: [],
});

const withPending = (person: Person, pending: Pending): Person => ({
  ...person,
  shopper: {
    ...person.shopper,
    pending: (person.shopper.pending?.at ?? 0) > pending.at ? person.shopper.pending : pending,
  },
});

/** The price button of a subscription. One that has ended, or that is not this person's, is gone. */
export function priceOf(person: Person, subId: string, event: PersonEvent, facts: Facts): Outcome {
  const sub = subNamed(person, subId);
  if (sub?.state !== 'active' || sub.kind !== 'price_drop') return { person, replies: [{ say: 'gone' }], notes: [] };
  const wish: Wish = { ...wishOf(sub), threshold: null };
  const item = facts.item(wish);
  if (item.price === null) return { person, replies: [{ say: 'no_price', item }], notes: [] };
  return askPrice(person, { say: 'price_question', wish, item }, wish, event.at);
}

/** A typed answer to the question; `answer` goes on with the wish when a price could be read. */
export function typedPrice(
  person: Person,
  { wish }: Pending,
  text: string,
  event: PersonEvent,
  facts: Facts,
  answer: (chosen: Wish) => Outcome,
): Outcome {
  const item = facts.item(wish);
  if (item.price === null) return { person, replies: [{ say: 'no_price', item }], notes: [] };
  const threshold = readAmount(text, item.price.currency, person.shopper.locale ?? facts.shopLocale);
  if (threshold === undefined) return askPrice(person, { say: 'price_not_read', item }, wish, event.at);
  const chosen = settled({ ...wish, threshold }, item);
  if (!isLower(chosen.threshold ?? threshold, item))
    return askPrice(person, { say: 'price_too_high', wish, item }, wish, event.at);
  return answer(chosen);
}

/**
 * Another price for a wish that is waited for; undefined when there is no such wish. `words`: what was tapped or typed.
 */
export function changePrice(
  person: Person,
  wish: Wish,
  event: PersonEvent,
  words: string,
  facts: Facts,
): Outcome | undefined {
  const sub = person.subs.find((s) => s.state === 'active' && wishKey(s) === wishKey(wish));
  if (!sub || wish.kind !== 'price_drop' || wish.threshold === null) return undefined;
  const item = facts.item(wish);
  if (limitOf(wish.threshold, item.price) === undefined)
    return { person, replies: [{ say: 'no_price', item }], notes: [] };
  const reply: ReplyWanted = { say: 'price_changed', wish, item, limit: chosenLimit(wish, item) };
  if (sub.changes.some((c) => c.event === event.key)) return { person, replies: [reply], notes: [] };
  const { key, at, received_at } = event;
  const change: Change = { event: key, at, received_at, words, threshold: wish.threshold, seen_price: item.price };
  const changes = [...sub.changes, change].sort((a, b) => a.at - b.at);
  const changed = { ...sub, changes, rev: sub.rev + 1 };
  const after = { ...changed, ...standing(changed, person.shopper) };
  return {
    person: replaceSub(person, after),
    replies: [reply],
    notes: [{ verdict: 'changed', reason: 'user_asked', sub }],
  };
}
