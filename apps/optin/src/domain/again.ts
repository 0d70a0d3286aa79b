/**
 * Requests that ended without a word from the person: the one message was sent, or the right to send it ran out. They
 * are offered anew: at once where the person can be answered, else with the answer to whatever they do next.
 */
import type { Facts } from './fold-event.js';
import type { AgainOffer, Note, Outcome, ReplyWanted } from './outcome.js';
import { endSub } from './person.js';
import type { AgainDue, Person, SubState } from './person.js';
import { isSilent } from './silence.js';
import { wishKey, wishOf } from './wish.js';

/** As many as fit under a message as quick replies, with room for our own buttons. */
const DUE_MOST = 10;

/** The person with this request among those to be offered anew. */
export function withDue(person: Person, sub: SubState, why: AgainDue['why'], at: number): Person {
  const { sub_id, shop, product, sku, topic, kind } = sub;
  const others = person.shopper.again_due.filter((d) => wishKey(d) !== wishKey(sub));
  const again_due = [...others, { sub_id, shop, product, sku, topic, kind, why, at }].slice(-DUE_MOST);
  return { ...person, shopper: { ...person.shopper, again_due } };
}

/**
 * Drops rights to send that have run out, and ends what no right can serve any more. The window
 * counts for nothing here: it closes in a day. Without such rights the person stays as they are; revisions of the
 * shopper are the caller's.
 */
export function expireRights(person: Person, now: number): { person: Person; notes: readonly Note[] } {
  const dead = person.shopper.grants.filter((g) => g.expires_at <= now);
  if (dead.length === 0) return { person, notes: [] };
  const living = person.shopper.grants.filter((g) => g.expires_at > now);
  let after: Person = { ...person, shopper: { ...person.shopper, grants: living } };
  const notes: Note[] = [];
  for (const sub of person.subs) {
    const last = Math.max(...dead.filter((g) => g.sub_id === sub.sub_id).map((g) => g.expires_at));
    if (sub.state !== 'active' || last === -Infinity) continue;
    if (living.some((g) => g.sub_id === sub.sub_id || g.sub_id === null)) continue;
    after = withDue(endSub(after, sub.sub_id, 'request_expired', last), sub, 'request_expired', last);
    notes.push({ verdict: 'unsubscribed', reason: 'request_expired', sub });
  }
  return { person: after, notes };
}

/** Subscriptions that lose a right to send by `now`: what `expireRights` could speak of. */
export const runningOut = ({ shopper, subs }: Person, now: number): SubState[] =>
  subs.filter((s) => shopper.grants.some((g) => g.sub_id === s.sub_id && g.expires_at <= now));

/** What time alone made of a person; told at once if they can be answered now, and the shop's settings are known. */
export function expire(before: Person, now: number, facts: Facts | undefined): Outcome {
  const { person, notes } = expireRights(before, now);
  if (person === before) return { person, replies: [], notes: [] };
  const shopper = { ...person.shopper, rev: before.shopper.rev + 1, updated_at: now };
  const after = { ...person, shopper };
  return { ...(facts ? tellDue(after, facts) : { person: after, replies: [] }), notes };
}

/** What is still to be offered: not what was asked for again meanwhile, nor what a STOP was said after. */
function stillDue({ shopper, subs }: Person, facts: Pick<Facts, 'offerAgain'>): AgainDue[] {
  const active = new Set(subs.filter((s) => s.state === 'active').map(wishKey));
  return shopper.again_due
    .filter((d) => facts.offerAgain || d.why === 'request_expired')
    .filter((d) => !active.has(wishKey(d)) && d.at > (shopper.stop_at ?? 0));
}

/** The offers that are due, and the person to whom they were made. */
export function takeDue(person: Person, facts: Facts): { person: Person; offers: readonly AgainOffer[] } {
  if (person.shopper.again_due.length === 0) return { person, offers: [] };
  const offers = stillDue(person, facts).map((d): AgainOffer => ({
    sub_id: d.sub_id,
    why: d.why,
    item: facts.item(wishOf(d)),
  }));
  return { person: { ...person, shopper: { ...person.shopper, again_due: [] } }, offers };
}

/**
 * Makes the offers that are due, if the person can be answered without having done anything: the window is open for a
 * while yet, they did not stop, and no human is talking with them.
 */
export function tellDue(person: Person, facts: Facts): { person: Person; replies: readonly ReplyWanted[] } {
  if (!canBeAnswered(person, facts.now) || isSilent(person.shopper, facts.now, facts.humanPauseMs))
    return { person, replies: [] };
  const { person: after, offers } = takeDue(person, facts);
  return { person: after, replies: offers.length === 0 ? [] : [{ say: 'again', offers }] };
}

/** Whether something can be said to the person that they did not ask for; what a STOP forbids is not due any more. */
export const canBeAnswered = ({ shopper }: Person, now: number): boolean =>
  (shopper.window_until ?? 0) > now + MARGIN_MS && shopper.suspended_at === null;

/** What is sent on our own account is sent only while the window lasts another minute. */
const MARGIN_MS = 60_000;
