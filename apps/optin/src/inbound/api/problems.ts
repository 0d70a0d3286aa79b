/**
 * Everything that the HTTP API can refuse, in one list: the code that a program looks at, the status, and what whoever
 * wrote that program should do about it. Answers are `application/problem+json` (RFC 9457).
 */
import { problemJson } from '@beckon/service';
import type { AskRefusal } from '../../domain/decide-ask.js';

interface Kind {
  readonly status: number;
  /** What is wrong, in words that do not depend on the request. */
  readonly title: string;
  /** What to do about it. */
  readonly fix: string;
}

const askRefusals: Record<AskRefusal, Kind> = {
  window_closed: {
    status: 409,
    title: 'The 24-hour window of this shopper is closed',
    fix: 'Messenger allows to ask only within 24 hours of what the shopper last wrote or tapped. Ask after that.',
  },
  stopped: {
    status: 409,
    title: 'The shopper said STOP',
    fix: 'Do not ask again: only the shopper can take it back, with START or a tap on a link.',
  },
  suspended: {
    status: 409,
    title: 'The shopper cannot be reached',
    fix: 'Messenger says so (blocked, or the account is gone). Wait until the shopper writes again.',
  },
  human_answering: {
    status: 409,
    title: 'Somebody of the shop is talking with the shopper',
    fix: 'Wait as long as Retry-After says, or until the shopper turns to the bot (setting bot.human_pause).',
  },
  already_asked: {
    status: 409,
    title: 'The shopper has asked for this already',
    fix: 'Nothing to do: their request is active, and they will be told.',
  },
  too_many_asks: {
    status: 429,
    title: 'The shopper has been asked often enough today',
    fix: 'Wait as long as Retry-After says, in seconds. The shop’s setting bot.asks_per_day is the limit.',
  },
  asked_lately: {
    status: 409,
    title: 'The shopper was asked the same in the last seven days',
    fix: 'Messenger takes the same request for notification messages once a week. Ask for something else, or later.',
  },
  page_cannot_ask: {
    status: 409,
    title: 'The Page may not ask for notifications',
    fix: 'Allow it at the Page; one_time_notifications and notification_messages in the shop’s settings say what it may.',
  },
  no_price: {
    status: 409,
    title: 'No price of this is known, so nobody could notice that it fell',
    fix: 'Emit an offer with a price first (docs/events.md), or ask for another kind.',
  },
  price_not_lower: {
    status: 409,
    title: 'The price is not above the threshold',
    fix: 'Name a lower threshold than the price now, or leave it out for any drop.',
  },
  topic_over: {
    status: 409,
    title: 'The shop does not have this topic any more',
    fix: 'Ask for a topic in the shop’s settings.',
  },
};

