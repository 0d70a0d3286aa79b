import type { Delivery } from '@beckon/contracts';
import { endSub } from './person.js';
import type { Person } from './person.js';
import type { Outcome } from './outcome.js';

/** Whether the alert reached Messenger for sure, and was no test. */
export const hasArrived = (d: Pick<Delivery, 'state' | 'is_test'>): boolean =>
  ['accepted', 'delivered', 'read'].includes(d.state) && !d.is_test;

/**
 * A subscription that asked to be told once has ended when its alert was accepted, whichever right carried it: the
 * consent was to one message, so a token that was not needed is dropped with it. Anything else changes nothing.
 */
export function endTold(person: Person, delivery: Delivery, now: number): Outcome {
  const sub = person.subs.find((s) => s.sub_id === delivery.sub_id);
  if (!hasArrived(delivery) || sub === undefined || sub.state !== 'active' || sub.mode !== 'once')
    return { person, replies: [], notes: [] };
  const after = endSub(person, sub.sub_id, 'already_told', delivery.answered_at ?? delivery.at);
  return {
    person: { ...after, shopper: { ...after.shopper, rev: after.shopper.rev + 1, updated_at: now } },
    replies: [],
    notes: [{ verdict: 'unsubscribed', reason: 'already_told', sub }],
  };
}
