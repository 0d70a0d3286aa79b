import { describe, expect, it } from '@jest/globals';
import { mustLookBack, retryDelay, startAt } from './partition-state.js';

describe('where a partition begins', () => {
  const log = { low: 10n, high: 20n };
  it('a group that never read it begins at the first record (trap 20)', () => {
    expect(startAt(undefined, log)).toEqual({ position: 10n });
  });
  it.each([10n, 15n, 20n])('goes on at %s, which the log still holds or will hold next', (nextOffset) => {
    expect(startAt({ nextOffset }, log)).toEqual({ position: nextOffset });
  });
  it('sees records deleted unread and a log that ends too early (trap 5)', () => {
    expect(startAt({ nextOffset: 9n }, log)).toHaveProperty('hole', expect.stringContaining('deleted unread'));
    expect(startAt({ nextOffset: 21n }, log)).toHaveProperty('hole', expect.stringContaining('re-created'));
  });
});

it('retries come 100 ms after the first failure and at most 5 s apart', () => {
  expect([1, 2, 3, 7, 50].map(retryDelay)).toEqual([100, 200, 400, 5000, 5000]);
});

describe('whether to look back before a batch', () => {
  const last = { timestamp: 1, checksum: 2 };
  const state = { advancedAt: 1000, verifiedAt: 1000, last, verify: undefined };
  it('after a silence, once', () => {
    expect(mustLookBack(state, 1251, 250)).toBe(true);
    expect(mustLookBack({ ...state, verifiedAt: 1251 }, 1300, 250)).toBe(false);
    expect(mustLookBack({ ...state, verify: last }, 1251, 250)).toBe(false);
  });
  it('not while records flow, and not before there was one', () => {
    expect(mustLookBack(state, 1250, 250)).toBe(false);
    expect(mustLookBack({ ...state, last: undefined }, 9999, 250)).toBe(false);
  });
});
