import { afterEach, describe, expect, it } from '@jest/globals';
import { appendFileSync, existsSync, mkdtempSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SpillingLog } from './spilling-log.js';

interface Entry {
  n: number;
  at: number;
  text: string;
}

const entry = (n: number, at = n): Entry => ({ n, at, text: `grüße ${n} 👋\n` });
const numbers = (entries: readonly Entry[]): number[] => entries.map(({ n }) => n);
const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);

const closings: (() => void)[] = [];
afterEach(() => closings.splice(0).forEach((close) => close()));

function logOf(count: number, path?: string): SpillingLog<Entry> {
  const log = new SpillingLog<Entry>({ at: ({ at }) => at, keep: 500, path });
  closings.push(() => log.close());
  for (let n = 0; n < count; n += 1) log.push(entry(n));
  return log;
}

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'spilling-log-'));
  closings.push(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

describe('a log that spills', () => {
  it('answers from memory and file alike, oldest first, each entry as it was', () => {
    const log = logOf(7_300);
    expect(log.length).toBe(7_300);
    expect(log.select()).toEqual(range(0, 7_300).map((n) => entry(n)));
  });

  it.each([1, 499, 1_500, 1_501, 2_700, 7_300, 9_999])('gives the youngest %d', (limit) => {
    expect(numbers(logOf(7_300).select({ limit }))).toEqual(range(Math.max(0, 7_300 - limit), 7_300));
  });

  it('filters, also together with a limit', () => {
    const log = logOf(5_000);
    const fits = ({ n }: Entry): boolean => n % 1_000 === 7;
    expect(numbers(log.select({ fits }))).toEqual([7, 1_007, 2_007, 3_007, 4_007]);
    expect(numbers(log.select({ fits, limit: 2 }))).toEqual([3_007, 4_007]);
    expect(numbers(log.select({ fits, since: 1_007, limit: 9 }))).toEqual([1_007, 2_007, 3_007, 4_007]);
  });

  it('goes by each entry’s time where the clock was set back', () => {
    const log = logOf(0);
    for (let n = 0; n < 4_000; n += 1) log.push(entry(n, n < 1_200 ? 10_000 + n : n));
    expect(numbers(log.select({ since: 10_000 }))).toEqual(range(0, 1_200));
  });

  it('keeps an answer under way whole, whatever happens meanwhile', () => {
    const log = logOf(5_000);
    const seen: number[] = [];
    for (const page of log.pages()) {
      if (seen.length === 0) {
        log.clear();
        for (let n = 0; n < 3_000; n += 1) log.push(entry(-n));
      }
      seen.push(...numbers(page));
    }
    expect(seen).toEqual(range(0, 5_000));
    expect(log.length).toBe(3_000);
  });

  it('forgets', () => {
    const log = logOf(5_000);
    log.clear();
    expect([log.length, log.select()]).toEqual([0, []]);
    for (let n = 0; n < 3_000; n += 1) log.push(entry(n));
    expect(numbers(log.select())).toEqual(range(0, 3_000));
  });

  it('goes on from a kept file, and leaves out what came after the last flush', () => {
    const path = join(folder(), 'deep', 'ledger.jsonl');
    const first = logOf(3_210, path);
    const stretch = first.flush();
    for (let n = 0; n < 2_000; n += 1) first.push(entry(-1)); // and then it crashed
    const second = logOf(0, path);
    second.restore(stretch!);
    expect(second.select()).toEqual(range(0, 3_210).map((n) => entry(n)));
    second.push(entry(3_210));
    expect(numbers(second.select({ limit: 2 }))).toEqual([3_209, 3_210]);
  });

  it('keeps what the last flush needs when it is cleared, until the next one', () => {
    const path = join(folder(), 'ledger.jsonl');
    const first = logOf(2_000, path);
    const before = first.flush();
    first.clear();
    for (let n = 0; n < 2_000; n += 1) first.push(entry(5_000 + n));
    const crashed = logOf(0, path);
    crashed.restore(before!);
    expect(numbers(crashed.select())).toEqual(range(0, 2_000));
  });

  it('refuses a file that is not what it was', () => {
    const path = join(folder(), 'ledger.jsonl');
    const stretch = logOf(2_000, path).flush();
    truncateSync(path, 100);
    expect(() => logOf(0, path).restore(stretch!)).toThrow(`holds 100 bytes, not ${stretch!.to}`);
    appendFileSync(path, 'x'.repeat(stretch!.to));
    expect(() => logOf(0, path).restore(stretch!)).toThrow();
  });

  it('has nothing to keep while nothing was added', () => {
    const path = join(folder(), 'ledger.jsonl');
    expect(logOf(0, path).flush()).toBeUndefined();
    expect(existsSync(path)).toBe(false);
  });
});
