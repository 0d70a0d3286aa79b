import { describe, expect, it } from '@jest/globals';
import type { NotificationRequest, NotificationToken } from './model.js';
import {
  rule22AskedAgain,
  rule22Request,
  rule23Status,
  rule24ExpiresAt,
  rule24NextEligible,
  rule24UsableToken,
  rule26DevSupport,
  rule26Paging,
  rule26Row,
} from './rules-notification.js';
import { SAMPLE_NOW, samplePage, samplePerson } from './sample.spec-data.js';

const HOUR = 3_600_000;
const MINUTE = 60_000;
/** After the day from which only some regions have the product. */
const NOW = Date.UTC(2026, 5, 1);
const token = (more: Partial<NotificationToken> = {}): NotificationToken => ({
  ...{ token: 'nm_1', page: '100', psid: '200', title: 'Price drops', payload: 'topic:1', requestMid: 'm' },
  ...{ reoptin: 'DISABLED', timezone: 'UTC', createdAt: NOW, optedInAt: NOW, expiresAt: NOW + 1000 * HOUR },
  ...{ renewed: false, stopped: false, followUps: 0, lastUsedAt: null },
  ...more,
});
const use = (one: NotificationToken | undefined, now: number, text: string | undefined = 'x', page = samplePage()) =>
  rule24UsableToken(one, { page, person: samplePerson(), text, now });

describe('rule 24: how long a token lives', () => {
  it('rule 24: `notification_token_days`', () => {
    expect(rule24ExpiresAt(NOW, samplePage().rules) - NOW).toBe(365 * 24 * HOUR);
    expect(rule24ExpiresAt(NOW, samplePage({}, { notificationTokenDays: 0.5 }).rules) - NOW).toBe(12 * HOUR);
  });
});

describe('rule 22: asking for an opt-in', () => {
  const request = (more: object = {}): Record<string, unknown> => ({
    template_type: 'notification_messages',
    payload: 'topic:1',
    ...more,
  });
  const card = { title: 'Coat' };

  it.each([
    {},
    { title: 'x'.repeat(65) },
    { notification_messages_cta_text: 'SIGN_UP', notification_messages_frequency: 'DAILY' },
    { image_aspect_ratio: 'SQUARE', notification_messages_reoptin: 'ENABLED' },
    { title: 'T', elements: Array.from({ length: 5 }, () => card) },
  ])('takes %j', (more) => expect(rule22Request(request(more))).toBeUndefined());

  it.each([
    { payload: undefined },
    { payload: 'x'.repeat(1001) },
    { title: 'x'.repeat(66) },
    { title: '' },
    { notification_messages_cta_text: 'CLICK' },
    { image_aspect_ratio: 'square' },
    { title: 'T', elements: [] },
    { title: 'T', elements: Array.from({ length: 6 }, () => card) },
    { elements: [card] },
    { nonsense: 1 },
  ])('refuses %j', (more) => expect(rule22Request(request(more))).toMatchObject({ code: 100 }));

  it('allows a topic once in seven days and so many topics in all', () => {
    const week = 7 * 24 * HOUR;
    const asked = (title: string): NotificationRequest => ({
      ...{ mid: 'm', page: '100', psid: '200', payload: 'p', reoptin: 'DISABLED', timezone: 'UTC' },
      title,
      askedAt: SAMPLE_NOW,
    });
    const { rules } = samplePage({}, { notificationRequestsPerWeek: 2 });
    const again = (title: string, earlier: string[], at: number) =>
      rule22AskedAgain(earlier.map(asked), title, rules, at);
    expect(again('A', ['A'], SAMPLE_NOW + week - 1)).toMatchObject({ rule: 22, code: 613, subcode: 1893016 });
    expect(again('A', ['A'], SAMPLE_NOW + week)).toBeUndefined();
    expect(again('B', ['A'], SAMPLE_NOW)).toBeUndefined();
    expect(again('C', ['A', 'B'], SAMPLE_NOW)).toMatchObject({ rule: 22, code: 9, subcode: 2018352 });
    expect(again('C', ['A', 'B'], SAMPLE_NOW + week)).toBeUndefined();
  });
});

