import { describe, expect, it } from '@jest/globals';
import { NOW, coat, event, facts, nobody, text } from '../../tests/examples.js';
import { foldEvent } from './fold-event.js';
import type { Outcome } from './outcome.js';
import type { Person } from './person.js';
import type { PersonEvent } from './person-event.js';

const DAY = 86_400_000;
const open = facts({ disclosure: true });
const fold = (p: Person, e: PersonEvent, now = NOW): Outcome => foldEvent(p, e, { ...open, now });
const on = (day: number): PersonEvent => ({ ...text('help'), at: NOW + day * DAY, key: `day ${day}` });
const disclosed = (...days: number[]): boolean[] => {
  let person = nobody();
  return days.map((day) => {
    const outcome = fold(person, on(day), NOW + day * DAY);
    person = outcome.person;
    return outcome.aside?.disclose ?? false;
  });
};

describe('that the service is an automated one', () => {
  it('is said with the first answer, and again after thirty days without contact', () => {
    expect(disclosed(0, 1, 20, 49, 79, 110, 111)).toEqual([true, false, false, false, false, true, false]);
  });

  it('is said whatever the first answer is', () => {
    for (const e of [text('STOP'), event({ kind: 'referral', wish: coat }), text('my alerts')])
      expect(fold(nobody(), e).aside?.disclose).toBe(true);
  });

  it('is not said twice where the answer says it itself', () => {
    const unclear = fold(nobody(), text('hello', 5000));
    expect(unclear.aside?.disclose).toBe(false);
    expect(fold(unclear.person, text('help')).aside?.disclose).toBe(false);
  });

  it('waits for the first answer that is given', () => {
    const human = fold(nobody(), event({ kind: 'holder', holder: 'human' }, 5000)).person;
    const silent = fold(human, text('hello', 4000));
    expect(silent.aside?.disclose).toBe(false);
    expect(fold(silent.person, event({ kind: 'postback', payload: 'beckon:help' })).aside?.disclose).toBe(true);
    const standby = fold(nobody(), { ...text('hello'), standby: true });
    expect(standby.aside?.disclose).toBe(false);
  });

  it('is left out where the shop says so', () => {
    expect(foldEvent(nobody(), text('hello'), facts({ disclosure: false })).aside?.disclose).toBe(false);
  });
});
