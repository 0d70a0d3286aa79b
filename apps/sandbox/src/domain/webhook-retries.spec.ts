import { describe, expect, it } from '@jest/globals';
import { rule43Gap, rule43Standing, rule43Taken } from './webhook-retries.js';

describe('rule 43: retries of webhooks', () => {
  it('come at once, then with growing gaps up to five minutes', () => {
    expect([1, 2, 3, 4, 5, 6].map(rule43Gap)).toEqual([0, 1000, 2000, 4000, 8000, 16000]);
    expect([10, 11, 12, 2000].map(rule43Gap)).toEqual([256_000, 300_000, 300_000, 300_000]);
  });

  it('end with a 200 and nothing else', () => {
    expect([200, 201, 204, 302, 400, 500].filter(rule43Taken)).toEqual([200]);
  });
});

describe('rule 43: how a Page’s webhooks stand', () => {
  it.each([
    [null, 'ok'],
    [0, 'ok'],
    [15 * 60_000 - 1, 'ok'],
    [15 * 60_000, 'alert'],
    [60 * 60_000 - 1, 'alert'],
    [60 * 60_000, 'ended'],
  ] as const)('without success for %p ms: %s', (ms, standing) => {
    expect(rule43Standing(ms === null ? null : 5000 - ms, 5000)).toBe(standing);
  });
});
