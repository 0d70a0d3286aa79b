import { describe, expect, it } from '@jest/globals';
import { GENERIC_ELEMENTS_MAX } from '@beckon/messenger';
import { coat, coatPrice, event, facts, nobody, tap, text } from '../../tests/examples.js';
import { foldEvent } from './fold-event.js';
import type { ReplyWanted } from './outcome.js';
import type { Person } from './person.js';

/** A person who asked for so many sizes, one second after the other. */
const waiting = (count: number): Person =>
  Array.from({ length: count }, (_, i) => tap({ ...coat, sku: `coat-${i}` }, i, 100_000 - i * 1000)).reduce(
    (person, e) => foldEvent(person, e, facts()).person,
    foldEvent(nobody(), text('hello', 200_000), facts()).person,
  );
const button = (payload: string) => event({ kind: 'postback', payload });
const shown = (person: Person, e = text('my alerts')): ReplyWanted | undefined =>
  foldEvent(person, e, facts()).replies[0];
const names = (reply: ReplyWanted | undefined): string[] =>
  reply?.say === 'list' ? reply.alerts.map((a) => a.sub.sub_id) : [];

describe('my alerts', () => {
  it('shows the one alert of somebody who has one, with what is known of it now', () => {
    const person = foldEvent(waiting(0), tap(coatPrice, 7), facts()).person;
    expect(shown(person)).toMatchObject({
      say: 'list',
      next: null,
      alerts: [{ sub: { sub_id: 'sub_7', kind: 'price_drop' }, item: { name: 'Red coat, Size M' } }],
    });
  });

  it('is friendly to somebody who has none', () => {
    expect(shown(waiting(0))).toEqual({ say: 'no_alerts', language: 'en' });
    const stopped = foldEvent(waiting(2), text('STOP', 2000), facts()).person;
    expect(shown(stopped, text('meine Benachrichtigungen'))).toEqual({ say: 'no_alerts', language: 'de' });
  });

  it.each([1, GENERIC_ELEMENTS_MAX, GENERIC_ELEMENTS_MAX + 1, 25])('of %i are each on one page', (count) => {
    const person = waiting(count);
    const seen: string[] = [];
    let next: number | null = 0;
    while (next !== null) {
      const page = shown(person, button(`beckon:list:${next}`));
      if (page?.say !== 'list') throw new Error('no list');
      expect(page.alerts.length).toBeLessThanOrEqual(GENERIC_ELEMENTS_MAX);
      seen.push(...names(page));
      next = page.next;
    }
    expect(seen).toEqual(Array.from({ length: count }, (_, i) => `sub_${i}`));
  });

  it.each(['beckon:list', 'beckon:list:99', 'beckon:list:-1', 'beckon:list:x', 'beckon:list:1e3'])(
    '%s shows the beginning',
    (payload) => {
      expect(names(shown(waiting(3), button(payload)))).toEqual(['sub_0', 'sub_1', 'sub_2']);
    },
  );
});
