import { z } from 'zod';
import { Money } from './money.js';

/** What a shopper can ask to be told. */
export const Kind = z.enum(['back_in_stock', 'price_drop', 'low_stock', 'new_collection', 'early_sale']);
export type Kind = z.infer<typeof Kind>;

/**
 * What must still be true when an alert leaves. "Any drop" is a `price_at_most` one minor unit under the price that
 * the shopper saw when subscribing, so there is one comparison for all price wishes.
 */
export const Condition = z.discriminatedUnion('type', [
  z.object({ type: z.literal('units_at_least'), units: z.int().min(1) }),
  z.object({ type: z.literal('price_at_most'), ...Money.shape }),
  /** Few are left, but some: "only three left". Both ends count. */
  z.object({ type: z.literal('units_between'), at_least: z.int().min(1), at_most: z.int().min(1) }),
  /** A collection or sale that the shop defines is open. */
  z.object({ type: z.literal('topic_open') }),
]);
export type Condition = z.infer<typeof Condition>;

/** The kinds of right to send (messenger-platform: section 0). */
export const GrantKind = z.enum(['window', 'one_time', 'notification', 'marketing']);
export type GrantKind = z.infer<typeof GrantKind>;

/** The five stages an alert passes, in order. */
export const Stage = z.enum(['optin', 'ingestion', 'matching', 'throttling', 'delivery']);
export type Stage = z.infer<typeof Stage>;

/** Epoch milliseconds. The unit goes into the schemas; a field's own description replaces only the words. */
export const Millis = z.int().min(0).meta({ description: 'milliseconds since 1970-01-01 UTC', 'x-unit': 'ms' });

/**
 * Why something did not (or not yet) happen. Closed list; the sentence is what the console and `explain` show.
 * Labels of metrics use these codes, so they must stay few.
 */
export const REASONS = {
  no_baseline: 'First sight of this SKU, and the source did not say what was before: nothing to compare with.',
  older_version: 'The source already reported something newer for this SKU.',
  snapshot: 'A snapshot row: it updates what is known and alerts nobody.',
  cooling_down: 'This SKU alerted recently; the shop lets it rest.',
  gone_briefly: 'It was out of stock for a shorter time than the shop calls news.',
  signal_closed: 'It stopped being true before the message could leave.',
  signal_unknown: 'The signal has not been seen here yet; waiting.',
  condition_false: "The shopper's own condition is not true at the moment; waiting.",
  source_behind: 'The shop’s event source is behind, so nobody knows whether it is still true; waiting.',
  subscription_ended: 'The shopper had cancelled this alert, or it was already told.',
  subscription_unknown: 'The subscription has not arrived here yet; waiting.',
  already_told: 'Another alert of the same request is on its way or was sent.',
  stopped: 'The shopper said STOP.',
  suspended: 'Messenger says that this person cannot be reached at present.',
  erased: 'The shopper asked for deletion of their data.',
  shopper_unknown: 'The shopper’s record has not arrived here yet; waiting.',
  over_limit: 'The shopper got as many messages as the limit allows; waiting for the window to move.',
  reserved_elsewhere: 'Another message to this shopper is on its way; waiting for its outcome.',
  min_gap: 'Too soon after the last message to this shopper; waiting.',
  quiet_hours: 'It is night where the shopper lives; waiting for the morning.',
  windows_closed: 'The send limits are being rebuilt; nothing is sent unguarded.',
  page_unleased: 'The Page is being handed from one worker to another.',
  expired: 'It could not be sent in the time in which it is worth telling.',
  past_send_by: 'The admission ran out before a slot was free; back to the line.',
  no_grant: 'No right to message this person: the 24-hour window is closed and no token fits.',
  grant_resting: 'The right that the shopper gave may be used once in a while only; waiting for its next time.',
  grant_dead: 'Messenger no longer accepts the token that this shopper gave.',
  window_closed: 'Messenger says the 24-hour window is closed.',
  rate_limited: 'Messenger asked the Page to slow down.',
  not_connected: 'Messenger could not be reached; not a byte was sent, so it may be tried again.',
  page_stopped: 'The Page cannot send at present (token, permission or restriction).',
  page_unknown: 'No shop’s settings name this Page.',
  refused: 'Messenger refused the message.',
  bad_request: 'Messenger said our request was wrong.',
  outcome_unknown:
    'Messenger never said whether the message arrived; it is not sent again unless it proves not to have gone.',
  not_worded: 'The message could not be worded: a value that the text needs is missing.',
  duplicate: 'Already handled.',
  user_asked: 'The shopper asked for it.',
  requested: 'The shopper asked to be told.',
  request_expired: 'The right to send that came with the request has run out: one year for a one-time token.',
} as const;
export type Reason = keyof typeof REASONS;
/** A reason code as it travels. */
export const Reason = z.enum(Object.keys(REASONS) as [Reason, ...Reason[]]);
