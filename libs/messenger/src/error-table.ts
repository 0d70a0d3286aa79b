/**
 * What an error of the Send API means for the sender, as data. Rows are read from top to bottom and the first that fits
 * wins, so the special stands before the general.
 *
 * `proof` says whether the answer proves that the message did not go out. Only a proven refusal may be sent again;
 * 1, 2, 99 and 1200 have been seen although messages went out or may have, so they are `unknown` like a time-out: what
 * became of the message is then learnt from the echo, or never. What is not in the table is unknown too.
 *
 * `source`: ERR = Messenger error codes page, SEND = Send a message page, GRAPH = Graph API error handling and rate
 * limiting guides, FAQ = Messenger FAQ (all developers.facebook.com), SEEN = production code or pasted live answers,
 * OURS = our own choice where the platform documents nothing.
 */

/** How the message was addressed; the same code means different things for a person's id and for a token. */
export type RecipientKind = 'psid' | 'one_time' | 'notification';

/**
 * What the sender must do about a refusal.
 * throttle: slow the Page or the app down, send again later · later: send again after `waitMs` · drop: this message
 * never again with this grant · person: suspend deliveries to this person until they act · grant: this token or consent
 * is dead · page: stop the Page and alert somebody, keep all grants · bug: our request is wrong, dead-letter and alert.
 */
export type RefusalAction = 'throttle' | 'later' | 'drop' | 'person' | 'grant' | 'page' | 'bug';

/** Why, as one word for decisions and metrics: a closed list. */
export type RefusalReason =
  | 'app_limit'
  | 'page_limit'
  | 'cooldown'
  | 'optin_request_limit'
  | 'window_closed'
  | 'opted_out'
  | 'token_dead'
  | 'person_unavailable'
  | 'no_such_person'
  | 'thread_owned'
  | 'region_blocked'
  | 'not_permitted'
  | 'page_restricted'
  | 'optin_requests_restricted'
  | 'access_token_dead'
  | 'attachment_fetch'
  | 'bad_request'
  | 'not_replyable';

interface RowKey {
  /** Error code, or an inclusive range of codes. */
  readonly code: number | readonly [from: number, to: number];
  /** Exact subcode; null: only without a subcode; 'any': whatever it is. */
  readonly subcode: number | null | 'any';
  /** Only for sends addressed like this. */
  readonly recipient?: RecipientKind;
  readonly source: string;
}

/** A row that proves a refusal. `waitMs`: wait at least so long where the platform names no time (our choice). */
export interface RefusedRow extends RowKey {
  readonly proof: 'refused';
  readonly action: RefusalAction;
  readonly reason: RefusalReason;
  readonly waitMs?: number;
}

/** A row after which nobody can know. */
export interface UnknownRow extends RowKey {
  readonly proof: 'unknown';
}

/** One line of the table. */
export type ErrorRow = RefusedRow | UnknownRow;

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const refused = (
  code: RowKey['code'],
  subcode: RowKey['subcode'],
  action: RefusalAction,
  reason: RefusalReason,
  source: string,
  more: { recipient?: RecipientKind; waitMs?: number } = {},
): ErrorRow => ({ code, subcode, proof: 'refused', action, reason, source, ...more });

const unknown = (code: RowKey['code'], source: string): ErrorRow => ({
  code,
  subcode: 'any',
  proof: 'unknown',
  source,
});

