import { describe, expect, it } from '@jest/globals';
import { deliveries } from '@beckon/contracts';
import { NOW, coat, event, facts, item, noUpdates, nobody, tap, text, updates } from '../../tests/examples.js';
import { endTold } from './end-told.js';
import { foldEvent } from './fold-event.js';
import type { Outcome } from './outcome.js';
import { toShopper, toSubscription } from './person.js';
import type { Person } from './person.js';
import type { PersonEvent } from './person-event.js';

const DAY = 86_400_000;
const link = (ago: number): PersonEvent => event({ kind: 'referral', wish: coat }, ago);
const may = facts({ notifications: true });

function after(before: Person, ...events: PersonEvent[]): Outcome {
  let outcome: Outcome = { person: before, replies: [], notes: [] };
  for (const e of events) outcome = foldEvent(outcome.person, e, may);
  return outcome;
}

describe('asking for notification messages', () => {
  it('goes before asking for one message, where the Page may', () => {
    expect(after(nobody(), link(9000)).replies).toEqual([{ say: 'ask', wish: coat, item, as: 'notification' }]);
    const only = facts({ notifications: true, mayAsk: false });
    expect(foldEvent(nobody(), link(9000), only).replies).toMatchObject([{ say: 'ask', as: 'notification' }]);
  });

  it('is done once a week with the same words, because the platform refuses more; then for one message', () => {
    const week = 7 * DAY;
    const { person } = after(nobody(), link(9000));
    expect(after(person, link(5000)).replies).toMatchObject([{ say: 'ask', as: 'one_time' }]);
    const only = facts({ notifications: true, mayAsk: false });
    expect(foldEvent(person, link(5000), only).replies).toEqual([{ say: 'asked_lately' }]);
    const other = foldEvent(person, link(5000), facts({ notifications: true, item: () => ({ ...item, name: 'Hat' }) }));
    expect(other.replies).toMatchObject([{ say: 'ask', as: 'notification' }]);
    const later = { ...link(0), at: NOW + week, key: 'later' };
    const then = foldEvent(person, later, facts({ notifications: true, now: NOW + week }));
    expect(then.replies).toMatchObject([{ say: 'ask', as: 'notification' }]);
    expect(then.person.shopper.requests).toHaveLength(1);
  });

  it('is done at most ten times a week', () => {
    let person = nobody();
    const asked: string[] = [];
    for (let i = 0; i < 12; i += 1) {
      const outcome = foldEvent(
        person,
        link(9000 - i),
        facts({ notifications: true, item: () => ({ ...item, name: `No ${i}` }) }),
      );
      person = outcome.person;
      asked.push(...outcome.replies.map((r) => ('as' in r ? r.as : r.say)));
    }
    expect(asked).toEqual([...Array<string>(10).fill('notification'), 'one_time', 'one_time']);
  });
});

describe('the tap on "Get updates"', () => {
  it('makes a subscription that goes on, with a right that lasts as long as the platform says', () => {
    const outcome = after(nobody(), link(9000), updates(coat, 'A', 1, 5000));
    const [sub] = outcome.person.subs;
    expect(toSubscription(sub!)).toMatchObject({ mode: 'recurring', state: 'active', consented_at: NOW - 5000 });
    expect(sub?.consents).toMatchObject([
      {
        ...{ words: 'What the card said', asked_by: 'notification', tapped: 'get_updates' },
        ...{ locale: 'en', token_key: 'A' },
      },
    ]);
    expect(toShopper(outcome.person.shopper).grants).toEqual([
      {
        grant_id: expect.stringMatching(/^grt_/),
        ...{ kind: 'notification', sub_id: 'sub_1', token_sealed: 'token A', expires_at: NOW - 5000 + 100 * DAY },
      },
    ]);
    expect(outcome.replies).toMatchObject([{ say: 'confirmed', mode: 'recurring' }]);
  });

  it('again renews the right that is there; without a date it lasts half a year', () => {
    const renewed = { ...updates(coat, 'A', 2, 3000), expiresAt: null } as PersonEvent;
    const { person } = after(nobody(), link(9000), updates(coat, 'A', 1, 5000), renewed);
    expect(person.subs).toMatchObject([{ sub_id: 'sub_1', state: 'active', rev: 2 }]);
    expect(person.shopper.grants).toMatchObject([{ sub_id: 'sub_1', expires_at: NOW - 3000 + 180 * DAY }]);
  });

  it('opens no window', () => {
    expect(after(nobody(), updates(coat, 'A', 1)).person.shopper.window_until).toBeNull();
    expect(after(nobody(), noUpdates('A')).person.shopper.window_until).toBeNull();
  });

  it('after one message for the same wish came goes on all the same', () => {
    const told = endTold(
      after(nobody(), tap(coat, 1, 9000)).person,
      { ...deliveries.example, sub_id: 'sub_1', state: 'accepted', posted_at: NOW - 1000 },
      NOW,
    ).person;
    const { person } = after(told, updates(coat, 'A', 2, 5000));
    expect(person.subs.map((s) => [s.sub_id, s.state])).toEqual([
      ['sub_1', 'ended'],
      ['sub_2', 'active'],
    ]);
  });
});

