/** The load is what the checker needs: repeatable, large enough, and with an answer that follows from it. */
import { describe, expect, it } from '@jest/globals';
import { BASE_PRICE, FULL, limitOf, planLoad } from './plan.js';
import { SCRIPTS } from './plan-dialogs.js';

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
      const [first, second] = changes;
      const turns = first?.open && second?.open ? changes.slice(1) : changes;
      expect(turns.map((c) => c.open)).toEqual(turns.map((_, i) => i % 2 === 0));
      if (turns !== changes) expect([kind, first!.price > second!.price]).toEqual(['price_drop', true]);
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

  it('asks for lower prices, too: some fall so low at once, some at their second fall, some never', () => {
    const bySku = new Map(plan.skus.map((s) => [s.sku, s]));
    const told = { first: 0, second: 0, never: 0 };
    for (const { sku, threshold } of plan.taps) {
      const limit = limitOf(threshold);
      if (limit === null) continue;
      const prices = bySku.get(sku)!.changes.map((c) => c.price);
      told[prices[0]! <= limit ? 'first' : prices.some((p) => p <= limit) ? 'second' : 'never'] += 1;
    }
    for (const n of Object.values(told)) expect(n).toBeGreaterThan(100);
  });

  it('has every talk many times, each with another person who does nothing else of the kind', () => {
    const people = new Map(plan.people.map((p) => [p.id, p]));
    const bySku = new Map(plan.skus.map((s) => [s.sku, s]));
    const asked = new Set(plan.taps.map((t) => `${t.person} ${t.sku}`));
    const talking = [...plan.dialogs, ...plan.stops].map((d) => d.person);
    expect(new Set(talking).size).toBe(talking.length);
    for (const script of SCRIPTS) expect(plan.dialogs.filter((d) => d.script === script).length).toBeGreaterThan(20);
    for (const { at, person, script, sku } of plan.dialogs) {
      expect(at).toBeLessThan(TEN_MINUTES * 0.9);
      const notified = plan.shops.some((s) => s.notifications === people.get(person)?.page);
      expect(notified).toBe(script === 'notified');
      const about = bySku.get(sku ?? '');
      expect(about !== undefined).toBe(!['end_one', 'erase'].includes(script));
      if (!about) continue;
      expect([about.stays, about.shop]).toEqual([true, people.get(person)?.shop]);
      expect(asked.has(`${person} ${sku}`)).toBe(false);
      if (script === 'typed_price') expect(about.changes[0]!.at).toBeGreaterThan(at);
    }
  });

  it('knows taps and STOP only where a peer is to play it', () => {
    const plain = planLoad(7, TEN_MINUTES, { ...FULL, dialogsPerSecond: 0 });
    expect(plain.dialogs).toEqual([]);
    expect(plain.taps.every((t) => t.threshold === null)).toBe(true);
    expect(plain.shops.every((s) => s.notifications === null)).toBe(true);
    for (const { changes } of plain.skus)
      expect(changes.map((c) => c.open)).toEqual(changes.map((_, i) => i % 2 === 0));
  });

  it('fills windows: most shoppers ask for more at a time than their limits let pass', () => {
    const { limits } = plan.shops[0] ?? { limits: [] };
    const perShopper = plan.taps.length / plan.people.length;
    const tightest = Math.min(...limits.map(({ limit, period }) => (limit * TEN_MINUTES) / period));
    expect(perShopper).toBeLessThan(tightest);
    expect(perShopper).toBeGreaterThan(tightest / 4);
  });
});
