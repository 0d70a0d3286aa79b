import { describe, expect, it } from '@jest/globals';
import { TopicSettings, type Signal } from '@beckon/contracts';
import fc from 'fast-check';
import type { z } from 'zod';
import { decideByEvent, decideByTime, openSignalOf, tellTopic, unknownTopic, type TopicState } from './topic-signal.js';

const sale = (more: Partial<z.input<typeof TopicSettings>> = {}): TopicSettings =>
  TopicSettings.parse({ topic: 'sale', kind: 'early_sale', name: { en: 'Winter sale' }, opens_at: 100, ...more });
const context = { shop: 'aurora', source: 'schedule', sourcePartition: 0, kind: 'early_sale', settingsRev: 3 } as const;

/** Looks at every one of these instants, with the settings in force then; answers what was told. */
function watch(instants: readonly (readonly [number, TopicSettings | undefined])[], begin = unknownTopic('sale')) {
  let state: TopicState = begin;
  const told: Signal[] = [];
  for (const [now, settings] of instants) {
    const change = decideByTime(state, settings, now);
    if (!change) continue;
    const { kind } = openSignalOf(state) ?? settings ?? context;
    const next = tellTopic(state, change, { ...context, kind: kind as 'early_sale', now });
    state = next.state;
    told.push(next.signal);
  }
  return { state, told, words: told.map((s) => `${s.op} ${s.tiers?.join('+') ?? 'all'} at ${s.source_at}`) };
}
const at = (settings: TopicSettings | undefined, ...instants: number[]) =>
  instants.map((now) => [now, settings] as const);

describe('by time', () => {
  it('opens for everybody at its time and not before, closes at its end, and stays closed', () => {
    const { words, told } = watch(at(sale({ closes_at: 200 }), 0, 99, 100, 150, 199, 200, 201, 900));
    expect(words).toEqual(['opened all at 100', 'closed all at 200']);
    expect(told[0]).toMatchObject({
      ...{ sku: 'topic:sale', product: 'topic:sale', kind: 'early_sale', seq: 1, opened_at: 100, source: 'schedule' },
      ...{ old_price: null, new_price: null, units: null, tiers: null },
    });
    expect(told[1]?.signal_id).toBe(told[0]?.signal_id);
  });

  it('opens late when nobody looked at its time, and not at all when it is over by then', () => {
    expect(watch(at(sale(), 5_000)).words).toEqual(['opened all at 100']);
    expect(watch(at(sale({ closes_at: 200 }), 5_000)).words).toEqual([]);
  });

  it('lets tiers in one after the other, then everybody, with one signal', () => {
    const early_access = [
      { tier: 'silver', opens_at: 60 },
      { tier: 'gold', opens_at: 40 },
    ];
    const { words, told } = watch(at(sale({ early_access }), 0, 40, 41, 60, 99, 100, 101));
    expect(words).toEqual(['opened gold at 40', 'moved gold+silver at 60', 'moved all at 100']);
    expect(new Set(told.map((s) => s.signal_id)).size).toBe(1);
    expect(told.map((s) => s.seq)).toEqual([1, 2, 3]);
  });

  it('is closed when the shop takes it away, and does not open again when it is put back', () => {
    expect(watch([...at(sale(), 100), ...at(undefined, 110), ...at(sale(), 120, 130)]).words).toEqual([
      'opened all at 100',
      'closed all at 110',
    ]);
  });

  it('opens anew, with another signal, when it is given a later time', () => {
    const again = sale({ opens_at: 300 });
    const { words, told } = watch([...at(sale(), 100), ...at(again, 150, 299, 300)]);
    expect(words).toEqual(['opened all at 100', 'closed all at 150', 'opened all at 300']);
    expect(told[2]?.signal_id).not.toBe(told[0]?.signal_id);
  });

  it('an early access that was put off lets nobody in twice by its old time', () => {
    const early = sale({ early_access: [{ tier: 'gold', opens_at: 40 }] });
    const { words } = watch([...at(early, 40), ...at(sale({ opens_at: 90 }), 50, 89, 90)]);
    expect(words).toEqual(['opened gold at 40', 'closed gold at 50', 'opened all at 90']);
  });

  it('becoming the other kind closes it as what it was', () => {
    const { told } = watch([...at(sale(), 100), ...at(sale({ kind: 'new_collection' }), 110, 120)]);
    expect(told.map((s) => `${s.op} ${s.kind}`)).toEqual(['opened early_sale', 'closed early_sale']);
  });

  it('without a time it is left to events, but not without the shop', () => {
    const byEvent = sale({ opens_at: undefined });
    expect(watch(at(byEvent, 0, 100, 1_000)).words).toEqual([]);
    const open = watch(at(sale(), 100)).state;
    expect(watch(at(byEvent, 110), open).words).toEqual([]);
    expect(watch(at(undefined, 120), open).words).toEqual(['closed all at 120']);
  });

  it('whatever is edited and whenever it is looked at: every signal opens once, and what is open is what the settings say', () => {
    const instant = fc.integer({ min: 0, max: 60 });
    const settings = fc
      .record({ opens: instant, lasts: fc.option(fc.integer({ min: 1, max: 20 })), early: fc.option(instant) })
      .map(({ opens, lasts, early }) =>
        sale({
          opens_at: opens,
          ...(lasts === null ? {} : { closes_at: opens + lasts }),
          ...(early === null || early >= opens ? {} : { early_access: [{ tier: 'gold', opens_at: early }] }),
        }),
      );
    fc.assert(
      fc.property(fc.array(fc.tuple(instant, fc.option(settings, { nil: undefined })), { maxLength: 30 }), (looks) => {
        const history = [...looks].sort(([a], [b]) => a - b);
        const { told, state } = watch(history);
        const opened = told.filter((s) => s.op === 'opened').map((s) => s.signal_id);
        expect(new Set(opened).size).toBe(opened.length);
        expect(told.map((s) => s.seq)).toEqual(told.map((_, i) => i + 1));
        expect(told.every((s, i) => (s.op === 'opened') === (i === 0 || told[i - 1]?.op === 'closed'))).toBe(true);
        const [now, last] = history.at(-1) ?? [0, undefined];
        const open = openSignalOf(state);
        if (!open) return;
        expect(last && (last.closes_at ?? now + 1) > now).toBe(true);
        expect(open.tiers).toEqual((last?.opens_at ?? 0) <= now ? null : ['gold']);
        // Looked at again, by whoever remembers: nothing more.
        expect(watch([[now, last]], state).told).toEqual([]);
      }),
    );
  });
});