/** The table. A spec proves that every row can be reached. */
export const ERROR_TABLE: readonly ErrorRow[] = [
  unknown(1, 'ERR GRAPH'), // 1/1357046 is documented as "invalid reply although messages went out"
  unknown(2, 'ERR'),
  unknown(99, 'GRAPH'),
  unknown(1200, 'SEEN'),

  refused(3, 'any', 'page', 'not_permitted', 'GRAPH'),

  refused(4, 2018354, 'later', 'cooldown', 'ERR', { waitMs: 48 * HOUR }),
  refused(4, 2018022, 'throttle', 'page_limit', 'SEEN'),
  refused(4, 'any', 'throttle', 'app_limit', 'ERR GRAPH'),
  refused(17, 'any', 'throttle', 'app_limit', 'GRAPH'),
  refused(341, 'any', 'throttle', 'app_limit', 'GRAPH'),
  refused(32, 'any', 'throttle', 'page_limit', 'GRAPH'),
  refused(613, 1893016, 'drop', 'optin_request_limit', 'ERR'),
  refused(613, 2018338, 'page', 'page_restricted', 'ERR'),
  refused(613, 'any', 'throttle', 'page_limit', 'GRAPH'),
  refused([80000, 80014], 'any', 'throttle', 'page_limit', 'GRAPH'),
  refused(9, 2018352, 'drop', 'optin_request_limit', 'ERR'),

  // Who lives where notification messages are not to be had is refused with a bare 10: that says nothing about the Page.
  refused(10, null, 'drop', 'region_blocked', 'OURS', { recipient: 'notification' }),
  refused(10, null, 'page', 'not_permitted', 'ERR'),
  // A one-time token works with the window closed. If the platform names the window, it did not take the token as one.
  refused(10, 2018278, 'grant', 'token_dead', 'OURS', { recipient: 'one_time' }),
  refused(10, 2018278, 'grant', 'token_dead', 'OURS', { recipient: 'notification' }),
  refused(10, 2018278, 'drop', 'window_closed', 'ERR'),
  refused(10, 2534022, 'drop', 'window_closed', 'SEEN'),
  refused(10, 2018065, 'bug', 'not_permitted', 'ERR'),
  refused(10, 2018108, 'person', 'person_unavailable', 'ERR'),
  refused(10, 1893015, 'grant', 'opted_out', 'ERR'),
  refused(10, 1404170, 'drop', 'optin_requests_restricted', 'ERR'),
  refused(10, 1893063, 'page', 'page_restricted', 'ERR'),
  refused(10, 2018300, 'later', 'thread_owned', 'ERR SEEN', { waitMs: 5 * MINUTE }),
  refused(10, 2018336, 'drop', 'region_blocked', 'ERR SEEN'),
  refused(10, 'any', 'grant', 'token_dead', 'OURS', { recipient: 'one_time' }),
  refused(10, 'any', 'bug', 'bad_request', 'OURS'),
  refused(2018300, 'any', 'later', 'thread_owned', 'ERR', { waitMs: 5 * MINUTE }),
  refused(2018321, 'any', 'later', 'thread_owned', 'ERR', { waitMs: 5 * MINUTE }),

  // No code for a used or expired one-time token is documented: any 100 kills it, so that a doubtful token is never
  // tried again.
  refused(100, 'any', 'grant', 'token_dead', 'OURS', { recipient: 'one_time' }),
  refused(100, null, 'grant', 'token_dead', 'ERR', { recipient: 'notification' }),
  refused(100, 33, 'person', 'no_such_person', 'ERR'),
  refused(100, 2018001, 'person', 'no_such_person', 'ERR FAQ'),
  refused(100, 2018008, 'later', 'attachment_fetch', 'ERR', { waitMs: MINUTE }),
  refused(100, 'any', 'bug', 'bad_request', 'ERR SEND'),

  refused(190, 'any', 'page', 'access_token_dead', 'GRAPH SEEN'),
  refused(200, 1545041, 'person', 'person_unavailable', 'ERR SEEN'),
  refused([200, 299], 'any', 'page', 'not_permitted', 'ERR GRAPH'),
  refused(551, 'any', 'person', 'person_unavailable', 'ERR SEEN'),
  refused(368, 'any', 'page', 'page_restricted', 'GRAPH'),
  refused(506, 'any', 'bug', 'bad_request', 'GRAPH'),
  refused(2022, 'any', 'page', 'page_restricted', 'ERR SEEN'),
  refused(10303, 'any', 'bug', 'bad_request', 'ERR'),
  refused(10903, 'any', 'drop', 'not_replyable', 'SEEN'),
];

/** The first row that fits, or undefined: the code is not listed, hence the outcome unknown. */
export function findErrorRow(code: number, subcode: number | null, recipient: RecipientKind): ErrorRow | undefined {
  return ERROR_TABLE.find((row) => rowFits(row, code, subcode, recipient));
}

function rowFits(row: ErrorRow, code: number, subcode: number | null, recipient: RecipientKind): boolean {
  const codeFits = typeof row.code === 'number' ? row.code === code : code >= row.code[0] && code <= row.code[1];
  const subcodeFits = row.subcode === 'any' || row.subcode === subcode;
  return codeFits && subcodeFits && (row.recipient === undefined || row.recipient === recipient);
}
