import { subId } from '@beckon/contracts';
import type { Delivery } from '@beckon/contracts';
import { withDue } from './again.js';
import { endSub, replaceSub, standing, voidUntil } from './person.js';
import type { Consent, Person, ShopperState, SubState } from './person.js';
import type { Outcome } from './outcome.js';
import { wishKey } from './wish.js';

/** Whether the alert reached Messenger for sure, and was no test. */
export const hasArrived = (d: Pick<Delivery, 'state' | 'is_test'>): boolean =>
  ['accepted', 'delivered', 'read'].includes(d.state) && !d.is_test;

/**
 * A subscription that asked to be told once has ended when its alert was accepted, whichever right carried it: the
 * consent was to one message, so a token that was not needed is dropped with it. Anything else changes nothing.
 *
 * We hear of it later than the shopper. Whoever taps again as soon as the message is there may be faster than our word
 * of it, and the tap joins the subscription that still looks active. Such a consent is newer than the message and has
 * not been answered by it: it goes on as a subscription of its own, with the token that came with it. The message counts
 * from when it was put on the socket; nobody who taps after having seen it taps before that.
 *
 * @param offerAgain whether to note that the next time is to be offered.
 */
export function endTold(person: Person, delivery: Delivery, now: number, offerAgain = true): Outcome {
  const sub = person.subs.find((s) => s.sub_id === delivery.sub_id);
  if (!hasArrived(delivery) || sub === undefined || sub.state !== 'active') return { person, replies: [], notes: [] };
  const told_at = delivery.posted_at ?? delivery.answered_at ?? delivery.at;
  const rev = person.shopper.rev + 1;
  if (sub.mode === 'recurring') return useUp(person, sub, told_at, { rev, updated_at: now });
  const again = askedAgain(sub, person.shopper, Math.max(told_at, voidUntil(person.shopper, wishKey(sub))), rev);
  const kept = person.shopper.grants.filter((g) => again?.consents.some((c) => c.grant_id === g.grant_id));
  const ended = endSub(person, sub.sub_id, 'already_told', told_at);
  // A collection comes out once: asked for again while it is open, it would only be told again.
  const after = again || !offerAgain || sub.topic !== null ? ended : withDue(ended, sub, 'already_told', told_at);
  return {
    person: {
      subs: again ? [...after.subs, again] : after.subs,
      shopper: {
        ...after.shopper,
        rev,
        updated_at: now,
        grants: [...after.shopper.grants, ...kept.map((g) => ({ ...g, sub_id: again?.sub_id ?? g.sub_id }))],
      },
    },
    replies: [],
    notes: [
      { verdict: 'unsubscribed', reason: 'already_told', sub },
      ...(again
        ? [{ verdict: 'subscribed', reason: 'requested', sub: again, detail: 'asked again after the message' } as const]
        : []),
    ],
  };
}

/**
 * A subscription that goes on had a consent to one message as well: the message has come, so that consent is used up,
 * and its token goes with it. Should notifications be stopped, it must not bring a second message.
 */
function useUp(person: Person, sub: SubState, told_at: number, stamp: { rev: number; updated_at: number }): Outcome {
  const isUsed = (c: Consent): boolean => c.asked_by !== 'notification' && c.told_at === undefined && c.at <= told_at;
  const used = new Set(sub.consents.filter(isUsed).map((c) => c.grant_id));
  if (used.size === 0) return { person, replies: [], notes: [] };
  const consents = sub.consents.map((c) => (isUsed(c) ? { ...c, told_at } : c));
  const grants = person.shopper.grants.filter((g) => !used.has(g.grant_id));
  return {
    person: {
      ...replaceSub(person, { ...sub, rev: sub.rev + 1, consents }),
      shopper: { ...person.shopper, ...stamp, grants },
    },
    replies: [],
    notes: [],
  };
}

/** The subscription that newer consents make; undefined without any. Named like that of any first tap. */
function askedAgain(
  sub: SubState,
  shopper: ShopperState,
  answeredUntil: number,
  shopperRev: number,
): SubState | undefined {
  const consents = sub.consents.filter((c) => c.at > answeredUntil);
  const [first] = consents;
  if (!first) return undefined;
  const changes = sub.changes.filter((c) => c.at > answeredUntil);
  const name = subId(sub.page, first.event);
  const again: SubState = { ...sub, rev: 1, sub_id: name, shopper_rev: shopperRev, consents, changes };
  return { ...again, ...standing(again, shopper) };
}
