import { expect } from '@jest/globals';
import fc from 'fast-check';
import { targetOf } from './target.js';
import { extendReach, NO_LIMIT, reachOf, thresholdOf, type Reach, type ThresholdRange } from './threshold.js';

const price = (value: number): Reach => ({ scale: 'EUR', value, direction: 'from' });
const units = (value: number): Reach => ({ scale: '', value, direction: 'upTo' });
const holds = (range: ThresholdRange | undefined, value: number): boolean =>
  range !== undefined && range.low <= value && value <= range.high;

test('conditions are numbers on a scale', () => {
  expect(thresholdOf({ type: 'units_at_least', units: 3 })).toEqual({ scale: '', value: 3 });
  expect(thresholdOf({ type: 'price_at_most', amount: 7_999, currency: 'EUR' })).toEqual({
    scale: 'EUR',
    value: 7_999,
  });
  expect(thresholdOf({ type: 'units_between', at_least: 1, at_most: 3 })).toEqual({ scale: '', value: 3 });
  expect(thresholdOf({ type: 'topic_open' })).toEqual({ scale: 'topic', value: 0 });
});

test('what a subscription is about is never mistaken for something else', () => {
  const about = { product: null, sku: null, topic: null };
  expect(targetOf({ ...about, product: 'coat', sku: 'coat-m' })).toBe('sku:coat-m');
  expect(targetOf({ ...about, product: 'coat' })).toBe('product:coat');
  expect(targetOf({ ...about, topic: 'autumn' })).toBe('topic:autumn');
  expect(targetOf(about)).toBe('product:');
});

test('a signal reaches as far as its units or its price; uncounted units reach everybody', () => {
  const none = { units: null, new_price: null };
  expect(reachOf({ ...none, kind: 'back_in_stock', units: 4 })).toEqual(units(4));
  expect(reachOf({ ...none, kind: 'back_in_stock' })).toEqual(units(NO_LIMIT));
  expect(reachOf({ ...none, kind: 'price_drop', new_price: { amount: 80, currency: 'EUR' } })).toEqual(price(80));
  expect(reachOf({ ...none, kind: 'price_drop' })).toBeUndefined();
  expect(reachOf({ ...none, kind: 'low_stock', units: 2 })).toEqual({ ...price(2), scale: '' });
  expect(reachOf({ ...none, kind: 'low_stock' })).toBeUndefined();
  for (const kind of ['new_collection', 'early_sale'] as const)
    expect(reachOf({ ...none, kind })).toEqual({ scale: 'topic', value: 0, direction: 'upTo' });
});

test('a further fall adds only those who wanted less than before; nothing is added by what was reached', () => {
  expect(extendReach(undefined, price(80)).added).toEqual({ scale: 'EUR', low: 80, high: NO_LIMIT });
  expect(extendReach(price(80), price(70)).added).toEqual({ scale: 'EUR', low: 70, high: 79 });
  expect(extendReach(price(80), price(80)).added).toBeUndefined();
  expect(extendReach(units(3), units(5)).added).toEqual({ scale: '', low: 4, high: 5 });
  expect(extendReach(units(5), units(2))).toEqual({ reach: units(5), added: undefined });
});

test('whatever a signal does in its life, each threshold it ever met is added exactly once', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(price, units),
      fc.array(fc.nat(30), { minLength: 1, maxLength: 10 }),
      fc.nat(30),
      (of, life, threshold) => {
        let reach: Reach | undefined;
        const added: ThresholdRange[] = [];
        for (const value of life) {
          const next = extendReach(reach, of(value));
          reach = next.reach;
          if (next.added) added.push(next.added);
        }
        const met = life.some((value) => (of === price ? threshold >= value : threshold <= value));
        expect(added.filter((range) => holds(range, threshold))).toHaveLength(met ? 1 : 0);
      },
    ),
  );
});
