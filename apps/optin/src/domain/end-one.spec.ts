import { describe, expect, it } from '@jest/globals';
import { deliveries } from '@beckon/contracts';
import { NOW, coat, coatPrice, event, facts, nobody, tap, text } from '../../tests/examples.js';
import { endTold } from './end-told.js';
import { foldEvent } from './fold-event.js';
import type { Outcome } from './outcome.js';
import { toShopper } from './person.js';
import type { Person } from './person.js';
import type { PersonEvent } from './person-event.js';

/** Folds events one after the other; the outcome of the last. */
function after(...events: PersonEvent[]): Outcome {
  let outcome: Outcome = { person: nobody(), replies: [], notes: [] };
  for (const e of events) outcome = foldEvent(outcome.person, e, facts());
  return outcome;
}
const end = (id: string, ago = 1000): PersonEvent => event({ kind: 'postback', payload: `beckon:end:${id}` }, ago);
const hello = text('hello', 20_000);
const said = (o: Outcome): string[] => o.replies.map((r) => r.say);
const active = (p: Person): string[] => p.subs.filter((s) => s.state === 'active').map((s) => s.sub_id);

describe('stop this one', () => {
  it('ends that subscription and no other, in the revision that the confirmation needs', () => {
    const outcome = after(hello, tap(coat, 1, 9000), tap(coatPrice, 2, 8000), end('sub_1'));
    expect(active(outcome.person)).toEqual(['sub_2']);
    expect(outcome.person.subs[0]).toMatchObject({ ended_reason: 'user_asked', ended_at: NOW - 1000, rev: 2 });
    expect(toShopper(outcome.person.shopper)).toMatchObject({
      rev: 4,
      stopped_at: null,
      ended_subs: ['sub_1'],
      grants: [{ grant_id: 'grt_2' }],
    });
    expect(outcome.replies).toMatchObject([{ say: 'ended_one', sub: { sub_id: 'sub_1' }, more: true }]);
    expect(outcome.notes).toMatchObject([{ verdict: 'unsubscribed', reason: 'user_asked', sub: { sub_id: 'sub_1' } }]);
  });

  it('says when it was the last one', () => {
    expect(after(hello, tap(coat, 1, 9000), end('sub_1')).replies).toMatchObject([{ say: 'ended_one', more: false }]);
  });

  it('coming late never kills a newer consent, but takes back the rights of before it', () => {
    const outcome = after(hello, tap(coat, 1, 9000), tap(coat, 2, 2000), end('sub_1', 5000));
    expect(active(outcome.person)).toEqual(['sub_1']);
    expect(outcome.person.subs[0]).toMatchObject({ consented_at: NOW - 2000 });
    expect(outcome.person.shopper.grants.map((g) => g.grant_id)).toEqual(['grt_2']);
    expect(said(outcome)).toEqual([]);
  });

  it('a consent of before it that comes after it revives nothing, but its evidence stays', () => {
    const outcome = after(hello, tap(coat, 1, 9000), end('sub_1', 3000), tap(coat, 2, 5000));
    expect(active(outcome.person)).toEqual([]);
    expect(outcome.person.subs[1]).toMatchObject({ ended_reason: 'user_asked', consents: [{ grant_id: 'grt_2' }] });
    expect(outcome.person.shopper.grants).toEqual([]);
    expect(said(outcome)).toEqual([]);
  });

  it('a consent after it asks anew', () => {
    const outcome = after(hello, tap(coat, 1, 9000), end('sub_1', 5000), tap(coat, 2, 3000));
    expect(active(outcome.person)).toEqual(['sub_2']);
    expect(said(outcome)).toEqual(['confirmed']);
  });

  it('means the wish: an old button ends what took the place of its subscription', () => {
    const told = (p: Person): Person =>
      endTold(p, { ...deliveries.example, sub_id: 'sub_1', posted_at: NOW - 7000 }, NOW).person;
    const twice = foldEvent(told(after(hello, tap(coat, 1, 9000)).person), tap(coat, 2, 5000), facts()).person;
    expect(active(twice)).toEqual(['sub_2']);
    const outcome = foldEvent(twice, end('sub_1'), facts());
    expect(active(outcome.person)).toEqual([]);
    expect(said(outcome)).toEqual(['ended_one']);
  });

  it('knows the name that a joined tap would have made', () => {
    const joined = after(hello, tap(coat, 1, 9000), tap(coat, 2, 5000)).person;
    const [sub] = joined.subs;
    const named = facts({ named: () => sub });
    expect(active(foldEvent(joined, end('sub_2'), named).person)).toEqual([]);
  });

  it.each(['sub_9', 'x', 'sub_1:sub_2'])('names nothing of this person: %j ends nothing', (id) => {
    const outcome = after(hello, tap(coat, 1, 9000), end(id));
    expect(active(outcome.person)).toEqual(['sub_1']);
    expect(said(outcome)).toEqual(['gone']);
  });

  it('said again, it has ended already', () => {
    expect(said(after(hello, tap(coat, 1, 9000), end('sub_1', 5000), end('sub_1', 4000)))).toEqual(['gone']);
  });

  it('is not answered when a STOP came after it', () => {
    const outcome = after(hello, tap(coat, 1, 9000), text('STOP', 3000), end('sub_1', 5000));
    expect(said(outcome)).toEqual([]);
    expect(outcome.person.subs[0]).toMatchObject({ ended_reason: 'stopped' });
  });

  it('an older STOP, and the late word of an older message, bring no older consent back', () => {
    const three = [tap(coat, 1, 9000), tap(coat, 2, 6000), tap(coat, 3, 3000)];
    const ended = after(hello, ...three, end('sub_1', 5000)).person;
    const stopped = foldEvent(ended, text('STOP', 8000), facts()).person;
    expect(stopped.subs).toMatchObject([{ state: 'active', consented_at: NOW - 3000 }]);
    const told = endTold(ended, { ...deliveries.example, sub_id: 'sub_1', posted_at: NOW - 7000 }, NOW).person;
    expect(told.subs.filter((s) => s.state === 'active')).toMatchObject([{ consented_at: NOW - 3000 }]);
  });

  it('is remembered as long as an older consent could come', () => {
    const ended = after(hello, tap(coat, 1, 9000), end('sub_1', 5000)).person;
    const week = 7 * 86_400_000;
    const later = (ms: number) => ({ ...text('hi'), at: NOW + ms, key: `later ${ms}` });
    const marks = (ms: number) => foldEvent(ended, later(ms), facts({ now: NOW + ms })).person.shopper.ended_wishes;
    expect(marks(week)).toHaveLength(1);
    expect(marks(2 * week)).toEqual([]);
  });
});