describe('rule 23: stop and resume', () => {
  it('are spelt with an underscore or a space', () => {
    expect(rule23Status(true, samplePage().rules)).toBe('STOP_NOTIFICATIONS');
    const spaced = samplePage({}, { notificationStatusWithSpace: true }).rules;
    expect(rule23Status(false, spaced)).toBe('RESUME NOTIFICATIONS');
  });
});

describe('rule 24: sending with a token', () => {
  const later = NOW + HOUR;

  it.each([24, 48])('waits %i hours between two messages', (hours) => {
    const page = samplePage({}, { notificationCooldownHours: hours });
    const used = token({ lastUsedAt: later });
    expect(use(used, later + hours * HOUR - 1, 'x', page)).toMatchObject({ rule: 24, code: 4, subcode: 2018354 });
    expect(use(used, later + hours * HOUR, 'x', page)).toBeUndefined();
  });

  it('refuses what is stopped, expired, unknown or another Page’s', () => {
    expect(use(token({ stopped: true }), later)).toMatchObject({ code: 10, subcode: 1893015 });
    const dead = [undefined, token({ page: '101' }), token({ expiresAt: later - 1 })];
    for (const one of dead) {
      expect(use(one, later)).toMatchObject({ code: 100 });
      expect(use(one, later)).not.toHaveProperty('subcode');
    }
    expect(use(token({ expiresAt: later }), later)).toBeUndefined();
  });

  it('refuses people outside the regions that have it, since 2026-02-10', () => {
    const since = Date.UTC(2026, 1, 10);
    const american = (now: number, page = samplePage()) =>
      rule24UsableToken(token({ optedInAt: 0 }), { page, person: samplePerson({ region: 'US' }), text: 'x', now });
    expect(american(since - 1)).toBeUndefined();
    expect(american(since)).toMatchObject({ rule: 24, code: 10 });
    expect(american(since, samplePage({}, { notificationRegionsOnly: false }))).toBeUndefined();
  });
});

describe('rule 25: follow-ups', () => {
  const after = (followUps: number, at: number, text?: string) => use(token({ followUps, lastUsedAt: NOW }), at, text);

  it('are three in two minutes after the opt-in; a fourth waits', () => {
    for (const sent of [0, 1, 2]) expect(after(sent, NOW + 2 * MINUTE)).toBeUndefined();
    expect(after(3, NOW + 1)).toMatchObject({ code: 4, subcode: 2018354 });
    expect(after(1, NOW + 2 * MINUTE + 1)).toMatchObject({ code: 4, subcode: 2018354 });
  });

  it('have at most 250 characters from the second on', () => {
    expect(after(0, NOW, 'x'.repeat(251))).toBeUndefined();
    expect(after(1, NOW, 'x'.repeat(250))).toBeUndefined();
    expect(after(1, NOW, 'x'.repeat(251))).toMatchObject({ rule: 25, code: 100 });
  });
});

describe('rule 26: the list of tokens', () => {
  it('pages forwards only, 25 by default, at most 100', () => {
    expect(rule26Paging({})).toEqual({ limit: 25, after: undefined });
    expect(rule26Paging({ limit: '100', after: 'c' })).toEqual({ limit: 100, after: 'c' });
    for (const wrong of [{ before: 'c' }, { limit: '101' }, { limit: '0' }, { limit: 'x' }]) {
      expect(rule26Paging(wrong)).toMatchObject({ refusal: { rule: 26, code: 100 } });
    }
  });

  it('tells when a token may be used again, as rule 24 does', () => {
    const { rules } = samplePage();
    expect(rule26Row(token(), rules, NOW)).toMatchObject({ next_eligible_time: NOW, topic_title: 'Price drops' });
    const used = token({ lastUsedAt: NOW });
    expect(rule24NextEligible(used, rules)).toBe(NOW + 48 * HOUR);
    expect(rule26Row(used, rules, NOW + 1)).toMatchObject({ next_eligible_time: NOW + 48 * HOUR });
  });

  it('has verbs for testers only', () => {
    expect(rule26DevSupport('ENABLE_FOLLOWUP_MESSAGE', samplePerson({ hasRole: true }))).toBeUndefined();
    expect(rule26DevSupport('ENABLE_FOLLOWUP_MESSAGE', samplePerson())).toMatchObject({ rule: 26, code: 10 });
    expect(rule26DevSupport('DANCE', samplePerson({ hasRole: true }))).toMatchObject({ rule: 26, code: 100 });
  });
});
