import { SUBSCRIBED_FIELDS } from '@beckon/messenger';
import { describe, expect, it } from '@jest/globals';
import { afterLook, judgeSubscription, lookAgainIn, needsLook } from './watch-page.js';
import type { Seen, WatchedPage } from './watch-page.js';

const NOW = 1_790_000_000_000;
const EVERY = 300_000;
const calm: WatchedPage = { page: '1001', checked_at: NOW - EVERY, failures: 0, alarm: null, told_at: null };
const whole: Seen = { state: 'subscribed', fields: SUBSCRIBED_FIELDS, missing: [] };
const refused = (code?: number): Seen => ({ state: 'refused', code, answered: code !== undefined });

describe('whether to ask the platform', () => {
  it.each<[string, Partial<WatchedPage>, number | undefined, boolean]>([
    ['never asked', { checked_at: null }, NOW, true],
    ['silent for as long as this process runs', {}, undefined, true],
    ['silent since the last look', {}, NOW - EVERY - 1, true],
    ['events come', {}, NOW - 1000, false],
    ['events come, but the last look was long ago', { checked_at: NOW - 12 * EVERY }, NOW - 1000, true],
    ['events come in spite of an alarm', { alarm: 'x' }, NOW - 1000, true],
  ])('%s', (_, more, lastEventAt, expected) => {
    expect(needsLook({ ...calm, ...more }, lastEventAt, NOW, EVERY)).toBe(expected);
  });
});

describe('what follows from the answer', () => {
  const partly: Seen = { state: 'subscribed', fields: ['messages', 'feed'], missing: ['messaging_optins'] };
  it.each<[string, Seen, boolean, object]>([
    ['all subscribed', whole, false, { verdict: 'well' }],
    ['not subscribed', { state: 'none' }, false, { verdict: 'subscribe', fields: [] }],
    ['fields are missing', partly, false, { verdict: 'subscribe', fields: ['messages', 'feed'] }],
    ['still not subscribed', { state: 'none' }, true, { verdict: 'alarm' }],
    ['still missing', partly, true, { verdict: 'alarm', says: expect.stringContaining('messaging_optins') }],
    [
      'several apps',
      { state: 'unclear', apps: ['a', 'b'] },
      false,
      { verdict: 'alarm', says: expect.stringContaining('app_id') },
    ],
    ['a dead token', refused(190), false, { verdict: 'alarm', says: expect.stringContaining('token') }],
    ['a permission', refused(200), false, { verdict: 'alarm', says: expect.stringContaining('pages_manage_metadata') }],
    ['too many calls', refused(613), false, { verdict: 'wait' }],
    ['an unknown refusal', refused(1), false, { verdict: 'wait' }],
    ['no answer', refused(), false, { verdict: 'wait' }],
  ])('%s', (_, seen, subscribed, expected) => {
    expect(judgeSubscription(calm, seen, subscribed)).toMatchObject(expected);
  });

  it('what brings no answer three times in a row is an alarm; limits never are', () => {
    const twice = { ...calm, failures: 2 };
    expect(judgeSubscription(twice, refused(), false)).toMatchObject({ verdict: 'alarm' });
    expect(judgeSubscription(twice, refused(2), false)).toMatchObject({ verdict: 'alarm' });
    expect(judgeSubscription({ ...calm, failures: 50 }, refused(80006), false)).toEqual({ verdict: 'wait' });
  });

  it('where the platform asks for patience it gets it', () => {
    expect(lookAgainIn(whole, EVERY)).toBe(EVERY);
    expect(lookAgainIn(undefined, EVERY)).toBe(EVERY);
    expect(lookAgainIn(refused(190), EVERY)).toBe(EVERY);
    expect(lookAgainIn(refused(80006), EVERY)).toBe(4 * EVERY);
  });
});

describe('an alarm', () => {
  const alarm = { verdict: 'alarm', says: 'the access token is dead' } as const;
  it('is told when it begins, when it changes, and every hour', () => {
    const first = afterLook(calm, alarm, NOW);
    expect(first).toMatchObject({ tell: true, page: { alarm: alarm.says, told_at: NOW, checked_at: NOW } });
    const second = afterLook(first.page, alarm, NOW + EVERY);
    expect(second).toMatchObject({ tell: false, page: { told_at: NOW } });
    expect(afterLook(second.page, { ...alarm, says: 'another' }, NOW + EVERY).tell).toBe(true);
    expect(afterLook(second.page, alarm, NOW + 3_600_000).tell).toBe(true);
  });

  it('ends with a good answer, and not with one that says nothing', () => {
    const { page } = afterLook(calm, alarm, NOW);
    expect(afterLook(page, { verdict: 'wait' }, NOW + 1).page).toMatchObject({ alarm: alarm.says, failures: 2 });
    expect(afterLook(page, { verdict: 'well' }, NOW + 1).page).toMatchObject({ alarm: null, failures: 0 });
  });
});
