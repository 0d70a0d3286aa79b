import { describe, expect, it } from '@jest/globals';
import { deliveries, subId } from '@beckon/contracts';
import type { Delivery } from '@beckon/contracts';
import { endTold } from './end-told.js';
import { NOW, autumn, coat, coatPrice, facts, item, nobody, tap, text } from '../../tests/examples.js';
import { foldEvent } from './fold-event.js';
import { toShopper } from './person.js';
import type { Wish } from './wish.js';

const subscribed = foldEvent(nobody(), tap(coat, 1, 60_000), facts()).person;
const delivery = (more: Partial<Delivery>): Delivery => ({
  ...deliveries.example,
  sub_id: 'sub_1',
  state: 'accepted',
  posted_at: NOW,
  answered_at: NOW + 40,
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

  it('is offered the next time, unless it was about a collection: that comes out once', () => {
    const due = (wish: Wish) => {
      const { person } = foldEvent(nobody(), tap(wish, 1, 60_000), facts());
      return endTold(person, delivery({}), NOW).person.shopper.again_due.length;
    };
    expect([due(coat), due(autumn)]).toEqual([1, 0]);
  });

  it('ends once', () => {
    const told = endTold(subscribed, delivery({}), NOW).person;
    expect(endTold(told, delivery({ state: 'read' }), NOW + 9).person).toBe(told);
    const stopped = foldEvent(subscribed, text('STOP'), facts()).person;
    expect(endTold(stopped, delivery({}), NOW).person).toBe(stopped);
  });

  it('a tap from before the message was answered by it; a tap after it asks anew', () => {
    const opened = foldEvent(subscribed, text('hi', 50_000), facts()).person;
    const told = endTold(opened, delivery({ posted_at: NOW - 10_000 }), NOW).person;
    const before = foldEvent(told, tap(coat, 2, 20_000), facts());
    expect(before.replies).toMatchObject([{ say: 'already_told' }]);
    expect(before.person.subs.filter((s) => s.state === 'active')).toEqual([]);
    const later = foldEvent(told, tap(coat, 3, 5000), facts());
    expect(later.person.subs.filter((s) => s.state === 'active')).toMatchObject([{ sub_id: 'sub_3' }]);
  });

  it('an echo is the word of a message whose sender ended before it could note when it posted', () => {
    const told = endTold(subscribed, delivery({ posted_at: null, answered_at: NOW - 7 }), NOW).person;
    expect(told.subs).toMatchObject([{ ended_at: NOW - 7 }]);
  });
});

describe('a tap that is faster than the word of the message before it', () => {
  const quick = tap(coat, 2, 5_000);
  const lower = { amount: 9_900, currency: 'EUR' };
  const joined = foldEvent(subscribed, quick, facts({ item: () => ({ ...item, price: lower }) })).person;
  const posted = delivery({ posted_at: NOW - 5_050, answered_at: NOW - 4_900 });

  it('goes on as a subscription of its own, with its token, under the revision that says so', () => {
    const { person, notes } = endTold(joined, posted, NOW);
    const next = subId('1001', quick.key);
    expect(person.subs).toMatchObject([
      { sub_id: 'sub_1', state: 'ended', ended_reason: 'already_told' },
      { sub_id: next, state: 'active', rev: 1, shopper_rev: 3, consented_at: quick.at, seen_price: lower },
    ]);
    expect(toShopper(person.shopper)).toMatchObject({
      rev: 3,
      grants: [{ grant_id: 'grt_2', sub_id: next }],
      ended_subs: ['sub_1'],
    });
    expect(notes.map((n) => [n.verdict, n.sub?.sub_id])).toEqual([
      ['unsubscribed', 'sub_1'],
      ['subscribed', next],
    ]);
  });

  it('compares with the price that was seen with it', () => {
    const [first, second] = [tap(coatPrice, 1, 60_000), tap(coatPrice, 2, 5_000)];
    const before = foldEvent(nobody(), first, facts()).person;
    const both = foldEvent(before, second, facts({ item: () => ({ ...item, price: lower }) })).person;
    expect(endTold(both, posted, NOW).person.subs.at(-1)?.condition).toEqual({
      ...{ type: 'price_at_most', currency: 'EUR', amount: 9_899 },
    });
  });

  it('is known when it comes again, and when the word comes again', () => {
    const told = endTold(joined, posted, NOW).person;
    expect(foldEvent(told, quick, facts()).person.subs).toEqual(told.subs);
    expect(endTold(told, { ...posted, state: 'read' }, NOW).person).toBe(told);
  });

  it('was answered by the message if it is older than it', () => {
    const { person } = endTold(joined, delivery({ posted_at: NOW - 4_000 }), NOW);
    expect(person.subs.filter((s) => s.state === 'active')).toEqual([]);
    expect(person.shopper.grants).toEqual([]);
  });

  it('means the same when the word was faster', () => {
    const word = endTold(subscribed, posted, NOW).person;
    const then = foldEvent(word, quick, facts()).person;
    const now = endTold(joined, posted, NOW).person;
    const meaning = (p: typeof now): unknown => p.subs.map(({ state, consented_at }) => ({ state, consented_at }));
    expect(meaning(now)).toEqual(meaning(then));
  });
});
