import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Guard } from './guard.js';
import { baselineFault, judge } from './judge.js';
import { isAssertion, seedsIn, type RunReport, type TestReport } from './report.js';

/** What a function throws. */
function thrownBy(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  return undefined;
}
const test = (over: Partial<TestReport> = {}): TestReport => ({ name: 'a b', status: 'passed', failures: [], ...over });
const red = (byAssertion: boolean): TestReport =>
  test({ status: 'failed', failures: [{ message: '\u001b[31mwhy\u001b[39m\nmore', byAssertion }] });
const report = (tests: readonly TestReport[], fault: string | null = null): RunReport => ({
  files: [{ path: '/m/x.spec.ts', fault, tests, seeds: [] }],
});

describe('an unmet expectation', () => {
  it('is told from every other way to go red', async () => {
    expect(isAssertion(thrownBy(() => expect(1).toBe(2)))).toBe(true);
    expect(isAssertion(thrownBy(() => expect([1]).toEqual(expect.arrayContaining([2]))))).toBe(true);
    const unmet = await expect(Promise.resolve(1))
      .rejects.toThrow()
      .catch((error: unknown) => error);
    expect(isAssertion(unmet)).toBe(true);
    for (const other of [
      new Error('waited 20000 ms in vain for: the row'),
      new Error('thrown: "Exceeded timeout of 60000 ms for a test."'),
      new TypeError('x is not a function'),
      'text',
      undefined,
      null,
    ])
      expect(isAssertion(other)).toBe(false);
  });

  it('counts as the cause of a property that failed; a property that threw does not', () => {
    const failed = thrownBy(() => fc.assert(fc.property(fc.nat(), (n) => expect(n).toBe(-1))));
    const threw = thrownBy(() =>
      fc.assert(
        fc.property(fc.nat(), () => {
          throw new Error('not available');
        }),
      ),
    );
    expect([isAssertion(failed), isAssertion(threw)]).toEqual([true, false]);
    expect(seedsIn((failed as Error).message)).toHaveLength(1);
  });
});

describe('a mutation is', () => {
  it('caught by one assertion, whatever else is red', () => {
    expect(judge(report([red(false), test(), red(true)]))).toEqual({ verdict: 'caught', detail: 'a b' });
  });
  it('missed when all that ran is green', () => {
    expect(judge(report([test(), test({ status: 'left_out' })]))).toEqual({
      verdict: 'missed',
      detail: '1 tests stayed green',
    });
  });
  it.each([
    ['red by something else', report([red(false)]), 'red, not by an assertion: why'],
    ['a spec that cannot run', report([], 'Cannot find module\n at x'), 'the spec could not run: Cannot find module'],
    ['nothing of that name', report([test({ status: 'left_out' })]), 'no test has that name'],
    ['no report', undefined, 'Jest ended without a report'],
  ])('neither: %s', (_, given, detail) => expect(judge(given)).toEqual({ verdict: 'void', detail }));
});

describe('before anything is mutated', () => {
  const guard = (name?: string) => ({ test: { suite: 'unit', file: 'x.spec.ts', name } }) as Guard;
  const fault = (g: Guard, r: RunReport | undefined) => baselineFault(g, r, (file) => `/m/${file}`);
  it('the named test must be there and green', () => {
    expect(fault(guard('b'), report([test(), test({ name: 'c', status: 'failed' })]))).toBeUndefined();
    expect(fault(guard('z'), report([test()]))).toBe('no test of x.spec.ts has “z” in its name');
    expect(fault(guard(), report([test(), red(true)]))).toBe('“a b” is red without a mutation: why');
    expect(fault(guard(), report([], 'no'))).toBe('x.spec.ts cannot run: no');
    expect(fault(guard(), undefined)).toBe('x.spec.ts did not run');
  });
});

it('seeds are found as fast-check and our generators write them', () => {
  expect(seedsIn('{ seed: -83, path: "0" } … twin: seed 42, 100 decisions')).toEqual(['-83', '42']);
});
