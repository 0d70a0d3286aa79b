/** The load is what the checker needs: repeatable, large enough, and with an answer that follows from it. */
import { describe, expect, it } from '@jest/globals';
import { BASE_PRICE, FULL, planLoad } from './plan.js';

const TEN_MINUTES = 600_000;

describe('the plan of the load', () => {
  const plan = planLoad(7, TEN_MINUTES);

  it('is the same for the same seed, and another for another', () => {
    expect(planLoad(7, TEN_MINUTES)).toEqual(plan);
    expect(planLoad(8, TEN_MINUTES).taps).not.toEqual(plan.taps);
  });

  it('asks for more than 20,000 alerts in ten minutes, nobody twice for the same', () => {
    expect(plan.taps.filter(({ at }) => at < 0).length).toBeGreaterThanOrEqual(20_000);
    expect(new Set(plan.taps.map((t) => `${t.person} ${t.sku}`)).size).toBe(plan.taps.length);
    expect(plan.taps.filter(({ at }) => at >= 0).length).toBeGreaterThan(1_000);
    expect(plan.stops.length).toBe(Math.round(FULL.stopsPerSecond * 600));
    expect(new Set(plan.stops.map((s) => s.person)).size).toBe(plan.stops.length);
  });

  it('opens and closes in turn; what stays ends open', () => {
    for (const { changes, stays, kind } of plan.skus) {
      expect(changes.map((c) => c.open)).toEqual(changes.map((_, i) => i % 2 === 0));
      expect([...changes].sort((a, b) => a.at - b.at)).toEqual(changes);
      expect(changes.at(-1)?.open).toBe(stays);
      for (const { open, units, price } of changes)
        expect(open).toBe(kind === 'price_drop' ? price < BASE_PRICE : units > 0);
    }
    const fates = plan.skus.map(({ changes, stays }) => (!stays ? 'goes' : changes.length > 1 ? 'returns' : 'stays'));
    for (const fate of ['goes', 'returns', 'stays']) expect(fates.filter((f) => f === fate).length).toBeGreaterThan(5);
  });

  it('asks late only for what has a known answer', () => {
    const bySku = new Map(plan.skus.map((s) => [s.sku, s]));
    for (const { at, sku, person } of plan.taps) {
      expect(bySku.get(sku)?.shop).toBe(plan.people[person]?.shop);
      if (at >= 0) expect([bySku.get(sku)?.kind, bySku.get(sku)?.stays]).toEqual(['back_in_stock', true]);
    }
  });

  it('fills windows: most shoppers ask for more at a time than their limits let pass', () => {
    const { limits } = plan.shops[0] ?? { limits: [] };
    const perShopper = plan.taps.length / plan.people.length;
    const tightest = Math.min(...limits.map(({ limit, period }) => (limit * TEN_MINUTES) / period));
    expect(perShopper).toBeLessThan(tightest);
    expect(perShopper).toBeGreaterThan(tightest / 4);
  });
});
