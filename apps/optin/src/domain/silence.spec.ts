import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { NOW, coat, event, facts, nobody, tap, text } from '../../tests/examples.js';
import { foldEvent } from './fold-event.js';
import type { Outcome } from './outcome.js';
import { toShopper } from './person.js';
import type { Person } from './person.js';
import type { PersonEvent } from './person-event.js';

const MINUTE = 60_000;
const holder = (who: 'human' | 'bot', ago: number): PersonEvent => event({ kind: 'holder', holder: who }, ago);
const human = (ago: number): PersonEvent => holder('human', ago);

function after(...events: PersonEvent[]): Outcome {
  let outcome: Outcome = { person: nobody(), replies: [], notes: [] };
  for (const e of events) outcome = foldEvent(outcome.person, e, facts());
  return outcome;
}
const said = (o: Outcome): string[] => o.replies.map((r) => r.say);

describe('while a human answers in the inbox', () => {
  const before = text('hello', 50 * MINUTE);

  it.each<[string, PersonEvent, string[]]>([
    ['words', text('is it warm?'), []],
    ['a question about stopping', text('how can I stop this?'), []],
    ['the list', text('my alerts'), []],
    ['a link that nobody signed', event({ kind: 'referral' }), []],
    ['a button of another app', event({ kind: 'postback', payload: 'theirs' }), []],
    ['STOP', text('STOP'), ['stopped']],
    ['START', text('START'), ['resumed']],
    ['the list by our button', event({ kind: 'message', text: 'x', payload: 'beckon:list' }), ['no_alerts']],
    ['a link of the shop', event({ kind: 'referral', wish: coat }), ['ask']],
    ['"Notify Me"', tap(coat, 1), ['confirmed']],
  ])('%s', (_, e, replies) => {
    expect(said(after(before, human(40 * MINUTE), e))).toEqual(replies);
  });

  it('STOP is obeyed, too', () => {
    const { person } = after(before, human(MINUTE), text('STOP'));
    expect(toShopper(person.shopper).stopped_at).toBe(NOW - 1000);
  });

  it('lasts an hour from their last word', () => {
    expect(said(after(before, human(61 * MINUTE), text('thanks')))).toEqual(['unclear']);
    expect(said(after(before, human(61 * MINUTE), human(30 * MINUTE), text('thanks')))).toEqual([]);
    const never = facts({ humanPauseMs: 0 });
    expect(foldEvent(after(before, human(MINUTE)).person, text('thanks'), never).replies).toHaveLength(1);
  });

  it('what the person wrote before, and comes late, was for the human as well', () => {
    expect(said(after(before, human(MINUTE), text('is it warm?', 2 * MINUTE)))).toEqual([]);
  });

  it('ends early by a button of ours, until the human writes again', () => {
    const button = event({ kind: 'postback', payload: 'beckon:help' }, 20 * MINUTE);
    expect(said(after(before, human(30 * MINUTE), button, text('thanks')))).toEqual(['unclear']);
    expect(said(after(before, human(30 * MINUTE), button, human(10 * MINUTE), text('thanks')))).toEqual([]);
    expect(said(after(before, human(30 * MINUTE), human(10 * MINUTE), button, text('thanks')))).toEqual([]);
  });

  it('ends when the thread is handed back', () => {
    expect(said(after(before, human(30 * MINUTE), holder('bot', MINUTE), text('thanks')))).toEqual(['unclear']);
  });

  it('a human’s word is no act of the person', () => {
    const away = { ...nobody(), shopper: { ...nobody().shopper, rev: 4, suspended_at: NOW - 9 * MINUTE } };
    const { person, replies, notes } = foldEvent(away, human(MINUTE), facts());
    expect(person.shopper).toMatchObject({ rev: 5, seen_at: null, window_until: null, suspended_at: NOW - 9 * MINUTE });
    expect([replies, notes]).toEqual([[], []]);
    expect(foldEvent(person, human(2 * MINUTE), facts()).person).toBe(person);
  });

  it('the first word may be the human’s', () => {
    expect(after(human(MINUTE)).person.shopper).toMatchObject({ rev: 1, human_at: NOW - MINUTE });
  });
});

it('silence means the same in whatever order words arrive', () => {
  const kinds = ['human', 'bot', 'button', 'words'] as const;
  const eventOf = (kind: (typeof kinds)[number], no: number): PersonEvent => {
    const ago = 50 * MINUTE - no * MINUTE;
    if (kind === 'human' || kind === 'bot') return holder(kind, ago);
    return kind === 'words' ? text('hm', ago) : event({ kind: 'postback', payload: 'beckon:help' }, ago);
  };
  const fold = (events: readonly PersonEvent[]): Person =>
    events.reduce((p, e) => foldEvent(p, e, facts()).person, nobody());
  const history = fc
    .array(fc.constantFrom(...kinds), { minLength: 1, maxLength: 8 })
    .map((list) => list.map(eventOf))
    .chain((list) =>
      fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length, maxLength: list.length })),
    );
  fc.assert(
    fc.property(history, ([inOrder, other]) => {
      const heard = inOrder.flatMap((e) => (e.kind === 'holder' && e.holder === 'human' ? [e.at] : []));
      const woken = inOrder.flatMap((e) =>
        e.kind === 'postback' || (e.kind === 'holder' && e.holder === 'bot') ? [e.at] : [],
      );
      const silent = heard.length > 0 && Math.max(...heard) > Math.max(0, ...woken);
      const last = text('and now?', 0);
      expect(foldEvent(fold(inOrder), last, facts()).replies).toHaveLength(silent ? 0 : 1);
      expect(foldEvent(fold(other), last, facts()).replies).toHaveLength(silent ? 0 : 1);
    }),
    { numRuns: 1000 },
  );
});
