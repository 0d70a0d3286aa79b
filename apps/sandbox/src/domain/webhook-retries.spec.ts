import { describe, expect, it } from '@jest/globals';
import { DEFAULT_PAGE_RULES } from './page-rules.js';
import { SAMPLE_NOW, samplePage } from './sample.spec-data.js';
import { rule43Gap, rule43GivenUp, rule43Standing, rule43Taken } from './webhook-retries.js';

describe('rule 43: retries of webhooks', () => {
  it('come at once, then with growing gaps up to five minutes', () => {
    const gaps = (failures: number[]): number[] => failures.map((n) => rule43Gap(n, DEFAULT_PAGE_RULES));
    expect(gaps([1, 2, 3, 4, 5, 6])).toEqual([0, 1000, 2000, 4000, 8000, 16000]);
    expect(gaps([10, 11, 12, 2000])).toEqual([256_000, 300_000, 300_000, 300_000]);
  });

  it('rule 43: `webhook_retry_first_ms`, `webhook_retry_longest_ms`', () => {
    const rules = { ...DEFAULT_PAGE_RULES, webhookRetryFirstMs: 10_000, webhookRetryLongestMs: 3_600_000 };
    expect([1, 2, 3, 11, 2000].map((n) => rule43Gap(n, rules))).toEqual([0, 10_000, 20_000, 3_600_000, 3_600_000]);
  });

  it('rule 43: end after 36 hours; with `end_drops_waiting` with the subscription', () => {
    const givenUp = (age: number, page = samplePage()): boolean => rule43GivenUp(SAMPLE_NOW, SAMPLE_NOW + age, page);
    const HOURS = 3_600_000;
    expect([36 * HOURS - 1, 36 * HOURS].map((age) => givenUp(age))).toEqual([false, true]);
    const ended = { subscriptionEndedAt: SAMPLE_NOW + HOURS };
    expect(givenUp(2 * HOURS, samplePage(ended))).toBe(false);
    expect(givenUp(2 * HOURS, samplePage(ended, { endDropsWaiting: true }))).toBe(true);
    expect(givenUp(2 * HOURS, samplePage({}, { endDropsWaiting: true }))).toBe(false);
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
