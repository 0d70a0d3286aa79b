import { describe, expect, it } from '@jest/globals';
import { NOW, coat, coatPrice, facts, item, nobody, tap, text } from '../../tests/examples.js';
import { ASK_DAY_MS, decideAsk } from './decide-ask.js';
import type { AskFacts } from './decide-ask.js';
import { foldEvent } from './fold-event.js';
import type { Person } from './person.js';
import type { PersonEvent } from './person-event.js';
import type { Wish } from './wish.js';

const after = (...events: PersonEvent[]): Person =>
  events.reduce((person, e) => foldEvent(person, e, facts()).person, nobody());
const asks = (more: Partial<AskFacts> = {}): AskFacts => ({
  ...facts(),
  humanPauseMs: 3_600_000,
  perDay: 2,
  askedAt: [],
  ...more,
});
const asked = (wish: Wish = coat): object =>
  expect.objectContaining({ ask: { say: 'ask', wish, item, as: 'one_time' } });
const wrote = after(text('hello'));
const refused = (why: string, againAt: number | null = null): object => ({ refused: why, againAt });

describe('a shop may ask', () => {
  it('who wrote lately and did not ask for it yet', () => {
    expect(decideAsk(wrote, coat, asks())).toEqual(asked());
    expect(decideAsk(after(text('hello'), tap(coat, 1)), coatPrice, asks())).toEqual(asked(coatPrice));
  });

  it('again who ended it, or was told', () => {
    const ended = after(text('hello', 9000), tap(coat, 1, 8000), text('STOP', 7000), text('START', 6000));
    expect(decideAsk(ended, coat, asks())).toEqual(asked());
  });
});

describe('a shop may not ask', () => {
  it('who said STOP, also when they wrote something else since', () => {
    const stopped = after(text('STOP', 5000), text('hello', 1000));
    expect(decideAsk(stopped, coat, asks())).toEqual(refused('stopped'));
  });

  it('who cannot be reached', () => {
    const gone = { ...wrote, shopper: { ...wrote.shopper, suspended_at: NOW } };
    expect(decideAsk(gone, coat, asks())).toEqual(refused('suspended'));
  });

  it('outside the window, nor at its very end, when the question would come too late', () => {
    const open = (ms: number): Person => ({ ...wrote, shopper: { ...wrote.shopper, window_until: NOW + ms } });
    expect(decideAsk(open(60_000), coat, asks())).toEqual(asked());
    expect(decideAsk(open(59_999), coat, asks())).toEqual(refused('window_closed'));
    expect(decideAsk(after(tap(coat, 1)), coatPrice, asks())).toEqual(refused('window_closed'));
    expect(decideAsk(nobody(), coat, asks())).toEqual(refused('window_closed'));
  });

  it('who has asked for it already', () => {
    const waiting = after(text('hello'), tap(coat, 1));
    expect(decideAsk(waiting, coat, asks())).toEqual(refused('already_asked'));
  });

  it('with whom a human is talking, until that is over or the shopper turned to the bot', () => {
    const human = (human_at: number, awake_at: number | null = null): Person => ({
      ...wrote,
      shopper: { ...wrote.shopper, human_at, awake_at },
    });
    expect(decideAsk(human(NOW - 60_000), coat, asks())).toEqual(refused('human_answering', NOW + 3_540_000));
    expect(decideAsk(human(NOW - 3_600_000), coat, asks())).toEqual(asked());
    expect(decideAsk(human(NOW - 60_000, NOW - 5000), coat, asks())).toEqual(asked());
  });

  it('on a Page that may not', () => {
    expect(decideAsk(wrote, coat, asks({ mayAsk: false }))).toEqual(refused('page_cannot_ask'));
  });

  it('about a price that nobody knows', () => {
    expect(decideAsk(wrote, coatPrice, asks({ item: () => ({ ...item, price: null }) }))).toEqual(refused('no_price'));
  });

  it('for a price that is no lower than the one now, or that nobody chose', () => {
    const at = (amount: number): Wish => ({ ...coatPrice, threshold: { type: 'at_most', amount, currency: 'EUR' } });
    expect(decideAsk(wrote, at(12_900), asks())).toEqual(refused('price_not_lower'));
    expect(decideAsk(wrote, at(12_899), asks())).toEqual(asked(at(12_899)));
    expect(decideAsk(wrote, { ...coatPrice, threshold: null }, asks())).toEqual(refused('price_not_lower'));
  });

  it('about a topic that the shop does not have any more', () => {
    const sale: Wish = { ...coat, product: null, sku: null, topic: 'autumn', kind: 'early_sale' };
    expect(decideAsk(wrote, sale, asks({ item: () => ({ name: null, price: null }) }))).toEqual(refused('topic_over'));
  });

  it('the same twice in a week, where notification messages are asked for, which is noted in a revision', () => {
    const recurring = asks({ notifications: true, mayAsk: false });
    const first = decideAsk(wrote, coat, recurring);
    if (!('ask' in first)) throw new Error('the first is asked');
    expect(first.ask.as).toBe('notification');
    expect(first.person.shopper).toMatchObject({ rev: wrote.shopper.rev + 1, updated_at: NOW });
    expect(decideAsk(first.person, coat, recurring)).toEqual(refused('asked_lately'));
  });

  it('more often in 24 hours than the shop allows itself, and is told when it may again', () => {
    const [early, late] = [NOW - 20 * 3_600_000, NOW - 3_600_000];
    expect(decideAsk(wrote, coat, asks({ askedAt: [late] }))).toEqual(asked());
    const twice = asks({ askedAt: [late, early] });
    expect(decideAsk(wrote, coat, twice)).toEqual(refused('too_many_asks', early + ASK_DAY_MS));
    expect(decideAsk(wrote, coat, { ...twice, perDay: 1 })).toEqual(refused('too_many_asks', late + ASK_DAY_MS));
    expect(decideAsk(wrote, coat, { ...twice, now: early + ASK_DAY_MS })).toEqual(asked());
    expect(decideAsk(wrote, coat, asks({ perDay: 0 }))).toEqual(refused('too_many_asks'));
  });
});
