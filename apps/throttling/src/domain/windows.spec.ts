import { describe, expect, it } from '@jest/globals';
import { Kind } from '@beckon/contracts';
import fc from 'fast-check';
import {
  decideWindows,
  horizonFor,
  kindTag,
  reserve,
  settle,
  shopWindows,
  type Entry,
  type Window,
} from './windows.js';

const DAY = 86_400_000;
const one = (limit: number, period: number, scope: Window['scope'] = 'shopper'): Window => ({
  ...{ scope, limit, period, reason: 'over_limit' },
});
const stamp = (alert: string, at: number, sku = 1, kind = 1): Entry => ({
  alert,
  no: 1,
  state: 'stamped',
  at,
  kind,
  sku,
});
const open = (alert: string, at: number, no = 1): Entry => ({ alert, no, state: 'reserved', at, kind: 1, sku: 1 });
const request = { alert: 'new', no: 1, kind: 1, sku: 1 };

describe('windows', () => {
  it('hold until the stamp that is in the way has left', () => {
    expect(decideWindows([stamp('a', 100)], request, [one(1, DAY)], 200)).toEqual({
      ...{ verdict: 'hold', until: 100 + DAY, window: 0 },
    });
    expect(decideWindows([stamp('a', 100)], request, [one(1, DAY)], 100 + DAY - 1)).toMatchObject({ verdict: 'hold' });
    expect(decideWindows([stamp('a', 100)], request, [one(1, DAY)], 100 + DAY)).toEqual({ verdict: 'allow' });
  });

  it('need several stamps to leave where several are too many', () => {
    const entries = [stamp('a', 100), stamp('b', 300), stamp('c', 200)];
    expect(decideWindows(entries, request, [one(2, 1000)], 400)).toMatchObject({ verdict: 'hold', until: 1200 });
  });

  it('are blocked by messages on their way, for which no time is known', () => {
    expect(decideWindows([open('a', 0)], request, [one(1, 10)], 10 * DAY)).toEqual({ verdict: 'blocked', window: 0 });
  });

  it('count what their scope says', () => {
    const entries = [stamp('a', 100, 7, 2)];
    expect(decideWindows(entries, request, [one(1, DAY, 'shopper_sku'), one(1, DAY, 'shopper_kind')], 200)).toEqual({
      verdict: 'allow',
    });
    expect(decideWindows(entries, { ...request, sku: 7 }, [one(1, DAY, 'shopper_sku')], 200)).toMatchObject({
      verdict: 'hold',
    });
    expect(decideWindows(entries, { ...request, kind: 2 }, [one(1, DAY, 'shopper_kind')], 200)).toMatchObject({
      verdict: 'hold',
    });
  });

  it('tell the window that opens last', () => {
    const windows = [one(1, 1000), one(2, 5000)];
    expect(decideWindows([stamp('a', 0), stamp('b', 10)], request, windows, 20)).toEqual({
      ...{ verdict: 'hold', until: 5000, window: 1 },
    });
  });

  it('take one place for one admission, however often it is asked for', () => {
    const first = reserve([], request, [one(1, DAY)], 5, DAY);
    const again = reserve(first.entries, request, [one(1, DAY)], 9, DAY);
    expect(again).toEqual({ verdict: { verdict: 'allow' }, entries: [{ ...request, state: 'reserved', at: 9 }] });
  });

  it('let a later admission of the same alert take over the place of the earlier one', () => {
    const { entries } = reserve([open('new', 5, 1)], { ...request, no: 2 }, [one(1, DAY)], 9, DAY);
    expect(entries).toEqual([{ ...request, no: 2, state: 'reserved', at: 9 }]);
  });

  it('do not give back the place of a later admission', () => {
    const entries = [open('new', 9, 2)];
    expect(settle(entries, { ...request, no: 1, stampedAt: null }, 10, DAY)).toEqual(entries);
    expect(settle(entries, { ...request, no: 2, stampedAt: null }, 10, DAY)).toEqual([]);
    expect(settle(entries, { ...request, no: 2, stampedAt: null, takenBy: 8 }, 10, DAY)).toEqual(entries);
  });

  it('let an admission take over the stamp of an earlier one, which was in doubt and is proven not to have gone', () => {
    const again = { ...request, no: 2 };
    expect(decideWindows([stamp('new', 5)], again, [one(1, DAY)], 9)).toEqual({ verdict: 'allow' });
    expect(reserve([stamp('new', 5)], again, [one(1, DAY)], 9, DAY).entries).toEqual([
      { ...again, state: 'reserved', at: 9 },
    ]);
  });

  it('never give back a stamp of this admission', () => {
    const entries = [stamp('new', 9)];
    expect(settle(entries, { ...request, stampedAt: null }, 10, DAY)).toEqual(entries);
  });

  it('keep a reservation however old it is, and a stamp as long as a window can see it', () => {
    const entries = [open('a', 0), stamp('b', 0)];
    const other = { ...request, alert: 'c', stampedAt: null };
    expect(settle(entries, other, DAY - 1, DAY)).toEqual(entries);
    expect(settle(entries, other, 50 * DAY, DAY)).toEqual([open('a', 0)]);
  });

  it('come from a shop’s settings, the minimum gap as one more', () => {
    const limits = [{ scope: 'shopper' as const, limit: 3, period: DAY }];
    expect(shopWindows({ limits, min_gap: 0 })).toHaveLength(1);
    expect(shopWindows({ limits, min_gap: 60_000 })[1]).toEqual({
      ...{ scope: 'shopper', limit: 1, period: 60_000, reason: 'min_gap' },
    });
    expect(horizonFor([])).toBe(DAY);
    expect(horizonFor([one(1, 25 * 3_600_000)])).toBe(2 * DAY);
  });

  it('know every kind by a number of its own', () => {
    expect(new Set(Kind.options.map(kindTag)).size).toBe(Kind.options.length);
  });
});

