import { describe, expect, it } from '@jest/globals';
import { ORDINARY_FAULTS, leavesDoubt, rule48Pick, takeFault } from './faults.js';
import type { Fault, FaultKind } from './faults.js';

const fault = (id: number, more: Partial<Fault> = {}): Fault => ({ id, kind: 'reset', times: 1, ...more });
const call = { page: '100', psid: '200' };

describe('rule 48: armed faults', () => {
  it('strike as often as they say, in the order of arming', () => {
    const first = takeFault([fault(1, { times: 2 }), fault(2)], call);
    expect(first.fault?.id).toBe(1);
    const second = takeFault(first.rest, call);
    expect(second.fault?.id).toBe(1);
    const third = takeFault(second.rest, call);
    expect(third.fault?.id).toBe(2);
    expect(takeFault(third.rest, call)).toEqual({ fault: undefined, rest: [] });
  });

  it('strike only the Page and the person that they name', () => {
    const armed = [fault(1, { page: '101' }), fault(2, { psid: '201' }), fault(3, { page: '100', psid: '200' })];
    expect(takeFault(armed, call).fault?.id).toBe(3);
    expect(takeFault(armed, { page: '100', psid: undefined })).toEqual({ fault: undefined, rest: armed });
  });
});

describe('rule 48: faults by chance', () => {
  const kinds = [
    { kind: 'timeout_after_accept' as const, weight: 2 },
    { kind: 'reset_after_accept' as const, weight: 1 },
    { kind: 'http_500_after_accept' as const, weight: 1 },
  ];
  const run = (rate: number, seed: number, sends = 10_000): (FaultKind | undefined)[] =>
    Array.from({ length: sends }, (_, n) => rule48Pick({ rate, seed, kinds }, n)?.kind);

  it('strike the same sends with the same seed, others with another', () => {
    expect(run(0.04, 7)).toEqual(run(0.04, 7));
    expect(run(0.04, 8)).not.toEqual(run(0.04, 7));
  });

  it('mix as their weights say: 2 %, 1 % and 1 % of sends', () => {
    const all = run(0.04, 7, 100_000);
    const share = (kind: FaultKind): number => all.filter((one) => one === kind).length / all.length;
    expect(share('timeout_after_accept')).toBeCloseTo(0.02, 2);
    expect(share('reset_after_accept')).toBeCloseTo(0.01, 2);
    expect(share('http_500_after_accept')).toBeCloseTo(0.01, 2);
    expect(share('timeout_after_accept') / share('reset_after_accept')).toBeCloseTo(2, 0);
  });

  it('never strike at rate 0 and always at rate 1', () => {
    expect(run(0, 7).every((kind) => kind === undefined)).toBe(true);
    expect(run(1, 7).some((kind) => kind === undefined)).toBe(false);
  });

  it('leave the caller in doubt if nothing else is said', () => {
    expect(ORDINARY_FAULTS.map(({ kind }) => kind).every(leavesDoubt)).toBe(true);
    expect((['error', 'ok_with_error', 'delay'] as const).some(leavesDoubt)).toBe(false);
  });
});
