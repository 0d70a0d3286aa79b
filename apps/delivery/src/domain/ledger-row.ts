import type { Admission, GrantKind, Reason, RequestedMessage } from '@beckon/contracts';

/**
 * Where one message stands. `queued` may still go; `sending` may have gone (it was claimed for a POST); all others are
 * answers. Only a queued row is ever claimed, and a row gets back to queued only after a proven refusal or when not a
 * byte was written: that is why no message is accepted twice.
 */
export type LedgerState =
  'queued' | 'sending' | 'accepted' | 'refused' | 'returned' | 'deferred' | 'failed' | 'unknown';

interface LedgerColumns {
  /** Alert id or reply id: the id inside the message's metadata. */
  readonly id: string;
  readonly shop: string;
  readonly page: string;
  readonly shopper_id: string;
  readonly state: LedgerState;
  readonly reason: Reason | null;
  /** The admission that the state speaks of; 0 for replies. */
  readonly admission_no: number;
  /** Times are milliseconds since the epoch. Alerts leave before `send_by`; for replies it is their expiry. */
  readonly send_by: number;
  /** Not before this time is the row tried (replies) or worth trying (alerts, for throttling). */
  readonly not_before: number | null;
  /** Lease epoch of the Page under which the row was claimed last. */
  readonly epoch: number | null;
  readonly grant_id: string | null;
  readonly grant_kind: GrantKind | null;
  readonly claimed_at: number | null;
  readonly posted_at: number | null;
  readonly answered_at: number | null;
  readonly settled_at: number | null;
  readonly unknown_since: number | null;
  /** An echo came while the answer was still out: proof that Messenger took it. */
  readonly echoed_at: number | null;
  readonly mid: string | null;
  readonly error_code: number | null;
  readonly error_subcode: number | null;
  /** Number of the last record in `deliveries`, and of the one that answered the admission. */
  readonly seq: number;
  readonly answer_seq: number;
  readonly decision_seq: number;
  readonly template: string | null;
  readonly locale: string | null;
  readonly price_amount: number | null;
  readonly price_currency: string | null;
  readonly delivered_at: number | null;
  readonly read_at: number | null;
}

/** An alert with the admission that asked for it. */
export interface AlertRow extends LedgerColumns {
  readonly kind: 'alert';
  readonly body: Admission;
}

/** A reply of the bot with its request. */
export interface ReplyRow extends LedgerColumns {
  readonly kind: 'reply';
  readonly body: RequestedMessage;
}

/** One row of the ledger: one message that was, is or may be sent. */
export type LedgerRow = AlertRow | ReplyRow;

/** What the shopper was told, kept for analysts and disputes. */
export interface Told {
  readonly template: string | null;
  readonly locale: string | null;
  readonly price_amount: number | null;
  readonly price_currency: string | null;
}

/** Whether the row waits for nothing more: the question of its admission is answered. */
export const isAnswered = (state: LedgerState): boolean => state !== 'queued' && state !== 'sending';

/** Whether a newer admission may put the row back in line: the last try provably did not reach the shopper. */
export const mayGoAgain = (state: LedgerState): boolean =>
  state === 'returned' || state === 'refused' || state === 'deferred';
