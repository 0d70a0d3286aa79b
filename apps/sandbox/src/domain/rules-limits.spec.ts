import { describe, expect, it } from '@jest/globals';
import { DEFAULT_PAGE_RULES } from './page-rules.js';
import type { PageRules } from './page-rules.js';
import {
  callsOfDay,
  rule36Day,
  rule36DayLimit,
  rule36IsHeavy,
  rule36ProfileCall,
  rule36Take,
  rule37HighVolume,
  rule38Headers,
  rule38Percent,
  rule38RegainMinutes,
} from './rules-limits.js';
import type { Bucket } from './rules-limits.js';
import { SAMPLE_NOW } from './sample.spec-data.js';

const MINUTE = 60_000;
const DAY = 24 * 60;

describe('rule 36: messages per second', () => {
  const spend = (calls: number, at: number, bucket?: Bucket): { bucket: Bucket; refused: number } => {
    let refused = 0;
    let left = bucket;
    for (let n = 0; n < calls; n += 1) {
      const taken = rule36Take(left, at, 300, 1);
      left = taken.bucket;
      if (taken.refusal) refused += 1;
    }
    return { bucket: left!, refused };
  };

  it('lets 300 through at once and refuses the 301st', () => {
    expect(spend(300, SAMPLE_NOW).refused).toBe(0);
    expect(spend(301, SAMPLE_NOW).refused).toBe(1);
    expect(rule36Take({ level: 0, at: SAMPLE_NOW }, SAMPLE_NOW, 300, 1).refusal).toMatchObject({ rule: 36, code: 613 });
  });

  it('refills with the rate, and calls during a block prolong it', () => {
    const { bucket } = spend(300, SAMPLE_NOW);
    expect(spend(30, SAMPLE_NOW + 100, bucket).refused).toBe(0);
    const insisted = spend(150, SAMPLE_NOW, bucket).bucket;
    expect(spend(1, SAMPLE_NOW + 500, insisted).refused).toBe(1);
    expect(spend(300, SAMPLE_NOW + 2000, insisted).refused).toBe(0);
  });

  it('never owes more than a second', () => expect(spend(5000, SAMPLE_NOW).bucket.level).toBe(-300));

  it('rule 38: `rate_debt_seconds` says how far calling on prolongs a block', () => {
    const owed = (debt: number): number => {
      let bucket: Bucket = { level: 0.5, at: SAMPLE_NOW };
      for (let n = 0; n < 5000; n += 1) bucket = rule36Take(bucket, SAMPLE_NOW, 300, debt).bucket;
      return bucket.level;
    };
    expect([0, 1, 10].map(owed)).toEqual([0.5, -300, -3000]);
  });
});

describe('rule 36: limits of their own', () => {
  it('rule 36: `media_kinds`: sounds and films have one, pictures and files do not', () => {
    const heavy = (rules: PageRules): boolean[] =>
      (['audio', 'video', 'image', 'file', undefined] as const).map((kind) => rule36IsHeavy(kind, rules));
    expect(heavy(DEFAULT_PAGE_RULES)).toEqual([true, true, false, false, false]);
    expect(heavy({ ...DEFAULT_PAGE_RULES, mediaKinds: ['image', 'file'] })).toEqual([false, false, true, true, false]);
  });

  it('the Messenger Profile API has ten calls in ten minutes', () => {
    let calls: number[] = [];
    for (let n = 0; n < 10; n += 1) {
      const call = rule36ProfileCall(calls, SAMPLE_NOW + n);
      expect(call.refusal).toBeUndefined();
      calls = call.calls;
    }
    expect(rule36ProfileCall(calls, SAMPLE_NOW + 10 * MINUTE - 1).refusal).toMatchObject({ rule: 36, code: 613 });
    expect(rule36ProfileCall(calls, SAMPLE_NOW + 10 * MINUTE).refusal).toBeUndefined();
  });
});

describe('rule 36: calls in 24 hours', () => {
  it('are 200 for each person who can be reached', () => {
    expect(rule36DayLimit(DEFAULT_PAGE_RULES, 3)).toBe(600);
    expect(rule36DayLimit(DEFAULT_PAGE_RULES, 0)).toBe(200);
    expect(rule36Day(600, 600, DEFAULT_PAGE_RULES)).toBeUndefined();
    expect(rule36Day(601, 600, DEFAULT_PAGE_RULES)).toMatchObject({ rule: 36, code: 80006 });
    expect(rule36Day(601, 600, { ...DEFAULT_PAGE_RULES, dayLimitCode: 4 })).toMatchObject({ code: 4 });
  });

  it('leave the count minute by minute', () => {
    const calls = [
      [10, 5],
      [11, 7],
    ] as const;
    expect(callsOfDay(calls, (10 + DAY - 1) * MINUTE)).toBe(12);
    expect(callsOfDay(calls, (10 + DAY) * MINUTE)).toBe(7);
    expect(callsOfDay(calls, (11 + DAY) * MINUTE)).toBe(0);
  });
});

describe('rule 37: a high volume', () => {
  it('is more than 40 messages in a second', () => {
    expect(rule37HighVolume(40)).toBe(false);
    expect(rule37HighVolume(41)).toBe(true);
  });
});

describe('rule 38: the usage headers', () => {
  it('tell whole percents up to 100', () => {
    expect([0, 1, 99, 100, 150].map((used) => rule38Percent(used, 100))).toEqual([0, 1, 99, 100, 100]);
    expect(rule38Percent(-3, 100)).toBe(0);
  });

  it('tell the minutes until a call passes again', () => {
    const calls = [
      [10, 5],
      [40, 5],
    ] as const;
    const now = 100 * MINUTE;
    expect(rule38RegainMinutes(calls, 11, now)).toBe(0);
    expect(rule38RegainMinutes(calls, 10, now)).toBe(10 + DAY - 100);
    expect(rule38RegainMinutes(calls, 5, now)).toBe(40 + DAY - 100);
    expect(rule38RegainMinutes([...calls, [100, 50]], 5, now)).toBe(DAY);
  });

  it('have the platform’s names', () => {
    const headers = rule38Headers('100', 42, 7);
    expect(JSON.parse(headers['x-app-usage']!)).toEqual({ call_count: 42, total_cputime: 42, total_time: 42 });
    expect(JSON.parse(headers['x-business-use-case-usage']!)).toEqual({
      '100': [
        { type: 'messenger', call_count: 42, total_cputime: 42, total_time: 42, estimated_time_to_regain_access: 7 },
      ],
    });
    expect(Object.keys(rule38Headers(null, 0, 0))).toEqual(['x-app-usage']);
  });
});
