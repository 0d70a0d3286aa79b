import { describe, expect, it } from '@jest/globals';
import { catalogSignals, type Signal } from '@beckon/contracts';
import { fairShare } from './fair-share.js';
import { foldSignals } from './fold-signals.js';
import { freePlaces, inFlightLimit } from './in-flight.js';
import { newestByKey } from './newest.js';
import { oldReservations, ORPHAN_AFTER_MS, truthOf } from './orphans.js';
import { planRound, type Waiting } from './plan-round.js';

describe('what a Page may have in flight', () => {
  it('is five seconds of its pace, and at least one', () => {
    expect([0.1, 1, 20, 300].map(inFlightLimit)).toEqual([1, 5, 100, 1_500]);
    expect(freePlaces(20, 40, 0)).toBe(60);
    expect(freePlaces(20, 140, 0)).toBe(0);
  });
  it('does not shrink by a few overdue answers, and is nothing when nobody answers', () => {
    expect(freePlaces(20, 0, 99)).toBe(100);
    expect(freePlaces(20, 0, 100)).toBe(0);
  });
});

describe('a fair share of Pages', () => {
  it.each([
    [0, 1, 0],
    [6, 2, 3],
    [7, 2, 4],
    [1, 5, 1],
    [5, 0, 5],
  ])('%d Pages, %d workers: %d', (pages, workers, share) => expect(fairShare(pages, workers)).toBe(share));
});

describe('a round', () => {
  const waiting = (n: number, changes: Partial<Waiting> = {}): Waiting => ({
    ...{ alert_id: `a${n}`, page: 'p', sub_id: `s${n}`, matched_at: 0, reason: null },
    facts: {
      alert: {
        ...{ sub_id: `s${n}`, sub_rev: 1, shopper_rev: 1, mode: 'once', expires_at: 1e9 },
        condition: { type: 'units_at_least', units: 1 },
      },
      signal: { price: null, units: 1, tiers: null },
      fresh_at: 100,
      subscription: { rev: 1, active: true, tier: null },
      shopper: { rev: 1, stopped: false, suspended: false, erased: false, sub_ended: false, zone: null },
      sibling: 'none',
    },
    ...changes,
  });
  const shop = () => ({ zone: 'UTC', quiet_hours: null });

  it('admits the best of each Page as far as there are places, and leaves the others where they are', () => {
    const plan = planRound(
      [waiting(1), waiting(2), waiting(3), waiting(4, { page: 'q' })],
      shop,
      new Map([['p', 2]]),
      100,
    );
    expect(plan.admit.map((p) => p.alert.alert_id)).toEqual(['a1', 'a2']);
    expect([plan.wait, plan.end]).toEqual([[], []]);
  });
  it('never takes two alerts of one request', () => {
    const plan = planRound([waiting(1), waiting(2, { sub_id: 's1' })], shop, new Map([['p', 9]]), 100);
    expect(plan.admit.map((p) => p.alert.alert_id)).toEqual(['a1']);
    expect(plan.wait).toEqual([
      { alert_id: 'a2', page: 'p', reason: 'already_told', not_before: 1_100, tell: true, detail: null },
    ]);
  });
  it('tells a wait once', () => {
    const unknown = { ...waiting(1).facts, signal: 'unknown' as const };
    const tells = [null, 'signal_unknown' as const].map(
      (reason) => planRound([waiting(1, { facts: unknown, reason })], shop, new Map([['p', 9]]), 100).wait[0]?.tell,
    );
    expect(tells).toEqual([true, false]);
  });
});

describe('signals of a chunk', () => {
  const signal = (signal_id: string, seq: number, op: Signal['op']): Signal => ({
    ...catalogSignals.example,
    signal_id,
    seq,
    op,
  });
  const key = 'aurora:red-coat-m:price_drop';

  it('older news than is known change nothing', () => {
    expect(foldSignals(new Map([[key, 7]]), [signal('a', 6, 'opened'), signal('a', 7, 'moved')])).toEqual([]);
  });
  it('the last word about each counts, and a newer signal ends the one before', () => {
    const folded = foldSignals(new Map(), [
      signal('a', 1, 'opened'),
      signal('a', 2, 'moved'),
      signal('b', 3, 'opened'),
    ]);
    expect(folded.map((s) => [s.signal_id, s.seq, s.open])).toEqual([
      ['a', 2, false],
      ['b', 3, true],
    ]);
  });
});

describe('the newest of each key', () => {
  it('is the highest revision; after a tombstone nothing counts', () => {
    const records = [
      { key: 'a', value: { rev: 2 } },
      { key: 'a', value: { rev: 1 } },
      { key: 'b', value: { rev: 1 } },
      { key: 'b', value: null },
      { key: 'b', value: { rev: 2 } },
      { key: null, value: { rev: 9 } },
    ];
    expect(newestByKey(records)).toEqual([
      { key: 'a', value: { rev: 2 } },
      { key: 'b', value: null },
    ]);
  });
});

describe('old reservations', () => {
  const entry = { alert: 'a', no: 2, state: 'reserved' as const, at: 0, kind: 1, sku: 1 };
  it('are those that no transaction can still be about to write', () => {
    const entries = [entry, { ...entry, at: 5 }, { ...entry, state: 'stamped' as const }];
    expect(oldReservations(entries, ORPHAN_AFTER_MS + 1)).toEqual([entry]);
  });
  it('stay if their row is reserved, are stamped if it is, else given back', () => {
    expect(truthOf(entry, [{ admission_no: 2, stamped_at: null }])).toBeUndefined();
    expect(truthOf(entry, [{ admission_no: 2, stamped_at: 9 }])).toEqual({ stampedAt: 9 });
    expect(truthOf(entry, [{ admission_no: 3, stamped_at: null }])).toEqual({ stampedAt: null });
    expect(truthOf(entry, [])).toEqual({ stampedAt: null });
  });
});
