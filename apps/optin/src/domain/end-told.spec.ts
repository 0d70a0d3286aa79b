import { describe, expect, it } from '@jest/globals';
import { deliveries } from '@beckon/contracts';
import type { Delivery } from '@beckon/contracts';
import { endTold } from './end-told.js';
import { NOW, coat, facts, nobody, tap, text } from '../../tests/examples.js';
import { foldEvent } from './fold-event.js';
import { toShopper } from './person.js';

const subscribed = foldEvent(nobody(), tap(coat, 1, 60_000), facts()).person;
const delivery = (more: Partial<Delivery>): Delivery => ({
  ...deliveries.example,
  sub_id: 'sub_1',
  state: 'accepted',
  answered_at: NOW,
  ...more,
});

describe('a subscription for one message', () => {
  it.each(['accepted', 'delivered', 'read'] as const)('has ended when its alert was %s', (state) => {
    const { person, notes } = endTold(subscribed, delivery({ state }), NOW + 5);
    expect(person.subs).toMatchObject([{ state: 'ended', ended_reason: 'already_told', ended_at: NOW, rev: 2 }]);
    expect(toShopper(person.shopper)).toMatchObject({ rev: 2, grants: [], ended_subs: ['sub_1'], updated_at: NOW + 5 });
    expect(notes).toMatchObject([{ verdict: 'unsubscribed', reason: 'already_told' }]);
  });

  it.each(['refused', 'returned', 'deferred', 'failed', 'unknown'] as const)('goes on when it was %s', (state) => {
    expect(endTold(subscribed, delivery({ state }), NOW)).toEqual({ person: subscribed, replies: [], notes: [] });
  });

  it('goes on after a test message, and after another’s', () => {
    expect(endTold(subscribed, delivery({ is_test: true }), NOW).person).toBe(subscribed);
    expect(endTold(subscribed, delivery({ sub_id: 'sub_9' }), NOW).person).toBe(subscribed);
  });

  it('ends once', () => {
    const told = endTold(subscribed, delivery({}), NOW).person;
    expect(endTold(told, delivery({ state: 'read' }), NOW + 9).person).toBe(told);
    const stopped = foldEvent(subscribed, text('STOP'), facts()).person;
    expect(endTold(stopped, delivery({}), NOW).person).toBe(stopped);
  });

  it('a tap from before the message was answered by it; a tap after it asks anew', () => {
    const opened = foldEvent(subscribed, text('hi', 50_000), facts()).person;
    const told = endTold(opened, delivery({ answered_at: NOW - 10_000 }), NOW).person;
    const before = foldEvent(told, tap(coat, 2, 20_000), facts());
    expect(before.replies).toMatchObject([{ say: 'already_told' }]);
    expect(before.person.subs.filter((s) => s.state === 'active')).toEqual([]);
    const later = foldEvent(told, tap(coat, 3, 5000), facts());
    expect(later.person.subs.filter((s) => s.state === 'active')).toMatchObject([{ sub_id: 'sub_3' }]);
  });
});
