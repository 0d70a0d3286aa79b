import { ONE_TIME_TITLE_MAX, ONE_TIME_TOKEN_MS, PAYLOAD_MAX, lengthOf } from '@beckon/messenger';
import { assumedError, graphError } from './graph-error.js';
import type { GraphError } from './graph-error.js';
import type { OneTimeRequest, OneTimeToken, Page } from './model.js';

/**
 * One-time notifications. Rule 12 (one event with the request's payload, any time after it) is the shape of
 * {@link rule13FirstTap}; rules 15, 17 and 18 (concurrent use, failed validation and refusals consume nothing) hold
 * because a token is looked at and spent in one synchronous step after every other check.
 */

const REQUEST_KEYS = ['template_type', 'title', 'payload'];

/** Rule 11: what a request may hold, and which Page may ask. */
export function rule11Request(payload: Record<string, unknown>, page: Page): GraphError | undefined {
  const extra = Object.keys(payload).filter((key) => !REQUEST_KEYS.includes(key));
  if (extra.length > 0) {
    const list = extra.map((key) => `"${key}"`).join(', ');
    return assumedError(
      11,
      'one_time_extra_keys',
      `Invalid keys ${list} were found in param "message[attachment][payload]".`,
    );
  }
  const { title, payload: ours } = payload;
  if (typeof title !== 'string' || title === '') {
    return graphError(11, 100, undefined, 'Param message[attachment][payload][title] must be a non-empty string.');
  }
  if (lengthOf(title) > ONE_TIME_TITLE_MAX) {
    const message = `Length of param message[attachment][payload][title] must be less than or equal to ${ONE_TIME_TITLE_MAX}`;
    return graphError(11, 100, undefined, message);
  }
  if (typeof ours !== 'string' || ours === '' || lengthOf(ours) > PAYLOAD_MAX) {
    const message = `Param message[attachment][payload][payload] must be a non-empty string of at most ${PAYLOAD_MAX} characters.`;
    return graphError(11, 100, undefined, message);
  }
  if (!page.oneTimeAllowed) {
    return assumedError(
      11,
      'one_time_permission',
      'The Page does not have permission to send one-time notification requests.',
    );
  }
  return undefined;
}

const DAY_MS = 24 * 60 * 60 * 1000;

/** Rule 20, assumed: only so many requests of the last 24 hours may wait for a tap at one person. */
export function rule20OpenRequests(
  requests: Iterable<OneTimeRequest>,
  page: Page,
  now: number,
): GraphError | undefined {
  const most = page.rules.oneTimeRequestsPerDay;
  if (most === null) return undefined;
  let open = 0;
  for (const { token, askedAt } of requests) if (token === null && askedAt > now - DAY_MS) open += 1;
  if (open < most) return undefined;
  return assumedError(20, 'one_time_requests', 'Calls to this api have exceeded the rate limit.');
}

/** Rules 12 and 13: the first tap on a request gives a token, whenever it comes; a second gives nothing (assumed). */
export function rule13FirstTap(request: OneTimeRequest): boolean {
  return request.token === null;
}

/** Rules 14 to 17: a token that exists, belongs to this Page, is unused and at most 365 days old. Codes are assumed. */
export function rule14UsableToken(token: OneTimeToken | undefined, page: Page, now: number): GraphError | undefined {
  if (!token) return assumedError(14, 'one_time_token', 'Invalid one_time_notif_token.');
  return rule17SamePage(token, page) ?? rule15Unspent(token) ?? rule16Fresh(token, now);
}

/** Rule 15: one token, one message. */
export function rule15Unspent(token: OneTimeToken): GraphError | undefined {
  if (token.spentBy === null) return undefined;
  return assumedError(15, 'one_time_token', 'The one_time_notif_token has already been used.');
}

/** Rule 16: an unused token dies when it is older than 365 days. */
export function rule16Fresh(token: OneTimeToken, now: number): GraphError | undefined {
  if (now - token.grantedAt <= ONE_TIME_TOKEN_MS) return undefined;
  return assumedError(16, 'one_time_token', 'The one_time_notif_token has expired.');
}

/** Rule 17: another Page's token is no token. */
export function rule17SamePage(token: OneTimeToken, page: Page): GraphError | undefined {
  if (token.page === page.id) return undefined;
  return assumedError(17, 'one_time_token', 'Invalid one_time_notif_token.');
}
