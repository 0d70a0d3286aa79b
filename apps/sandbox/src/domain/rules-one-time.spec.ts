import { describe, expect, it } from '@jest/globals';
import { ONE_TIME_TOKEN_MS } from '@beckon/messenger';
import {
  rule11Request,
  rule13FirstTap,
  rule14UsableToken,
  rule15Unspent,
  rule16Fresh,
  rule17SamePage,
  rule20OpenRequests,
} from './rules-one-time.js';
import { SAMPLE_NOW, samplePage, sampleToken } from './sample.spec-data.js';

describe('rule 11: the request', () => {
  const request = (more: object = {}): Record<string, unknown> => ({
    template_type: 'one_time_notif_req',
    title: 'Tell you when the red coat is back?',
    payload: 'alert:8f3c',
    ...more,
  });

  it('passes with title and payload', () => expect(rule11Request(request(), samplePage())).toBeUndefined());

  it.each([
    ['65 characters', 'x'.repeat(65), true],
    ['66 characters', 'x'.repeat(66), false],
    ['65 emoji, 130 UTF-16 units', '😀'.repeat(65), true],
    ['66 emoji', '😀'.repeat(66), false],
    ['empty', '', false],
    ['missing', undefined, false],
    ['a number', 7, false],
  ])('title: %s', (_, title, passes) => {
    const refusal = rule11Request(request({ title }), samplePage());
    if (passes) expect(refusal).toBeUndefined();
    else expect(refusal).toMatchObject({ rule: 11, code: 100 });
  });

  it.each([undefined, '', 7, 'x'.repeat(1001)])('refuses payload %p', (payload) => {
    expect(rule11Request(request({ payload }), samplePage())).toMatchObject({ rule: 11, code: 100 });
  });

  it('refuses other keys by name', () => {
    const refusal = rule11Request(request({ image_url: 'https://x.example/1.png' }), samplePage());
    expect(refusal).toMatchObject({ rule: 11, code: 100 });
    expect(refusal?.message).toContain('"image_url"');
  });

  it('needs the permission of the Page', () => {
    expect(rule11Request(request(), samplePage({ oneTimeAllowed: false }))).toMatchObject({ rule: 11, code: 10 });
  });
});

describe('rules 12 and 13: the tap', () => {
  const request = { mid: 'm_1', page: '100', psid: '200', title: 't', payload: 'p', askedAt: 0 };
  it('counts the first time', () => expect(rule13FirstTap({ ...request, token: null })).toBe(true));
  it('counts for nothing the second time', () => expect(rule13FirstTap({ ...request, token: 'otn_1' })).toBe(false));
});

describe('rules 14 to 17: the token', () => {
  it('rule 14: good while unused, young and of this Page', () => {
    expect(rule14UsableToken(sampleToken(), samplePage(), SAMPLE_NOW)).toBeUndefined();
  });

  it('rule 14: an unknown one is none', () => {
    expect(rule14UsableToken(undefined, samplePage(), SAMPLE_NOW)).toMatchObject({ rule: 14, code: 100 });
  });

  it('rule 15: used up by one message', () => {
    expect(rule15Unspent(sampleToken({ spentBy: 'm_1' }))).toMatchObject({ rule: 15, code: 100 });
    expect(rule15Unspent(sampleToken())).toBeUndefined();
  });

  it.each([
    ['365 days', ONE_TIME_TOKEN_MS, true],
    ['365 days + 1 ms', ONE_TIME_TOKEN_MS + 1, false],
  ])('rule 16: %s old', (_, age, passes) => {
    const refusal = rule16Fresh(sampleToken(), SAMPLE_NOW + age);
    if (passes) expect(refusal).toBeUndefined();
    else expect(refusal).toMatchObject({ rule: 16, code: 100 });
  });

  it('rule 17: worthless on another Page, even if it is spent there', () => {
    const other = samplePage({ id: '101' });
    expect(rule17SamePage(sampleToken(), other)).toMatchObject({ rule: 17, code: 100 });
    expect(rule14UsableToken(sampleToken({ spentBy: 'm_1' }), other, SAMPLE_NOW)).toMatchObject({ rule: 17 });
  });

  it('names no subcode: none is documented', () => {
    const spent = rule14UsableToken(sampleToken({ spentBy: 'm_1' }), samplePage(), SAMPLE_NOW);
    expect(spent).not.toHaveProperty('subcode');
  });
});

describe('rule 20: open requests of a day', () => {
  const DAY = 24 * 60 * 60 * 1000;
  const asked = (askedAt: number, token: string | null = null) => ({
    ...{ mid: 'm', page: '100', psid: '200', title: 'T', payload: 'p' },
    askedAt,
    token,
  });
  const most = samplePage({}, { oneTimeRequestsPerDay: 2 });

  it('counts those without a tap in the last 24 hours', () => {
    const two = [asked(SAMPLE_NOW - DAY + 1), asked(SAMPLE_NOW)];
    expect(rule20OpenRequests(two, most, SAMPLE_NOW)).toMatchObject({ rule: 20, code: 613 });
    expect(rule20OpenRequests(two, most, SAMPLE_NOW + 1)).toBeUndefined();
    expect(rule20OpenRequests([asked(SAMPLE_NOW), asked(SAMPLE_NOW, 'otn')], most, SAMPLE_NOW)).toBeUndefined();
  });

  it('is off with null', () => {
    const many = Array.from({ length: 50 }, () => asked(SAMPLE_NOW));
    const free = samplePage({}, { oneTimeRequestsPerDay: null });
    expect(rule20OpenRequests(many, free, SAMPLE_NOW)).toBeUndefined();
    expect(rule20OpenRequests(many, samplePage(), SAMPLE_NOW)).toBeDefined();
  });
});
