import { describe, expect, it } from '@jest/globals';
import { NOW, coat, coatPrice, event, facts, item, nobody, tap, text } from '../../tests/examples.js';
import { foldEvent } from './fold-event.js';
import type { Facts } from './fold-event.js';
import type { Outcome } from './outcome.js';
import { toSubscription } from './person.js';
import type { Person } from './person.js';
import type { PersonEvent } from './person-event.js';
import type { Threshold, Wish } from './wish.js';

const open: Wish = { ...coatPrice, threshold: null };
const eur = (amount: number): Threshold => ({ type: 'at_most', amount, currency: 'EUR' });
const at = (amount: number): Partial<Facts> => ({ item: () => ({ ...item, price: { amount, currency: 'EUR' } }) });
const link = (wish: Wish, ago = 50_000): PersonEvent => event({ kind: 'referral', wish }, ago);
const choice = (wish: Wish, ago = 1000, verb = 'ask'): PersonEvent =>
  event({ kind: 'message', text: 'chosen', payload: `beckon:${verb}:REF`, choice: wish }, ago);
const price = (subId: string, ago = 1000): PersonEvent =>
  event({ kind: 'postback', payload: `beckon:price:${subId}` }, ago);

function after(before: Person, ...events: PersonEvent[]): Outcome {
  let outcome: Outcome = { person: before, replies: [], notes: [] };
  for (const e of events) outcome = foldEvent(outcome.person, e, facts());
  return outcome;
}
const said = (o: Outcome): string[] => o.replies.map((r) => r.say);
const asked = (): Person => after(nobody(), link(open)).person;

describe('a link to a price drop', () => {
  it('that does not say from which price on leads to that question', () => {
    const outcome = after(nobody(), link(open));
    expect(outcome.replies).toEqual([{ say: 'price_question', wish: open, item }]);
    expect(outcome.person.shopper.pending).toEqual({ what: 'price', wish: open, at: NOW - 50_000 });
  });

  it('that says it leads to the request; a percentage as the price that it comes to', () => {
    expect(after(nobody(), link(coatPrice)).replies).toMatchObject([{ say: 'ask', wish: coatPrice }]);
    const fifth = after(nobody(), link({ ...open, threshold: { type: 'percent', percent: 20 } }));
    expect(fifth.replies).toMatchObject([{ say: 'ask', wish: { threshold: eur(10_320) } }]);
  });

  it.each<[string, Threshold]>([
    ['no lower than the price now', eur(12_900)],
    ['in another currency', { type: 'at_most', amount: 100, currency: 'USD' }],
  ])('with a price that is %s leads to the question for another', (_, threshold) => {
    expect(said(after(nobody(), link({ ...open, threshold })))).toEqual(['price_too_high']);
  });

  it('leads to nothing while the price is not known, unless the link names one', () => {
    const unpriced = facts({ item: () => ({ ...item, price: null }) });
    expect(said(foldEvent(nobody(), link(open), unpriced))).toEqual(['no_price']);
    expect(said(foldEvent(nobody(), link({ ...open, threshold: eur(80) }), unpriced))).toEqual(['ask']);
  });

  it('asks nothing in a conversation that another app holds', () => {
    const outcome = after(nobody(), { ...link(open), standby: true });
    expect(outcome.replies).toEqual([]);
    expect(outcome.person.shopper.pending).toBeNull();
  });
});

describe('the answer', () => {
  it('that is tapped leads to the request', () => {
    const outcome = after(asked(), choice({ ...open, threshold: eur(10_320) }));
    expect(outcome.replies).toEqual([{ say: 'ask', wish: { ...open, threshold: eur(10_320) }, item, as: 'one_time' }]);
    expect(outcome.person.shopper.pending).toBeNull();
  });

  it('may be to type a price', () => {
    const outcome = after(asked(), choice(open, 2000, 'price'));
    expect(said(outcome)).toEqual(['price_wanted']);
    expect(after(outcome.person, text('80')).replies).toMatchObject([{ say: 'ask', wish: { threshold: eur(8000) } }]);
  });

  it.each([
    ['80', 8000],
    ['under 79,90 €', 7990],
    ['20 %', 10_320],
  ])('typed as %j leads to the request for it', (words, amount) => {
    const outcome = after(asked(), text(words));
    expect(outcome.replies).toMatchObject([{ say: 'ask', wish: { ...open, threshold: eur(amount) } }]);
    expect(outcome.person.shopper.pending).toBeNull();
  });

  it.each([
    ['129', 'price_too_high'],
    ['500 €', 'price_too_high'],
    ['80 $', 'price_not_read'],
    ['a bit less', 'price_not_read'],
    ['80 or 90', 'price_not_read'],
  ])('typed as %j is politely asked for again (%s), and may be typed then', (words, reply) => {
    const outcome = after(asked(), text(words, 2000));
    expect(said(outcome)).toEqual([reply]);
    expect(said(after(outcome.person, text('80')))).toEqual(['ask']);
  });

  it.each<[string, PersonEvent]>([
    ['an order', text('help', 2000)],
    ['a STOP', text('STOP', 2000)],
    ['another link', event({ kind: 'referral', wish: coat }, 2000)],
    ['another choice', choice({ ...coat, sku: null }, 2000)],
    ['Get Started', event({ kind: 'postback', payload: 'GO' }, 2000)],
  ])('is no longer awaited after %s', (_, e) => {
    const { person } = after(asked(), e);
    expect(person.shopper.pending).toBeNull();
    expect(said(after(person, text('80')))).not.toContain('ask');
  });

  it('is no longer awaited after products were named instead', () => {
    const choices = [{ wish: coat, name: 'Red coat' }];
    const outcome = foldEvent(asked(), text('the red coat'), facts({ found: choices }));
    expect(outcome.replies).toEqual([{ say: 'choices', choices }]);
    expect(outcome.person.shopper.pending).toBeNull();
  });

  it('is still awaited after a reaction, and after notifications were stopped', () => {
    const { person } = after(
      asked(),
      event({ kind: 'reaction' }, 3000),
      event({ kind: 'notification_stop', tokenKey: 'A' }, 2000),
    );
    expect(said(after(person, text('80')))).toEqual(['ask']);
  });

  it('is awaited for an hour', () => {
    const { person } = after(nobody(), link(open, 3_600_000));
    expect(said(after(person, text('80', 0)))).toEqual(['ask']);
    expect(said(after(person, { ...text('80', 0), at: NOW + 1 }))).toEqual(['unclear']);
  });

  it('is no answer when it was said before the question', () => {
    expect(said(after(asked(), text('80', 60_000)))).toEqual(['unclear']);
  });

  it('after a STOP, which came later but arrived before it, begins nothing', () => {
    const { person } = after(asked(), text('STOP', 1000));
    expect(said(after(person, text('80', 2000)))).toEqual([]);
    const held = { ...asked(), shopper: { ...asked().shopper, stop_at: NOW - 1000 } };
    expect(after(held, text('80', 2000))).toMatchObject({ replies: [], notes: [] });
  });
});

