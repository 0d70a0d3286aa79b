import { describe, expect, it } from '@jest/globals';
import { deliveries } from '@beckon/contracts';
import { NOW, coat, coatPrice, event, facts, item, nobody, tap, text } from '../../tests/examples.js';
import { expire, tellDue } from './again.js';
import { endTold } from './end-told.js';
import { foldEvent } from './fold-event.js';
import type { Outcome } from './outcome.js';
import { toShopper } from './person.js';
import type { Person } from './person.js';
import type { PersonEvent } from './person-event.js';

const DAY = 86_400_000;
const YEAR = 365 * DAY;
const MINUTE = 60_000;

/** Folds events one after the other; the outcome of the last. */
function after(before: Person, ...events: PersonEvent[]): Outcome {
  let outcome: Outcome = { person: before, replies: [], notes: [] };
  for (const e of events) outcome = foldEvent(outcome.person, e, facts());
  return outcome;
}
const told = (p: Person, sub_id = 'sub_1', ago = 5 * MINUTE): Person =>
  endTold(p, { ...deliveries.example, sub_id, posted_at: NOW - ago }, NOW).person;
const said = (o: Pick<Outcome, 'replies'>): string[] => o.replies.map((r) => r.say);
const due = (p: Person): string[] => p.shopper.again_due.map((d) => `${d.sub_id} ${d.why}`);
const later = (words: string, at: number): PersonEvent => ({
  ...text(words),
  at,
  received_at: at,
  key: `${words}@${at}`,
});

const waiting = after(nobody(), tap(coat, 1, 50 * MINUTE)).person;
const open = after(nobody(), text('hi', 55 * MINUTE), tap(coat, 1, 50 * MINUTE)).person;

describe('told, and then', () => {
  it('the window is open: the next time is offered at once, once', () => {
    const { person, replies } = tellDue(told(open), facts());
    expect(replies).toEqual([{ say: 'again', offers: [{ sub_id: 'sub_1', why: 'already_told', item }] }]);
    expect(due(person)).toEqual([]);
    expect(tellDue(person, facts()).replies).toEqual([]);
    expect(after(person, text('thanks')).aside?.again).toEqual([]);
  });

  it('it is closed: it is offered with the answer to what they do next, once', () => {
    const { person, replies } = tellDue(told(waiting), facts());
    expect([replies, due(person)]).toEqual([[], ['sub_1 already_told']]);
    const answer = after(person, text('thanks'));
    expect(said(answer)).toEqual(['unclear']);
    expect(answer.aside?.again).toMatchObject([{ sub_id: 'sub_1' }]);
    expect(after(answer.person, text('really')).aside?.again).toEqual([]);
  });

  it.each<[string, Person]>([
    ['who stopped', after(told(open), text('STOP', MINUTE)).person],
    ['whom a human is talking with', after(told(open), event({ kind: 'holder', holder: 'human' }, MINUTE)).person],
    ['who cannot be reached', { ...told(open), shopper: { ...told(open).shopper, suspended_at: NOW } }],
    [
      'whose window is about to close',
      { ...told(open), shopper: { ...told(open).shopper, window_until: NOW + 30_000 } },
    ],
  ])('nothing is said to somebody %s', (_, person) => {
    expect(tellDue(person, facts()).replies).toEqual([]);
  });

  it('a STOP after it is followed by no offer, also when they come back', () => {
    const stopped = after(told(waiting), text('STOP', 2000));
    expect(stopped.aside?.again).toEqual([]);
    expect(after(stopped.person, text('START')).aside?.again).toEqual([]);
  });

  it.each<[string, PersonEvent]>([
    ['a card', event({ kind: 'referral', wish: coatPrice })],
    ['a list', text('my alerts')],
  ])('waits for the answer after %s', (_, e) => {
    const both = after(told(waiting), tap(coatPrice, 2, MINUTE), text('hello', 30_000)).person;
    const kept = { ...both, shopper: { ...both.shopper, again_due: told(waiting).shopper.again_due } };
    const answer = after(
      kept,
      e.kind === 'referral' ? event({ kind: 'referral', wish: { ...coat, sku: 'other' } }) : e,
    );
    expect(answer.aside?.again).toEqual([]);
    expect(due(answer.person)).toEqual(['sub_1 already_told']);
  });

  it('is not offered for what was asked again meanwhile', () => {
    const again = after(told(waiting), tap(coat, 2, MINUTE)).person;
    expect(after(again, text('hello')).aside?.again).toEqual([]);
  });

  it('is not offered where the shop does not want it', () => {
    const off = facts({ offerAgain: false });
    expect(tellDue(told(open), off).replies).toEqual([]);
    expect(foldEvent(told(waiting), text('hello'), off).aside?.again).toEqual([]);
  });

  it('"tell me again" asks for the same wish with a new card', () => {
    const button = event({ kind: 'message', text: 'Tell me again', payload: 'beckon:again:sub_1' });
    expect(after(told(open), button).replies).toMatchObject([{ say: 'ask', wish: { sku: coat.sku, kind: coat.kind } }]);
    expect(said(after(open, button))).toEqual(['already']);
    const long = foldEvent(nobody(), button, facts({ named: (id) => told(open).subs.find((s) => s.sub_id === id) }));
    expect(said(long)).toEqual(['ask']);
    expect(said(after(nobody(), button))).toEqual(['question']);
  });
});

