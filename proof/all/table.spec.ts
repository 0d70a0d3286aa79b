/** A night passes only if every row of it does. */
import { describe, expect, it } from '@jest/globals';
import { tableOf, type Ended } from './table.js';

const row = (name: string, code: number): Ended => ({ name, seed: 1, code, ms: 61_000, folder: '/f' });

describe('the table of a night', () => {
  it('tells every row, its seed, its time and its folder', () => {
    const { lines, code } = tableOf([row('poison', 0), row('holes', 0)], 2);
    expect(lines[0]).toMatch(/poison +seed 1 +kept +1:01 +\/f/);
    expect(code).toBe(0);
  });

  it.each([
    ['a row that was not kept', [row('a', 0), row('b', 1)], 2],
    ['a row that could not be shown', [row('a', 2), row('b', 0)], 2],
    ['a row that was not begun', [row('a', 0)], 2],
    ['no row', [], 0],
  ])('does not pass with %s', (_, ended, wanted) => {
    expect(tableOf(ended, wanted).code).toBe(1);
  });
});