describe('another price for what is waited for', () => {
  const waiting = after(nobody(), link(coatPrice), tap(coatPrice, 1, 40_000)).person;

  it('is asked for by the button of the subscription, and changes it in a new revision', () => {
    const question = after(waiting, price('sub_1', 30_000));
    expect(question.replies).toMatchObject([{ say: 'price_question', wish: { sku: 'red-coat-m', threshold: null } }]);
    const typed = after(question.person, text('under 80', 20_000));
    expect(typed.replies).toMatchObject([{ say: 'price_changed', limit: { amount: 8000, currency: 'EUR' } }]);
    expect(typed.notes).toMatchObject([{ verdict: 'changed', reason: 'user_asked', sub: { sub_id: 'sub_1' } }]);
    const [sub] = typed.person.subs;
    expect(toSubscription(sub!)).toMatchObject({
      ...{ rev: 2, state: 'active', sub_id: 'sub_1', consented_at: NOW - 40_000 },
      condition: { type: 'price_at_most', amount: 8000, currency: 'EUR' },
    });
    expect(sub).toMatchObject({
      consents: [{ words: expect.any(String) }],
      changes: [{ at: NOW - 20_000, words: 'under 80', threshold: eur(8000), seen_price: item.price }],
    });
    expect(typed.person.shopper.grants).toEqual(waiting.shopper.grants);
  });

  it('is tapped: any drop again', () => {
    const lower = after(waiting, choice({ ...open, threshold: eur(8000) }, 20_000)).person;
    const outcome = foldEvent(lower, choice(coatPrice, 10_000), facts(at(11_000)));
    expect(outcome.replies).toMatchObject([{ say: 'price_changed', limit: null }]);
    expect(outcome.person.subs[0]?.condition).toMatchObject({ amount: 10_999 });
    expect(outcome.person.subs[0]?.seen_price).toMatchObject({ amount: 11_000 });
  });

  it('is the one that was chosen last, whichever arrives last, and each counts once', () => {
    const [first, second] = [
      choice({ ...open, threshold: eur(8000) }, 20_000),
      choice({ ...open, threshold: eur(7000) }, 10_000),
    ];
    for (const events of [
      [first, second],
      [second, first],
      [second, first, second],
    ]) {
      const [sub] = after(waiting, ...events).person.subs;
      expect(sub).toMatchObject({
        rev: 3,
        condition: { amount: 7000 },
        changes: [{ at: NOW - 20_000 }, { at: NOW - 10_000 }],
      });
    }
  });

  it('is that of the newest consent when a newer request was tapped', () => {
    const wish: Wish = { ...open, threshold: eur(6000) };
    const { person } = after(waiting, choice({ ...open, threshold: eur(8000) }, 20_000), tap(wish, 2, 10_000));
    expect(person.subs).toMatchObject([{ condition: { amount: 6000 }, consents: [{}, { threshold: eur(6000) }] }]);
  });

  it('is not taken from a link: that is the shop’s word, not the shopper’s', () => {
    const outcome = after(waiting, link({ ...open, threshold: eur(8000) }, 1000));
    expect(said(outcome)).toEqual(['already']);
    expect(outcome.person.subs).toEqual(waiting.subs);
  });

  it('of a subscription that is over, or of somebody else, is gone', () => {
    const stopped = after(waiting, text('STOP', 2000)).person;
    expect(said(after(stopped, price('sub_1')))).toEqual(['gone']);
    expect(said(after(waiting, price('sub_9')))).toEqual(['gone']);
    const other = after(nobody(), link(coat), tap(coat, 1, 40_000)).person;
    expect(said(after(other, price('sub_1')))).toEqual(['gone']);
  });

  it('after a STOP of before it, which arrives later, the subscription is over', () => {
    const changed = after(waiting, choice({ ...open, threshold: eur(8000) }, 10_000)).person;
    expect(after(changed, text('STOP', 20_000)).person.subs).toMatchObject([{ state: 'ended' }]);
    const stopped = after(waiting, text('STOP', 20_000)).person;
    expect(said(after(stopped, choice({ ...open, threshold: eur(8000) }, 10_000)))).toEqual(['ask']);
  });
});