export const PROBLEMS = {
  key_missing: {
    status: 401,
    title: 'No API key was given',
    fix: 'Send the header "Authorization: Bearer bk_…". The operator makes keys with `beckon keys create`.',
  },
  key_unknown: {
    status: 401,
    title: 'The API key is not known',
    fix: 'Check that the key is whole and of this installation. The operator makes keys with `beckon keys create`.',
  },
  key_revoked: {
    status: 401,
    title: 'The API key was revoked',
    fix: 'Use another key. The operator makes keys with `beckon keys create`.',
  },
  wrong_shop: {
    status: 403,
    title: 'The API key is of another shop',
    fix: 'Name the shop of the key in the path, or use a key of the shop in the path.',
  },
  scope_missing: {
    status: 403,
    title: 'The API key may not do this',
    fix: 'Use a key that has the scope named in the detail.',
  },
  scope_not_yours: {
    status: 403,
    title: 'A key can only hand on scopes that it has itself',
    fix: 'Leave out the scopes named in the detail, or let the operator make the key.',
  },
  unknown_route: {
    status: 404,
    title: 'There is nothing at this path',
    fix: 'See GET /v1/openapi.json for all paths.',
  },
  method_not_allowed: {
    status: 405,
    title: 'This path does not know this method',
    fix: 'Use one of the methods in the header Allow.',
  },
  malformed_path: {
    status: 400,
    title: 'The path cannot be read',
    fix: 'Percent-encode each segment of the path as UTF-8.',
  },
  unsupported_media_type: {
    status: 415,
    title: 'The body is not sent as JSON',
    fix: 'Send the header "Content-Type: application/json", in UTF-8.',
  },
  malformed_json: {
    status: 400,
    title: 'The body is not valid JSON',
    fix: 'Send one JSON object. The detail says where reading stopped.',
  },
  body_too_large: {
    status: 413,
    title: 'The body is too large',
    fix: 'Send at most as many bytes as the detail says.',
  },
  invalid_request: {
    status: 400,
    title: 'The request does not fit the schema',
    fix: 'Mend each of the fields in `errors`. GET /v1/openapi.json has the schema.',
  },
  request_in_flight: {
    status: 409,
    title: 'A request with this Idempotency-Key is being handled',
    fix: 'Send the same request again as soon as Retry-After says.',
  },
  idempotency_key_reused: {
    status: 422,
    title: 'This Idempotency-Key came with another request before',
    fix: 'Use a new key for each new request; repeat a request without changing it.',
  },
  rate_limited: {
    status: 429,
    title: 'Too many requests with this API key',
    fix: 'Wait as long as Retry-After says, in seconds. The header RateLimit tells how many are left.',
  },
  unknown_shop: {
    status: 404,
    title: 'There is no such shop',
    fix: 'Check the name in the path. The operator puts shops in force with `beckon shops apply`.',
  },
  unknown_page: {
    status: 404,
    title: 'The shop has no such Page',
    fix: 'Name one of the Pages in the shop’s settings.',
  },
  unknown_sku: {
    status: 404,
    title: 'No offer of this SKU is known yet',
    fix: 'Name its product as well, or emit its offer first (docs/events.md).',
  },
  unknown_topic: {
    status: 404,
    title: 'The shop has no such topic of this kind',
    fix: 'Name one of the topics in the shop’s settings, with its own kind.',
  },
  unknown_link: {
    status: 404,
    title: 'This is no link of this shop',
    fix: 'Use the ref as POST /v1/shops/{shop}/links answered it; it is signed.',
  },
  unknown_key_id: { status: 404, title: 'The shop has no such API key', fix: 'See GET /v1/shops/{shop}/keys.' },
  unknown_shopper: {
    status: 404,
    title: 'The shop has no such shopper',
    fix: 'Name a shopper_id, or an external_id that a link or an ask carried before. Deleted shoppers are not known.',
  },
  ambiguous_shopper: {
    status: 409,
    title: 'Several shoppers go by this external_id',
    fix: 'Say which Page (page), or name one of them by its shopper_id.',
  },
  ...askRefusals,
  unknown_ask: { status: 404, title: 'There is no such ask', fix: 'Asks are known for 30 days, to their own shop.' },
  starting: {
    status: 503,
    title: 'The service has just started and does not know all shops yet',
    fix: 'Send the request again as soon as Retry-After says.',
  },
  unavailable: {
    status: 503,
    title: 'A server behind this service cannot be reached',
    fix: 'Send the request again as soon as Retry-After says.',
  },
  internal: {
    status: 500,
    title: 'Something went wrong here',
    fix: 'It is not your request’s fault, and it has been logged.',
  },
} as const satisfies Record<string, Kind>;
export type ProblemCode = keyof typeof PROBLEMS;

/** One fault of a request: where it is, and what is wrong there. One of the three places. */
export interface FieldFault {
  /** A field of the body as a JSON pointer, e.g. `#/sku`; `#` is the body as a whole. */
  readonly pointer?: string;
  /** A parameter of the path or the query. */
  readonly parameter?: string;
  readonly header?: string;
  readonly detail: string;
}

/** Thrown anywhere in the API; {@link ProblemFilter} answers it. */
export class Problem extends Error {
  readonly status: number;
  readonly faults: readonly FieldFault[];
  /** Headers that the answer gets, e.g. Retry-After. */
  readonly headers: Readonly<Record<string, string>>;

  /** @param detail what is wrong with this very request; never a secret, never a personal identifier. */
  constructor(
    readonly code: ProblemCode,
    detail?: string,
    o: { faults?: readonly FieldFault[]; headers?: Readonly<Record<string, string>>; cause?: unknown } = {},
  ) {
    super(detail ?? PROBLEMS[code].title, o.cause === undefined ? {} : { cause: o.cause });
    this.name = 'Problem';
    this.status = PROBLEMS[code].status;
    this.faults = o.faults ?? [];
    this.headers = o.headers ?? {};
  }
}

/** The body of the answer. */
export function problemBody(problem: Problem): object {
  const { title, status, fix } = PROBLEMS[problem.code];
  return problemJson({ title, status, code: problem.code, detail: problem.message, fix, errors: problem.faults });
}
