import { expect } from '@jest/globals';
import fc from 'fast-check';
import { takeStock, type KnownStock, type StockNews } from './location-stock.js';
import type { StockUpdate } from './offer-update.js';

const unknown: KnownStock = { stockMark: undefined, locations: {}, units: null };
const told = (location: string | undefined, units: number | null, at: number, previous?: number): StockUpdate => ({
  version: { value: at, explicit: false },
  location,
  units,
  previous,
});

/** Takes updates one after the other; answers what came of the last one that was news. */
function take(updates: readonly StockUpdate[], sells?: ReadonlySet<string>): StockNews {
  let news: StockNews = { stock: unknown, previous: undefined, comparable: false };
  for (const update of updates) {
    const taken = takeStock(news.stock, update, `e${update.version.value}`, sells);
    if (typeof taken === 'object') news = taken;
  }
  return news;
}
const units = (updates: readonly StockUpdate[], sells?: ReadonlySet<string>) => take(updates, sells).stock.units;

test('units are the sum of the locations, each with its own newest word', () => {
  expect(units([told('north', 2, 1), told('south', 3, 1)])).toBe(5);
  expect(units([told('north', 2, 2), told('south', 3, 1), told('north', 9, 1)])).toBe(5);
  expect(units([told('north', 2, 1), told('south', null, 1)])).toBeNull();
});

test('locations that sell nothing online count nothing', () => {
  const online = new Set(['north']);
  expect(units([told('north', 2, 1), told('attic', 70, 1)], online)).toBe(2);
  expect(units([told('attic', 70, 1), told('north', 0, 1)], online)).toBe(0);
  expect(units([told('north', 2, 1), told('attic', null, 1)], online)).toBe(2);
});

test('a total holds until a location tells something newer, and the other way round', () => {
  expect(units([told('north', 2, 1), told(undefined, null, 2)])).toBeNull();
  expect(units([told(undefined, null, 2), told('north', 2, 1)])).toBeNull();
  expect(units([told(undefined, null, 2), told('north', 2, 3)])).toBe(2);
  expect(units([told('north', 2, 3), told(undefined, null, 2)])).toBe(2);
});

test('what was before counts for all locations; of a place never heard of nobody knows what was before', () => {
  expect(take([told('north', 2, 1), told('south', 3, 1)])).toMatchObject({ previous: undefined, comparable: false });
  expect(take([told('north', 2, 1), told('south', 3, 1, 0)])).toMatchObject({ previous: 2, comparable: false });
  expect(take([told('north', 2, 1), told('north', 3, 2)])).toMatchObject({ comparable: true });
});

test('a location may be called anything', () => {
  expect(units([told('__proto__', 2, 1), told('constructor', 3, 1), told('__proto__', 4, 2)])).toBe(7);
});

test('any order of arrival ends in the same units', () => {
  const update = fc.record({
    location: fc.constantFrom('north', 'south', 'attic', undefined),
    units: fc.option(fc.nat(5), { nil: null }),
  });
  const histories = fc.array(update, { minLength: 1, maxLength: 8 }).chain((facts) => {
    const updates = facts.map((f, i) => told(f.location, f.units, i + 1));
    const shuffled = fc.shuffledSubarray(updates, { minLength: updates.length });
    return fc.tuple(fc.constant(updates), shuffled);
  });
  const online = new Set(['north', 'south']);
  fc.assert(
    fc.property(histories, fc.boolean(), ([inOrder, shuffled], some) => {
      expect(units(shuffled, some ? online : undefined)).toBe(units(inOrder, some ? online : undefined));
    }),
    { numRuns: 1000 },
  );
});
