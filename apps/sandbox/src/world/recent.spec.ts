import { describe, expect, it } from '@jest/globals';
import { Recent } from './recent.js';

function filled(limit: number, items: readonly (readonly [name: string, weight: number])[]): readonly string[] {
  const recent = new Recent<string>(limit);
  for (const [name, weight] of items) recent.add(name, weight);
  return recent.list();
}

describe('what is kept of late', () => {
  it('is the youngest, oldest first', () => {
    const names = Array.from({ length: 100 }, (_, n) => String(n));
    expect(
      filled(
        3,
        names.map((name) => [name, 1] as const),
      ),
    ).toEqual(['97', '98', '99']);
  });

  it('weighs no more than the limit, but for the youngest', () => {
    expect(
      filled(10, [
        ['a', 4],
        ['b', 4],
        ['c', 3],
        ['d', 3],
      ]),
    ).toEqual(['b', 'c', 'd']);
    expect(
      filled(10, [
        ['a', 1],
        ['b', 50],
      ]),
    ).toEqual(['b']);
    expect(
      filled(10, [
        ['b', 50],
        ['a', 1],
      ]),
    ).toEqual(['a']);
  });
});
