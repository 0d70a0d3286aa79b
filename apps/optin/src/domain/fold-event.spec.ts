import { describe, expect, it } from '@jest/globals';
import { Shopper, Subscription } from '@beckon/contracts';
import { NOW, coat, coatPrice, event, facts, item, nobody, tap, text, updates } from '../../tests/examples.js';
import { foldEvent } from './fold-event.js';
import type { Outcome } from './outcome.js';
import { toShopper, toSubscription } from './person.js';
import type { Person } from './person.js';
import type { PersonEvent } from './person-event.js';

const DAY = 86_400_000;

/** Folds events one after the other; the outcome of the last. */
function after(...events: PersonEvent[]): Outcome {
  let outcome: Outcome = { person: nobody(), replies: [], notes: [] };
  for (const e of events) outcome = foldEvent(outcome.person, e, facts());
  return outcome;
}
const said = (o: Outcome): string[] => o.replies.map((r) => r.say);
const noted = (o: Outcome): string[] => o.notes.map((n) => `${n.verdict}:${n.reason}`);
const active = (p: Person): string[] => p.subs.filter((s) => s.state === 'active').map((s) => s.sub_id);

describe('every input of a new person is answered', () => {
  it.each<[string, PersonEvent, string[], number | null]>([
    ['link into the thread', event({ kind: 'referral', wish: coat }), ['ask'], NOW - 1000 + DAY],
    ['link with a forged ref', event({ kind: 'referral' }), ['question'], NOW - 1000 + DAY],
    ['get started by a link', event({ kind: 'postback', payload: 'GO', wish: coat }), ['ask'], NOW - 1000 + DAY],
    ['get started by itself', event({ kind: 'postback', payload: 'GO' }), ['greeting'], NOW - 1000 + DAY],
    ['words', text('is the coat back?'), ['unclear'], NOW - 1000 + DAY],
    ['words that ask to be told', text('tell me when the coat is back'), ['question'], NOW - 1000 + DAY],
    ['words about stopping', text('how can I stop this?'), ['unclear_stop'], NOW - 1000 + DAY],
    ['a picture', event({ kind: 'message', text: null, payload: null }), ['unclear'], NOW - 1000 + DAY],
    [
      'words that come with a link',
      event({ kind: 'message', text: 'Hi', payload: null, wish: coat }),
      ['ask'],
      NOW - 1000 + DAY,
    ],
    [
      'STOP below a link',
      event({ kind: 'message', text: 'Stop', payload: null, wish: coat }),
      ['stopped'],
      NOW - 1000 + DAY,
    ],
    ['the STOP button', event({ kind: 'message', text: 'x', payload: 'beckon:stop' }), ['stopped'], NOW - 1000 + DAY],
    ['STOP', text('STOP'), ['stopped'], NOW - 1000 + DAY],
    ['START', text('START'), ['resumed'], NOW - 1000 + DAY],
    ['help', text('aide'), ['help'], NOW - 1000 + DAY],
    ['a reaction', event({ kind: 'reaction' }), [], NOW - 1000 + DAY],
    ['a tap (the window is closed, so nothing can be said)', tap(coat, 1), [], null],
  ])('%s', (_, e, replies, window) => {
    const outcome = after(e);
    expect(said(outcome)).toEqual(replies);
    expect(outcome.person.shopper).toMatchObject({ rev: 1, window_until: window, seen_at: e.at });
    expect(Shopper.parse(toShopper(outcome.person.shopper))).toBeTruthy();
  });

  it('nothing is said in a conversation that another app holds, but a STOP counts', () => {
    const outcome = after({ ...text('STOP'), standby: true });
    expect(said(outcome)).toEqual([]);
    expect(outcome.person.shopper.stop_at).toBe(NOW - 1000);
  });

  it('nothing is said a day later, when the window has closed', () => {
    expect(said(after(text('hello', DAY + 1)))).toEqual([]);
  });
});

describe('asking', () => {
  const link = event({ kind: 'referral', wish: coatPrice });
  it('says that it cannot, when the Page may not ask', () => {
    expect(said(foldEvent(nobody(), link, facts({ mayAsk: false })))).toEqual(['cannot_ask']);
  });
  it('says that no price is known, when there is nothing to compare with', () => {
    const unpriced = facts({ item: () => ({ ...item, price: null }) });
    expect(said(foldEvent(nobody(), link, unpriced))).toEqual(['no_price']);
  });
  it('does not ask for what was asked and granted', () => {
    expect(
      said(
        after(
          event({ kind: 'referral', wish: coat }, 3000),
          tap(coat, 1, 2000),
          event({ kind: 'referral', wish: coat }),
        ),
      ),
    ).toEqual(['already']);
  });
  it('remembers the language of the link', () => {
    const { person } = after(event({ kind: 'referral', wish: { ...coat, locale: 'fr_FR' } }));
    expect(person.shopper.locale).toBe('fr_FR');
  });
});

