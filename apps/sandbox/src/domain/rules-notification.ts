import { ONE_TIME_TITLE_MAX, PAYLOAD_MAX, lengthOf } from '@beckon/messenger';
import { assumedError, firstRefusal, graphError } from './graph-error.js';
import type { GraphError } from './graph-error.js';
import { isRecord } from './is-record.js';
import type { NotificationRequest, NotificationToken, Page, Person } from './model.js';
import type { PageRules } from './page-rules.js';
import { rule30KnownKeys } from './rules-payload.js';

/** Rules 22 to 26: tokens for many messages on one topic (the legacy product). Times in milliseconds. */

const HOUR_MS = 60 * 60 * 1000;
const WEEK_MS = 7 * 24 * HOUR_MS;
/** The topic of a request without a title. */
export const DEFAULT_TOPIC = 'Updates and promotions';
const FOLLOW_UP_MS = 2 * 60 * 1000;
const FOLLOW_UPS = 3;
const FOLLOW_UP_TEXT_MAX = 250;
/** From 2026-02-10 the product exists in these regions only. */
const REGIONS_ONLY_SINCE = Date.UTC(2026, 1, 10);
const REGIONS = ['AU', 'EU', 'JP', 'KR', 'UK'];

const CHOICES: Record<string, readonly string[]> = {
  image_aspect_ratio: ['HORIZONTAL', 'SQUARE'],
  notification_messages_cta_text: ['ALLOW', 'FREQUENCY', 'GET', 'GET_UPDATES', 'OPT_IN', 'SIGN_UP'],
  notification_messages_reoptin: ['ENABLED', 'DISABLED'],
  notification_messages_frequency: ['DAILY', 'WEEKLY', 'MONTHLY'],
};
const KEYS = [
  'template_type',
  'title',
  'payload',
  'image_url',
  'elements',
  'notification_messages_timezone',
  ...Object.keys(CHOICES),
];

/** Rule 22: what a request may hold. The frequency is read and ignored, as by the platform since 2023. */
export function rule22Request(payload: Record<string, unknown>): GraphError | undefined {
  const { title, elements, payload: ours, notification_messages_timezone: zone } = payload;
  return firstRefusal(
    () => rule30KnownKeys('message[attachment][payload]', payload, KEYS),
    () => (typeof ours === 'string' && ours !== '' && lengthOf(ours) <= PAYLOAD_MAX ? undefined : bad('payload')),
    () => (title === undefined ? undefined : topicTitle(title)),
    () => (['string', 'undefined'].includes(typeof zone) ? undefined : bad('notification_messages_timezone')),
    () => (elements === undefined ? undefined : carousel(elements, title)),
    ...Object.entries(CHOICES).map(
      ([key, allowed]) =>
        () =>
          choice(key, payload[key], allowed),
    ),
  );
}

function topicTitle(title: unknown): GraphError | undefined {
  return typeof title === 'string' && title !== '' && lengthOf(title) <= ONE_TIME_TITLE_MAX ? undefined : bad('title');
}

function carousel(elements: unknown, title: unknown): GraphError | undefined {
  if (!Array.isArray(elements) || elements.length < 1 || elements.length > 5 || !elements.every(isRecord)) {
    return bad('elements');
  }
  return title === undefined ? bad('title') : undefined;
}

function choice(key: string, value: unknown, allowed: readonly string[]): GraphError | undefined {
  return value === undefined || allowed.some((one) => one === value)
    ? undefined
    : graphError(22, 100, undefined, `Param ${key} must be one of {${allowed.join(', ')}}`);
}

function bad(param: string): GraphError {
  return graphError(
    22,
    100,
    undefined,
    `Param message[attachment][payload][${param}] is missing or out of its limits.`,
  );
}

/** Rule 22: the same topic once in seven days, and (assumed) so many topics in that time. */
export function rule22AskedAgain(
  earlier: readonly NotificationRequest[],
  title: string,
  rules: PageRules,
  now: number,
): GraphError | undefined {
  const recent = earlier.filter(({ askedAt }) => askedAt > now - WEEK_MS);
  if (recent.some((request) => request.title === title)) {
    return graphError(22, 613, 1893016, 'This person was already asked to opt in to this topic in the last week.');
  }
  if (recent.length < rules.notificationRequestsPerWeek) return undefined;
  return graphError(22, 9, 2018352, 'The limit of opt-in requests for this person has been reached.');
}