describe('notifications stopped in Messenger', () => {
  const on = after(nobody(), link(9000), updates(coat, 'A', 1, 8000)).person;

  it('end the subscription and take the right back; resumed, both are there again', () => {
    const off = after(on, noUpdates('A', 6000));
    expect(off.person.subs).toMatchObject([{ state: 'ended', ended_reason: 'user_asked', ended_at: NOW - 6000 }]);
    expect(toShopper(off.person.shopper)).toMatchObject({ grants: [], ended_subs: ['sub_1'], stopped_at: null });
    expect([off.replies, off.notes.map((n) => n.verdict)]).toEqual([[], ['unsubscribed']]);
    const again = after(off.person, updates(coat, 'A', 2, 4000, true));
    // The same subscription: whoever was told of an event before is not told of it again.
    expect(again.person.subs).toMatchObject([
      {
        ...{ sub_id: 'sub_1', state: 'active', mode: 'recurring', rev: 3, ended_reason: null, ended_at: null },
        ...{ consented_at: NOW - 4000, consents: [{}, { tapped: 'resume_notifications' }] },
      },
    ]);
    expect(toShopper(again.person.shopper)).toMatchObject({ ended_subs: [], grants: [{ sub_id: 'sub_1' }] });
    expect(again.replies).toEqual([]);
  });

  it('leave what was asked for once by another tap', () => {
    const both = after(on, tap(coat, 2, 7000));
    expect(both.person.subs).toMatchObject([{ sub_id: 'sub_1', mode: 'recurring' }]);
    const { person } = after(both.person, noUpdates('A', 6000));
    expect(person.subs).toMatchObject([{ state: 'active', mode: 'once', consented_at: NOW - 7000, rev: 3 }]);
    expect(person.shopper.grants.map((g) => g.kind)).toEqual(['one_time']);
  });

  it('of another token change nothing', () => {
    expect(after(on, noUpdates('B', 6000)).person.subs).toEqual(on.subs);
  });

  it('later than they are resumed change nothing, and twice is once', () => {
    const resumed = after(on, updates(coat, 'A', 2, 4000, true));
    expect(after(resumed.person, noUpdates('A', 6000)).person.subs).toMatchObject([{ state: 'active' }]);
    const off = after(on, noUpdates('A', 6000)).person;
    expect(after(off, noUpdates('A', 6000)).person).toEqual(off);
  });

  it('end with a STOP as well, and are not resumed by START', () => {
    const off = after(on, text('STOP', 6000), text('START', 4000)).person;
    expect(off.subs).toMatchObject([{ state: 'ended', ended_reason: 'stopped' }]);
    expect(off.shopper.grants).toEqual([]);
  });
});

describe('an alert of a subscription that goes on', () => {
  const told = { ...deliveries.example, sub_id: 'sub_1', state: 'accepted', posted_at: NOW - 1000 } as const;

  it('ends nothing', () => {
    const { person } = after(nobody(), updates(coat, 'A', 1, 8000));
    expect(endTold(person, told, NOW)).toEqual({ person, replies: [], notes: [] });
  });

  it('uses up what was asked for once: when notifications are stopped, nothing more comes', () => {
    const both = after(nobody(), tap(coat, 1, 9000), updates(coat, 'A', 2, 8000)).person;
    const { person } = endTold(both, told, NOW);
    expect(person.subs).toMatchObject([
      { state: 'active', mode: 'recurring', consents: [{ told_at: NOW - 1000 }, {}] },
    ]);
    expect(person.shopper.grants.map((g) => g.kind)).toEqual(['notification']);
    expect(endTold(person, told, NOW).person).toBe(person);
    expect(after(person, noUpdates('A', 500)).person.subs).toMatchObject([{ state: 'ended' }]);
  });
});