describe('consent', () => {
  const asked = event({ kind: 'referral', wish: coatPrice }, 5000);

  it('makes a subscription with the right to send, confirmed in its words', () => {
    const outcome = after(asked, tap(coatPrice, 1));
    const [sub] = outcome.person.subs;
    expect(Subscription.parse(toSubscription(sub!))).toMatchObject({
      rev: 1,
      sub_id: 'sub_1',
      state: 'active',
      shopper_rev: 2,
      sku: 'red-coat-m',
      condition: { type: 'price_at_most', amount: 12_899, currency: 'EUR' },
      seen_price: item.price,
      mode: 'once',
      locale: 'en',
      consented_at: NOW - 1000,
    });
    expect(outcome.person.shopper).toMatchObject({
      rev: 2,
      grants: [
        {
          grant_id: 'grt_1',
          kind: 'one_time',
          sub_id: 'sub_1',
          token_sealed: 'token 1',
          expires_at: NOW - 1000 + 365 * DAY,
        },
      ],
    });
    expect(sub?.consents).toEqual([
      {
        event: expect.any(String),
        at: NOW - 1000,
        received_at: NOW,
        grant_id: 'grt_1',
        words: 'Tell you when Red coat, Size M gets cheaper?',
        asked_by: 'one_time',
        tapped: 'notify_me',
        locale: 'en',
        threshold: { type: 'any' },
        seen_price: item.price,
      },
    ]);
    expect(said(outcome)).toEqual(['confirmed']);
    expect(noted(outcome)).toEqual(['subscribed:requested']);
  });

  it('the published shopper holds no more than the contract', () => {
    const record = toShopper(after(asked, tap(coat, 1)).person.shopper);
    expect(Shopper.strict().parse(record)).toEqual(record);
    expect(Object.keys(record.grants[0]!)).not.toContain('at');
    const recurring = toShopper(after(asked, updates(coat, 'A', 1)).person.shopper);
    expect(Shopper.strict().parse(recurring)).toEqual(recurring);
    expect(Subscription.strict().parse(toSubscription(after(tap(coat, 1)).person.subs[0]!))).toBeTruthy();
  });

  it('a second tap adds its right to the subscription that is there', () => {
    const outcome = after(asked, tap(coat, 1, 3000), tap(coat, 2, 2000));
    expect(active(outcome.person)).toEqual(['sub_1']);
    expect(outcome.person.subs[0]).toMatchObject({ rev: 2, shopper_rev: 3, consented_at: NOW - 3000 });
    expect(outcome.person.shopper.grants.map((g) => [g.grant_id, g.sub_id])).toEqual([
      ['grt_1', 'sub_1'],
      ['grt_2', 'sub_1'],
    ]);
    expect(noted(outcome)).toEqual(['ignored:duplicate']);
  });

  it('the same tap again changes nothing', () => {
    const one = after(asked, tap(coat, 1));
    const two = foldEvent(one.person, tap(coat, 1), facts());
    expect(two.person).toEqual(one.person);
    expect(two.replies).toEqual([]);
  });

  it('different wishes stand side by side', () => {
    const { person } = after(
      tap(coat, 1),
      tap(coatPrice, 2),
      tap({ ...coat, sku: null }, 3),
      tap({ ...coat, sku: 'red-coat-l' }, 4),
    );
    expect(active(person)).toEqual(['sub_1', 'sub_2', 'sub_3', 'sub_4']);
  });

  it.each([
    ['unknown', null],
    ['nothing', { amount: 0, currency: 'EUR' }],
  ])('to a price drop, with a price that is %s, is declined', (_, price) => {
    const before = after(asked).person;
    const outcome = foldEvent(before, tap(coatPrice, 1), facts({ item: () => ({ ...item, price }) }));
    expect(outcome.person.subs).toEqual([]);
    expect(said(outcome)).toEqual(['no_price']);
    expect(noted(outcome)).toEqual(['ignored:no_baseline']);
  });

  it('without a readable ref leads to a question and grants nothing', () => {
    const outcome = after(asked, tap(undefined, 1));
    expect(outcome.person).toMatchObject({ subs: [], shopper: { grants: [] } });
    expect(said(outcome)).toEqual(['question']);
  });
});