/** Rules 24 and 25: whether a token may carry this text now. `text` undefined: a template. */
export function rule24UsableToken(
  token: NotificationToken | undefined,
  facts: { page: Page; person: Person | undefined; text: string | undefined; now: number },
): GraphError | undefined {
  const { page, person, text, now } = facts;
  if (!token || token.page !== page.id || now > token.expiresAt) {
    return graphError(24, 100, undefined, 'Invalid or expired notification_messages_token.');
  }
  if (token.stopped) return graphError(24, 10, 1893015, 'The person has stopped notifications on this topic.');
  const inRegion = person !== undefined && REGIONS.includes(person.region);
  if (page.rules.notificationRegionsOnly && now >= REGIONS_ONLY_SINCE && !inRegion) {
    return assumedError(
      24,
      'notification_region',
      'Notification messages are not available for people in this region.',
    );
  }
  if (rule25IsFollowUp(token, now)) {
    const tooLong = token.followUps > 0 && text !== undefined && lengthOf(text) > FOLLOW_UP_TEXT_MAX;
    if (!tooLong) return undefined;
    return graphError(25, 100, undefined, `Follow-up messages must have at most ${FOLLOW_UP_TEXT_MAX} characters.`);
  }
  const next = rule24NextEligible(token, page.rules);
  if (next === null || now >= next) return undefined;
  return graphError(24, 4, 2018354, 'Only one notification message can be sent in this time.');
}

/** Rule 25: up to three messages in the two minutes after the opt-in, which the cooldown does not hold back. */
export function rule25IsFollowUp(token: NotificationToken, now: number): boolean {
  return token.followUps < FOLLOW_UPS && now <= token.optedInAt + FOLLOW_UP_MS;
}

/** Rule 24: until when a token lives that the person does not renew; assumed: the platform only tells the date. */
export function rule24ExpiresAt(optedInAt: number, rules: PageRules): number {
  return optedInAt + rules.notificationTokenDays * 24 * HOUR_MS;
}

/** Rules 24 and 26: when the token may be used again; null: now. */
export function rule24NextEligible(token: NotificationToken, rules: PageRules): number | null {
  return token.lastUsedAt === null ? null : token.lastUsedAt + rules.notificationCooldownHours * HOUR_MS;
}

/** Rule 23: the word for stop or resume, spelt with an underscore or a space. */
export function rule23Status(stopped: boolean, rules: PageRules): string {
  const between = rules.notificationStatusWithSpace ? ' ' : '_';
  return `${stopped ? 'STOP' : 'RESUME'}${between}NOTIFICATIONS`;
}

/** Rule 26: one token as the list and the look-up show it. */
export function rule26Row(token: NotificationToken, rules: PageRules, now: number): Record<string, unknown> {
  const next = rule24NextEligible(token, rules);
  return {
    notification_messages_token: token.token,
    recipient_id: token.psid,
    notification_messages_reoptin: token.reoptin,
    notification_messages_timezone: token.timezone,
    creation_timestamp: token.createdAt,
    token_expiry_timestamp: token.expiresAt,
    user_token_status: token.renewed ? 'REFRESHED' : 'NOT_REFRESHED',
    topic_title: token.title,
    next_eligible_time: next === null ? now : Math.max(now, next),
  };
}

/** Rule 26: reads `limit` and `after`; `before` is refused, more than 100 rows too. */
export function rule26Paging(
  params: Record<string, unknown>,
): { limit: number; after: string | undefined } | { refusal: GraphError } {
  if (params.before !== undefined) {
    return { refusal: graphError(26, 100, undefined, 'Paging backwards is not supported; use after.') };
  }
  const limit = params.limit === undefined ? 25 : Number(params.limit);
  if (!Number.isInteger(limit) || limit < 1 || limit > 100) {
    return { refusal: graphError(26, 100, undefined, 'Param limit must be a number between 1 and 100.') };
  }
  return { limit, after: typeof params.after === 'string' && params.after !== '' ? params.after : undefined };
}

/** Rule 26: the verbs for testers: lifting the cooldown, and asking the person to renew. */
export function rule26DevSupport(action: unknown, person: Person): GraphError | undefined {
  if (action !== 'ENABLE_FOLLOWUP_MESSAGE' && action !== 'SEND_RE_OPTIN') {
    const message = 'Param developer_action must be one of {ENABLE_FOLLOWUP_MESSAGE, SEND_RE_OPTIN}';
    return graphError(26, 100, undefined, message);
  }
  return person.hasRole
    ? undefined
    : graphError(26, 10, undefined, 'Only people with a role on the app can be used for this.');
}
