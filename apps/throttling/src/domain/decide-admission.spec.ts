import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decideAdmission, FRESH_MS, holds, lookAgainAfter, type AdmissionFacts } from './decide-admission.js';
import { isQuiet } from './quiet-hours.js';

const now = Date.parse('2026-05-12T10:00:00Z');
const eur = (amount: number) => ({ amount, currency: 'EUR' });
const good: AdmissionFacts = {
  alert: {
    ...{ sub_id: 's', sub_rev: 1, shopper_rev: 2, mode: 'once', expires_at: now + 3_600_000 },
    condition: { type: 'price_at_most', amount: 7_999, currency: 'EUR' },
  },
  signal: { price: eur(7_999), units: 3, tiers: null },
  fresh_at: now - FRESH_MS,
  subscription: { rev: 1, active: true, tier: null },
  shopper: { rev: 2, stopped: false, suspended: false, erased: false, sub_ended: false, zone: null },
  sibling: 'none',
  shop: { zone: 'Europe/Berlin', quiet_hours: { from: '21:00', to: '08:00' } },
};
const person = { ...good.shopper! };

describe('an alert may leave', () => {
  it('when all is known and true: for ten seconds', () => {
    expect(decideAdmission(good, now)).toEqual({ verdict: 'admit', send_by: now + 10_000 });
  });

  const cases: [why: string, changes: Partial<AdmissionFacts>, verdict: object][] = [
    ['expired', { alert: { ...good.alert, expires_at: now } }, { verdict: 'end', as: 'suppressed', reason: 'expired' }],
    ['no shopper yet', { shopper: null }, { verdict: 'wait', reason: 'shopper_unknown' }],
    [
      'an older shopper, even if stopped',
      { shopper: { ...person, rev: 1, stopped: true } },
      { verdict: 'wait', reason: 'shopper_unknown' },
    ],
    ['stopped', { shopper: { ...person, stopped: true } }, { verdict: 'end', as: 'suppressed', reason: 'stopped' }],
    [
      'erased',
      { shopper: { ...person, erased: true, stopped: true } },
      { verdict: 'end', as: 'suppressed', reason: 'erased' },
    ],
    ['out of reach', { shopper: { ...person, suspended: true } }, { verdict: 'wait', reason: 'suspended' }],
    [
      'among the ended',
      { shopper: { ...person, sub_ended: true } },
      { verdict: 'end', as: 'withdrawn', reason: 'subscription_ended' },
    ],
    ['no subscription yet', { subscription: null }, { verdict: 'wait', reason: 'subscription_unknown' }],
    [
      'an older subscription',
      { subscription: { rev: 0, active: false, tier: null } },
      { verdict: 'wait', reason: 'subscription_unknown' },
    ],
    [
      'ended',
      { subscription: { rev: 1, active: false, tier: null } },
      { verdict: 'end', as: 'withdrawn', reason: 'subscription_ended' },
    ],
    ['told already', { sibling: 'told' }, { verdict: 'end', as: 'suppressed', reason: 'already_told' }],
    ['being told', { sibling: 'underway' }, { verdict: 'wait', reason: 'already_told' }],
    ['closed', { signal: 'closed', fresh_at: null }, { verdict: 'end', as: 'withdrawn', reason: 'signal_closed' }],
    ['no signal yet', { signal: 'unknown' }, { verdict: 'wait', reason: 'signal_unknown' }],
    ['a stale source', { fresh_at: now - FRESH_MS - 1 }, { verdict: 'wait', reason: 'source_behind' }],
    ['a source never heard of', { fresh_at: null }, { verdict: 'wait', reason: 'source_behind' }],
    [
      'too dear',
      { signal: { price: eur(8_000), units: 3, tiers: null } },
      { verdict: 'wait', reason: 'condition_false' },
    ],
    ['a Page of no shop', { shop: null }, { verdict: 'wait', reason: 'page_unknown' }],
  ];
  it.each(cases)('not so: %s', (_why, changes, verdict) => {
    expect(decideAdmission({ ...good, ...changes }, now)).toEqual(verdict);
  });

  it('with less time before the night, and not at all a second before it', () => {
    const evening = Date.parse('2026-05-12T19:00:00Z');
    const at = (t: number) =>
      decideAdmission({ ...good, fresh_at: t, alert: { ...good.alert, expires_at: t + 1e9 } }, t);
    expect(at(evening - 4_000)).toEqual({ verdict: 'admit', send_by: evening });
    const until = Date.parse('2026-05-13T06:00:00Z');
    expect(at(evening - 999)).toMatchObject({ verdict: 'hold', reason: 'quiet_hours', until });
    expect(at(evening)).toMatchObject({ verdict: 'hold', reason: 'quiet_hours', until });
  });

  it('in the shopper’s own night, not the shop’s', () => {
    const shopper = { ...person, zone: 'Asia/Tokyo' }; // 19:00 there
    expect(decideAdmission({ ...good, shopper }, now)).toMatchObject({ verdict: 'admit' });
    const later = now + 2 * 3_600_000;
    const facts = { ...good, shopper, fresh_at: later, alert: { ...good.alert, expires_at: later + 1 } };
    expect(decideAdmission(facts, later)).toMatchObject({ verdict: 'hold', until: Date.parse('2026-05-12T23:00:00Z') });
  });

  it('never past its expiry', () => {
    const facts = { ...good, alert: { ...good.alert, expires_at: now + 10 } };
    expect(decideAdmission(facts, now)).toEqual({ verdict: 'admit', send_by: now + 10 });
  });

  it('at any instant: the whole lease lies outside quiet hours, at most ten seconds long', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 86_400_000 * 365 }),
        fc.constantFrom('Europe/Berlin', 'Australia/Lord_Howe', 'America/New_York'),
        (offset, zone) => {
          const t = now + offset;
          const quiet = { from: '21:00', to: '08:00' };
          const facts = {
            ...good,
            fresh_at: t,
            shop: { zone, quiet_hours: quiet },
            alert: { ...good.alert, expires_at: t + 1e9 },
          };
          const verdict = decideAdmission(facts, t);
          if (verdict.verdict === 'admit') {
            expect(verdict.send_by - t).toBeLessThanOrEqual(10_000);
            expect(verdict.send_by - t).toBeGreaterThanOrEqual(1_000);
            expect(isQuiet(t, zone, quiet) || isQuiet(verdict.send_by - 1, zone, quiet)).toBe(false);
          } else {
            expect(verdict.verdict).toBe('hold');
            if (verdict.verdict === 'hold') expect(isQuiet(verdict.until, zone, quiet)).toBe(false);
          }
        },
      ),
      { numRuns: 2_000 },
    );
  });
});

