import type { Page } from './model.js';
import type { PageRules } from './page-rules.js';

const HOUR = 60 * 60 * 1000;

/** Rule 43: a webhook that was not answered with 200 for this long is dropped for good. Milliseconds. */
export const GIVE_UP_AFTER_MS = 36 * HOUR;

/**
 * Rule 43: how long to wait after the n-th failed attempt (n from 1), in milliseconds: at once first, then 1 s and
 * doubling, up to five minutes, if the Page's switches do not say otherwise. The platform documents "immediately" and
 * "decreasing frequency"; the steps are assumed.
 */
export function rule43Gap(failedAttempts: number, rules: PageRules): number {
  if (failedAttempts <= 1) return 0;
  return Math.min(rules.webhookRetryFirstMs * 2 ** (failedAttempts - 2), rules.webhookRetryLongestMs);
}

/** Rule 43: only a 200 counts as taken. */
export function rule43Taken(status: number): boolean {
  return status === 200;
}

const MINUTE = 60 * 1000;
/** Rule 43: a Page whose webhooks fail for this long is warned about: 15 minutes, in milliseconds. */
export const ALERT_AFTER_MS = 15 * MINUTE;
/** Rule 43: after this long the platform ends the subscription: 1 hour, in milliseconds. */
export const UNSUBSCRIBE_AFTER_MS = HOUR;

/**
 * Rule 43: whether a webhook is given up that has just failed: after {@link GIVE_UP_AFTER_MS}, or when the subscription
 * has ended and the Page's switch says so (assumed: what waits is tried on).
 */
export function rule43GivenUp(createdAt: number, now: number, page: Page): boolean {
  return now - createdAt >= GIVE_UP_AFTER_MS || (page.subscriptionEndedAt !== null && page.rules.endDropsWaiting);
}

/** Rule 43: how a Page's webhooks stand when none was taken since then. */
export function rule43Standing(failingSince: number | null, now: number): 'ok' | 'alert' | 'ended' {
  if (failingSince === null || now - failingSince < ALERT_AFTER_MS) return 'ok';
  return now - failingSince < UNSUBSCRIBE_AFTER_MS ? 'alert' : 'ended';
}