describe('stop', () => {
  const asked = event({ kind: 'referral', wish: coat }, 9000);

  it('ends everything, in one revision that the confirmation needs', () => {
    const outcome = after(asked, tap(coat, 1, 8000), tap(coatPrice, 2, 7000), text('STOP'));
    expect(outcome.person.subs).toMatchObject([
      { state: 'ended', ended_reason: 'stopped', ended_at: NOW - 1000, rev: 2 },
      { state: 'ended', ended_reason: 'stopped', ended_at: NOW - 1000, rev: 2 },
    ]);
    expect(toShopper(outcome.person.shopper)).toMatchObject({
      rev: 4,
      stopped_at: NOW - 1000,
      grants: [],
      ended_subs: ['sub_1', 'sub_2'],
    });
    expect(said(outcome)).toEqual(['stopped']);
    expect(noted(outcome)).toEqual(['unsubscribed:stopped', 'unsubscribed:stopped', 'stopped:user_asked']);
  });

  it('a consent that was given before it and comes after it revives nothing, but its evidence stays', () => {
    const outcome = after(asked, text('STOP', 2000), tap(coat, 1, 3000));
    expect(outcome.person.subs).toMatchObject([
      { state: 'ended', ended_reason: 'stopped', consents: [{ grant_id: 'grt_1' }] },
    ]);
    expect(toShopper(outcome.person.shopper)).toMatchObject({ stopped_at: NOW - 2000, grants: [] });
    expect(said(outcome)).toEqual([]);
  });

  it('given before a consent but coming after it ends only what is older', () => {
    const outcome = after(asked, tap(coatPrice, 1, 5000), tap(coat, 2, 2000), text('STOP', 3000));
    expect(active(outcome.person)).toEqual(['sub_2']);
    expect(toShopper(outcome.person.shopper)).toMatchObject({ stopped_at: null, ended_subs: ['sub_1'] });
    expect(said(outcome)).toEqual([]);
  });

  it('a right that was given before it is gone, also where a newer consent keeps the subscription', () => {
    const { person } = after(asked, tap(coat, 1, 5000), tap(coat, 2, 2000), text('STOP', 3000));
    expect(active(person)).toEqual(['sub_1']);
    expect(person.shopper.grants.map((g) => g.grant_id)).toEqual(['grt_2']);
  });

  it('a later tap brings the shopper back for that wish', () => {
    const outcome = after(asked, tap(coat, 1, 8000), text('STOP', 4000), tap(coat, 2, 2000));
    expect(active(outcome.person)).toEqual(['sub_2']);
    expect(toShopper(outcome.person.shopper).stopped_at).toBeNull();
  });

  it('START brings the shopper back and leaves ended what was ended', () => {
    const outcome = after(asked, tap(coat, 1, 8000), text('STOP', 4000), text('START', 2000));
    expect(active(outcome.person)).toEqual([]);
    expect(toShopper(outcome.person.shopper).stopped_at).toBeNull();
    expect(noted(outcome)).toEqual(['resumed:user_asked']);
  });

  it('at the same millisecond as a START it is the STOP that counts', () => {
    for (const events of [
      [text('STOP'), text('START')],
      [text('START'), text('STOP')],
    ])
      expect(toShopper(after(...events).person.shopper).stopped_at).toBe(NOW - 1000);
  });

  it('said again it is confirmed again', () => {
    expect(said(after(text('STOP', 3000), text('STOP', 2000)))).toEqual(['stopped']);
  });

  it('an older link that comes later is not answered', () => {
    expect(said(after(text('STOP', 2000), event({ kind: 'referral', wish: coat }, 3000)))).toEqual([]);
  });
});

it('keeps revisions still where nothing changed', () => {
  const one = after(text('hello', 1000));
  const older = foldEvent(one.person, event({ kind: 'reaction' }, 5000), facts());
  expect(older.person.shopper).toBe(one.person.shopper);
});

it('drops expired rights', () => {
  const { person } = after(tap(coat, 1));
  const later = foldEvent(
    person,
    { ...text('hi'), at: NOW + 400 * DAY, key: 'later' },
    facts({ now: NOW + 400 * DAY }),
  );
  expect(later.person.shopper.grants).toEqual([]);
});