describe('by event', () => {
  const event = (eventId: string, opens: boolean, when: number) => ({ topic: 'sale', opens, at: when, eventId });
  /** Takes events in order and answers what was told. */
  const take = (...events: ReturnType<typeof event>[]): string[] => {
    let state = unknownTopic('sale');
    return events.flatMap((e) => {
      const taken = decideByEvent(state, e);
      state = taken.state;
      if (!taken.change) return [];
      const told = tellTopic(state, taken.change, { ...context, source: 'catalog', now: 1_000 });
      state = told.state;
      return [`${told.signal.op} at ${told.signal.source_at}`];
    });
  };

  it('opens and closes, and opens again only by a later one', () => {
    expect(take(event('a', true, 10), event('b', false, 20), event('c', true, 30))).toEqual([
      ...['opened at 10', 'closed at 20', 'opened at 30'],
    ]);
  });

  it.each([
    ['the same one again', [event('a', true, 10), event('a', true, 10)]],
    ['one more while it is open', [event('a', true, 10), event('b', true, 20)]],
    ['an end that is older than the opening', [event('a', true, 10), event('b', false, 5)]],
  ])('does nothing by %s', (_, events) => {
    expect(take(...events)).toEqual(['opened at 10']);
  });

  it('a replay of all of it opens nothing', () => {
    const all = [event('a', true, 10), event('b', false, 20)];
    expect(take(...all, ...all)).toEqual(['opened at 10', 'closed at 20']);
  });

  it('an end of what never opened says nothing', () => {
    expect(take(event('a', false, 10))).toEqual([]);
  });
});

test('decisions say who is in', () => {
  const tell = (tiers: string[] | null) =>
    tellTopic(unknownTopic('sale'), { op: 'opened', since: 10, tiers }, { ...context, now: 12 });
  expect(tell(['gold', 'silver']).decisions).toMatchObject([
    { verdict: 'opened', detail: 'open to gold, silver', sku: 'topic:sale', at: 12, settings_rev: 3, terminal: false },
  ]);
  expect(tell(null).decisions).toMatchObject([{ detail: 'open to everybody' }]);
});