describe('a right to send that has run out', () => {
  const end = NOW - 50 * MINUTE + YEAR;

  it('ends the request, and the token is gone', () => {
    const { person, notes, replies } = expire(waiting, end, facts({ now: end }));
    expect(person.subs).toMatchObject([{ state: 'ended', ended_reason: 'request_expired', ended_at: end, rev: 2 }]);
    expect(toShopper(person.shopper)).toMatchObject({ rev: 2, grants: [], ended_subs: ['sub_1'], updated_at: end });
    expect(notes).toMatchObject([{ verdict: 'unsubscribed', reason: 'request_expired', sub: { sub_id: 'sub_1' } }]);
    expect([replies, due(person)]).toEqual([[], ['sub_1 request_expired']]);
  });

  it('not a millisecond before, and once', () => {
    expect(expire(waiting, end - 1, facts()).person).toBe(waiting);
    const over = expire(waiting, end, facts({ now: end })).person;
    expect(expire(over, end + 1, facts()).person).toBe(over);
  });

  it('is told at once where the window is open', () => {
    const now = end + 10;
    const back = { ...waiting, shopper: { ...waiting.shopper, window_until: now + DAY / 2 } };
    const { person, replies } = expire(back, now, facts({ now }));
    expect(replies).toMatchObject([{ say: 'again', offers: [{ sub_id: 'sub_1', why: 'request_expired' }] }]);
    expect(due(person)).toEqual([]);
  });

  it('is told with the answer to what they do next, also when nobody looked in between', () => {
    const now = end + DAY;
    const answer = foldEvent(waiting, later('hello', now), facts({ now }));
    expect(answer.person.subs).toMatchObject([{ ended_reason: 'request_expired' }]);
    expect(answer.notes).toMatchObject([{ reason: 'request_expired' }]);
    expect(answer.aside?.again).toMatchObject([{ why: 'request_expired' }]);
  });

  it('leaves a request that a newer tap can still serve, without the old token', () => {
    const twice = after(waiting, tap(coat, 2, MINUTE)).person;
    const { person, notes } = expire(twice, end, facts());
    expect(person.subs).toBe(twice.subs);
    expect(person.shopper.grants.map((g) => g.grant_id)).toEqual(['grt_2']);
    expect(notes).toEqual([]);
  });

  it('leaves what a lasting right can still serve', () => {
    const lasting = { ...waiting.shopper.grants[0]!, sub_id: null, expires_at: end + DAY };
    const person = { ...waiting, shopper: { ...waiting.shopper, grants: [...waiting.shopper.grants, lasting] } };
    expect(expire(person, end, facts()).person.subs).toBe(waiting.subs);
  });
});