describe('any order of reservations and answers', () => {
  const steps = fc.array(
    fc.record({
      wait: fc.integer({ min: 0, max: 400 }),
      act: fc.constantFrom('ask', 'accept', 'late accept', 'return', 'unknown'),
      sku: fc.integer({ min: 1, max: 2 }),
      pick: fc.nat(),
    }),
    { maxLength: 60 },
  );

  it('never leaves more messages accepted within a window than its limit', () => {
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 3 }), fc.integer({ min: 50, max: 1000 }), (moves, limit, period) => {
        const windows = [one(limit, period), one(1, 300, 'shopper_sku')];
        let now = 0;
        let entries: readonly Entry[] = [];
        let made = 0;
        const away: (typeof request & { since: number })[] = [];
        const accepted: { at: number; sku: number }[] = [];
        for (const move of moves) {
          now += move.wait;
          if (move.act === 'ask') {
            made += 1;
            const asking = { alert: `a${made}`, no: 1, kind: 1, sku: move.sku };
            const answer = reserve(entries, asking, windows, now, DAY);
            entries = answer.entries;
            if (answer.verdict.verdict === 'allow') away.push({ ...asking, since: now });
            continue;
          }
          const [answered] = away.splice(move.pick % Math.max(1, away.length), 1);
          if (!answered) continue;
          const { since, ...asked } = answered;
          // Accepted somewhere between its admission and now; what counts is the later time of the answer.
          if (move.act !== 'return') accepted.push({ at: move.act === 'late accept' ? since : now, sku: asked.sku });
          entries = settle(entries, { ...asked, stampedAt: move.act === 'return' ? null : now }, now, DAY);
        }
        for (const last of accepted) {
          const within = (span: number, of: (a: typeof last) => boolean): number =>
            accepted.filter((a) => of(a) && a.at <= last.at && a.at > last.at - span).length;
          expect(within(period, () => true)).toBeLessThanOrEqual(limit);
          expect(within(300, (a) => a.sku === last.sku)).toBeLessThanOrEqual(1);
        }
      }),
      { numRuns: 500 },
    );
  });
});
