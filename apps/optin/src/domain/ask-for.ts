import { isLower, askPrice, settled } from './choose-price.js';
import type { Facts } from './fold-event.js';
import type { Outcome, ReplyWanted } from './outcome.js';
import type { Person } from './person.js';
import { requestTitle } from './request-title.js';
import type { AskedBy } from './request-title.js';
import { TOPIC_KINDS, limitOf, wishKey } from './wish.js';
import type { Item, Wish } from './wish.js';

/** So many requests for notification messages may one person be shown in a week: our choice, the platform's is unknown. */
const MOST_A_WEEK = 10;

/**
 * Leads from a wish to the request for a right to tell: what is missing is asked first. Nothing is guessed, and nothing
 * is asked for that could never be told.
 */
export function askFor(person: Person, wish: Wish, at: number, facts: Facts): Outcome {
  const say = (reply: ReplyWanted): Outcome => ({ person, replies: [reply], notes: [] });
  const item = facts.item(wish);
  if (TOPIC_KINDS.includes(wish.kind) && item.name === null) return say({ say: 'topic_over' });
  if (person.subs.some((s) => s.state === 'active' && wishKey(s) === wishKey(wish)))
    return say({ say: 'already', wish, item });
  if (!facts.mayAsk && !facts.notifications) return say({ say: 'cannot_ask' });
  if (wish.kind === 'price_drop') {
    const { threshold } = wish;
    if (limitOf(threshold, item.price) === undefined) return say({ say: 'no_price', item });
    if (threshold === null) return askPrice(person, { say: 'price_question', wish, item }, wish, at);
    if (!isLower(threshold, item)) return askPrice(person, { say: 'price_too_high', wish, item }, wish, at);
  }
  return request(person, settled(wish, item), item, at, facts);
}

/** Notification messages go first; the same words only once a week, because the platform refuses them before. */
function request(before: Person, wish: Wish, item: Item, at: number, facts: Facts): Outcome {
  const asking = (person: Person, as: AskedBy): Outcome => ({
    person,
    replies: [{ say: 'ask', wish, item, as }],
    notes: [],
  });
  if (!facts.notifications) return asking(before, 'one_time');
  const { requests, locale } = before.shopper;
  const title = requestTitle(wish, item, 'notification', [locale, facts.shopLocale]);
  if (requests.length < MOST_A_WEEK && !requests.some((r) => r.title === title)) {
    const shopper = { ...before.shopper, requests: [...requests, { title, at }] };
    return asking({ ...before, shopper }, 'notification');
  }
  return facts.mayAsk ? asking(before, 'one_time') : { person: before, replies: [{ say: 'asked_lately' }], notes: [] };
}
