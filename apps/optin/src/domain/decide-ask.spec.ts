import { describe, expect, it } from '@jest/globals';
import { NOW, coat, coatPrice, facts, item, nobody, tap, text } from '../../tests/examples.js';
import { ASK_DAY_MS, decideAsk } from './decide-ask.js';
import type { AskFacts } from './decide-ask.js';
import { foldEvent } from './fold-event.js';
import type { Person } from './person.js';
import type { PersonEvent } from './person-event.js';

const after = (...events: PersonEvent[]): Person =>
  events.reduce((person, e) => foldEvent(person, e, facts()).person, nobody());
const asks = (more: Partial<AskFacts> = {}): AskFacts => ({
  now: NOW,
  mayAsk: true,
  humanPauseMs: 3_600_000,
  perDay: 2,
  askedAt: [],
  item,
  ...more,
});
const wrote = after(text('hello'));
const refused = (why: string, againAt: number | null = null): object => ({ ask: false, refused: why, againAt });

describe('a shop may ask', () => {
  it('who wrote lately and did not ask for it yet', () => {
    expect(decideAsk(wrote, coat, asks())).toEqual({ ask: true });
    expect(decideAsk(after(text('hello'), tap(coat, 1)), coatPrice, asks())).toEqual({ ask: true });
  });

  it('again who ended it, or was told', () => {
    const ended = after(text('hello', 9000), tap(coat, 1, 8000), text('STOP', 7000), text('START', 6000));
    expect(decideAsk(ended, coat, asks())).toEqual({ ask: true });
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
    expect(decideAsk(open(60_000), coat, asks())).toEqual({ ask: true });
    expect(decideAsk(open(59_999), coat, asks())).toEqual(refused('window_closed'));
    expect(decideAsk(after(tap(coat, 1)), coatPrice, asks())).toEqual(refused('window_closed'));
    expect(decideAsk(nobody(), coat, asks())).toEqual(refused('window_closed'));
  });

  it('who has asked for it already', () => {
    const asked = after(text('hello'), tap(coat, 1));
    expect(decideAsk(asked, coat, asks())).toEqual(refused('already_asked'));
  });

  it('with whom a human is talking, until that is over or the shopper turned to the bot', () => {
    const human = (human_at: number, awake_at: number | null = null): Person => ({
      ...wrote,
      shopper: { ...wrote.shopper, human_at, awake_at },
    });
    expect(decideAsk(human(NOW - 60_000), coat, asks())).toEqual(refused('human_answering', NOW + 3_540_000));
    expect(decideAsk(human(NOW - 3_600_000), coat, asks())).toEqual({ ask: true });
    expect(decideAsk(human(NOW - 60_000, NOW - 5000), coat, asks())).toEqual({ ask: true });
  });

  it('on a Page that may not', () => {
    expect(decideAsk(wrote, coat, asks({ mayAsk: false }))).toEqual(refused('page_cannot_ask'));
  });

  it('about a price that nobody knows', () => {
    expect(decideAsk(wrote, coatPrice, asks({ item: { ...item, price: null } }))).toEqual(refused('no_price'));
  });

  it('more often in 24 hours than the shop allows itself, and is told when it may again', () => {
    const [early, late] = [NOW - 20 * 3_600_000, NOW - 3_600_000];
    expect(decideAsk(wrote, coat, asks({ askedAt: [late] }))).toEqual({ ask: true });
    const twice = asks({ askedAt: [late, early] });
    expect(decideAsk(wrote, coat, twice)).toEqual(refused('too_many_asks', early + ASK_DAY_MS));
    expect(decideAsk(wrote, coat, { ...twice, perDay: 1 })).toEqual(refused('too_many_asks', late + ASK_DAY_MS));
    expect(decideAsk(wrote, coat, { ...twice, now: early + ASK_DAY_MS })).toEqual({ ask: true });
    expect(decideAsk(wrote, coat, asks({ perDay: 0 }))).toEqual(refused('too_many_asks'));
  });
});
