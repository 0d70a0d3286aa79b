import { expect } from '@jest/globals';
import { freshAt } from './freshness.js';

const reach = { settledPosition: 10n, settledTimestamp: 500, end: 10n, sampledAt: 9_000 };

test('at the end of the log it is fresh at the moment the end was looked up, however old the last record', () => {
  expect(freshAt(reach)).toBe(9_000);
  expect(freshAt({ ...reach, settledPosition: 0n, settledTimestamp: 0, end: 0n })).toBe(9_000);
});

test('behind the end it is as fresh as the last record that was told', () => {
  expect(freshAt({ ...reach, end: 11n })).toBe(500);
});

test('before the first record nothing can be said', () => {
  expect(freshAt({ ...reach, settledPosition: 0n, settledTimestamp: 0 })).toBeUndefined();
});