describe('a condition', () => {
  it.each([
    [{ type: 'units_at_least', units: 2 } as const, { price: null, units: 2 }, true],
    [{ type: 'units_at_least', units: 2 } as const, { price: null, units: 1 }, false],
    [{ type: 'units_at_least', units: 1 } as const, { price: null, units: null }, true],
    [{ type: 'units_at_least', units: 2 } as const, { price: null, units: null }, false],
    [{ type: 'price_at_most', ...eur(100) } as const, { price: eur(100), units: null }, true],
    [{ type: 'price_at_most', ...eur(100) } as const, { price: { amount: 1, currency: 'USD' }, units: null }, false],
    [{ type: 'price_at_most', ...eur(100) } as const, { price: null, units: 9 }, false],
    [{ type: 'units_between', at_least: 1, at_most: 3 } as const, { price: null, units: 3 }, true],
    [{ type: 'units_between', at_least: 1, at_most: 3 } as const, { price: null, units: 1 }, true],
    [{ type: 'units_between', at_least: 1, at_most: 3 } as const, { price: null, units: 0 }, false],
    [{ type: 'units_between', at_least: 1, at_most: 3 } as const, { price: null, units: 4 }, false],
    [{ type: 'units_between', at_least: 1, at_most: 3 } as const, { price: null, units: null }, false],
    [{ type: 'topic_open' } as const, { price: null, units: null }, true],
  ])('%j of %j: %s', (condition, signal, expected) => {
    expect(holds(condition, { ...signal, tiers: null }, null)).toBe(expected);
  });

  it.each([
    [null, null, true],
    [null, 'gold', true],
    [['gold', 'silver'], 'gold', true],
    [['gold', 'silver'], 'bronze', false],
    [['gold'], null, false],
  ])('a topic that is open to %j is open to the tier %j: %s', (tiers, tier, expected) => {
    expect(holds({ type: 'topic_open' }, { price: null, units: null, tiers }, tier)).toBe(expected);
  });
});

it('a wait is looked at after a second at first, later every half minute', () => {
  expect([0, 4_000, 40_000, 400_000].map((age) => lookAgainAfter(now - age, now))).toEqual([
    1_000, 1_000, 10_000, 30_000,
  ]);
});
