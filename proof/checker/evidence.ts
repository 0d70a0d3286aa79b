/**
 * What the checker judges by, and nothing else: what was put in, what people truly received, what was broken when, and
 * (for the last two rows) what Beckon said about it. Times are milliseconds since the epoch of one machine's clock.
 *
 * Nothing in this folder imports anything of Beckon: a mistake that both sides share would be seen by neither.
 */

/** What a shopper can ask for in a run. */
export type Kind = 'back_in_stock' | 'price_drop';

/** At most `limit` alerts in any `period` ms, per shopper, per shopper and kind, or per shopper and SKU. */
export interface Limit {
  readonly scope: 'shopper' | 'shopper_kind' | 'shopper_sku';
  readonly limit: number;
  readonly period: number;
}

/** When an input was sent, and when it was known to be taken; null: nobody knows whether it was. */
interface Sent {
  readonly sent_at: number;
  readonly acked_at: number | null;
}

/** A shop and its limits, the least gap between two messages included as a limit of one. */
export interface Shop {
  readonly shop: string;
  readonly limits: readonly Limit[];
}

/** From `from` to `to` on the clocks of `zone` ("21:00"; they may pass midnight) nobody of the shop is told anything. */
export interface QuietHours {
  readonly shop: string;
  readonly from: string;
  readonly to: string;
  readonly zone: string;
  /** Known to the service at this instant. */
  readonly since: number;
}

/** A person on a Page; `shopper_ids` are Beckon's names for them (another one after they were deleted), needed where Beckon speaks of itself. */
export interface Person {
  readonly psid: string;
  readonly page: string;
  readonly shop: string;
  readonly shopper_ids: readonly string[];
}

/** An event of the shop's platform: from now on what the shoppers of this SKU wait for is true (`open`) or not. */
export interface OfferInput extends Sent {
  readonly shop: string;
  readonly sku: string;
  readonly kind: Kind;
  readonly open: boolean;
  /** The price from now on, in minor units. */
  readonly price: number;
  /** A baseline: it alerts nobody. */
  readonly snapshot: boolean;
}

/** A shopper tapped "Notify me", or the like. */
export interface Tap extends Sent {
  readonly psid: string;
  readonly sku: string;
  readonly kind: Kind;
  /** Of a price: told from here down, in minor units; null: of any lower one. */
  readonly limit: number | null;
  /** Told at every opening until it is ended, not only once. */
  readonly recurring: boolean;
  /** It goes on with what was ended before: nothing is owed of an opening that was there already. */
  readonly resumed: boolean;
}

/** A shopper wrote STOP; or (`erases`) confirmed that everything about them shall be deleted. */
export interface Stop extends Sent {
  readonly psid: string;
  readonly erases: boolean;
}

/** A shopper ended one request: by the button in the list, or (nothing is answered to that) in Messenger itself. */
export interface EndOne extends Sent {
  readonly psid: string;
  readonly sku: string;
  readonly kind: Kind;
  readonly by: 'button' | 'platform';
}

/** A shopper said something that is answered: asked for the list, for deletion, for a price alert without a price. */
export interface Word extends Sent {
  readonly psid: string;
  readonly what: 'list' | 'delete' | 'price';
}

/** The shop had a shopper asked whether they want to be told of something. */
export interface Ask extends Sent {
  readonly psid: string;
  readonly sku: string;
  readonly kind: Kind;
}

/** Everything that was put in, in the order of sending. */
export interface Inputs {
  readonly shops: readonly Shop[];
  readonly quiet_hours: readonly QuietHours[];
  readonly people: readonly Person[];
  readonly offers: readonly OfferInput[];
  readonly taps: readonly Tap[];
  readonly stops: readonly Stop[];
  readonly end_ones: readonly EndOne[];
  readonly words: readonly Word[];
  readonly asks: readonly Ask[];
  /** When the load began and ended, and when the run stopped waiting; null where it was not reached. */
  readonly load_from: number | null;
  readonly load_to: number | null;
  readonly quiet_to: number | null;
}

/** A message that the sandbox accepted: what a person truly received. In the order of acceptance. */
export interface Accepted {
  readonly page: string;
  readonly psid: string;
  readonly mid: string;
  readonly accepted_at: number;
  readonly metadata: string | null;
  readonly text: string | null;
  /** What it shows if it is more than a text. */
  readonly template: Template | null;
}

/** A template of Messenger: its type, the titles of its cards, and what their buttons say when they are tapped. */
export interface Template {
  readonly type: string;
  readonly cards: readonly { readonly title: string; readonly payloads: readonly string[] }[];
}

/** A call to the sandbox's Send API, as the sandbox noted it. */
export interface Call {
  readonly at: number;
  /** The Page whose token was used; null: nobody's. */
  readonly token_page: string | null;
  /** The Page named in the path (`me` is the token's own). */
  readonly path_page: string;
  readonly psid: string | null;
  readonly metadata: string | null;
  readonly text: string | null;
  /** The message that was taken, whatever was answered; null: none. */
  readonly mid: string | null;
  /** The rule of the sandbox that refused the call. */
  readonly rule: number | null;
}

/** A call whose caller could not know what became of it, as the sandbox noted it. */
export interface Doubt {
  readonly at: number;
  readonly psid: string | null;
  readonly metadata: string | null;
  /** Whether the message was taken all the same. */
  readonly taken: boolean;
  /** The trouble that the sandbox made; `caller_left`: the caller went away before it was answered. */
  readonly fault: string;
}

/** A message that was claimed and not settled when something was broken. */
export interface InFlight {
  readonly id: string;
  readonly shopper_id: string;
  readonly sku: string | null;
  readonly claimed_at: number;
  /** The instant for which it was seen to be in flight. */
  readonly seen_at: number;
  /** The process that had claimed it, `delivery-2`, and since when that life of it is known; null: nobody saw. */
  readonly worker: string | null;
  readonly worker_since: number | null;
}

/** Something that was broken on purpose. `to` null: it was so until the end. */
export interface Fault {
  /** `delivery-2`, `kafka`, `proxy:postgres`, ... */
  readonly target: string;
  /** `kill`, `stop`, `latency`, ... */
  readonly kind: string;
  readonly from: number;
  readonly to: number | null;
  readonly detail: string | null;
  readonly in_flight: readonly InFlight[];
}

/** A line of the topic `decisions`, as far as the checker reads it. */
export interface Decision {
  readonly alert_id: string | null;
  readonly decision_id: string;
  readonly verdict: string;
  readonly reason: string | null;
  readonly terminal: boolean;
  readonly shopper_id: string | null;
  readonly sku: string | null;
  readonly at: number;
}

/** All of it. */
export interface Evidence {
  readonly inputs: Inputs;
  readonly ledger: readonly Accepted[];
  readonly calls: readonly Call[];
  readonly doubts: readonly Doubt[];
  readonly faults: readonly Fault[];
  readonly decisions: readonly Decision[];
}

/** One broken promise. */
export interface Violation {
  readonly row: RowName;
  /** When it became true, for finding it in the timeline. */
  readonly at: number;
  readonly what: string;
  readonly psid: string | null;
  readonly sku: string | null;
}

/** The promises that are counted, in the order of the table. */
export const ROWS = {
  lost: 'asked for, true until the end, and neither sent nor ambiguous',
  twice: 'the same alert or question accepted twice, or two for one request',
  unasked: 'an alert to somebody who had not asked for it',
  over_limit: 'more than a limit allows, by the times of acceptance',
  stale: 'accepted more than 30 s after it stopped being true',
  at_night: 'accepted within quiet hours',
  after_stop: 'accepted after the STOP, "stop this one" or deletion was confirmed',
  stop_unconfirmed: 'a STOP, "stop this one" or deletion that was never confirmed',
  unanswered: 'a question of a shopper, or of a shop to a shopper, that nothing came of',
  wrong_page: "with another Page's token, or to another Page's person",
  late_by_pause: 'late because the sender was frozen between gate and socket (counted, not held against us)',
  unknown: 'given up as unknown although nothing was ambiguous and its sender was not struck',
  unexplained: 'an alert without a terminal decision, or with one that is not true',
} as const;
export type RowName = keyof typeof ROWS;
/** The row that counts and does not condemn. */
export const EXCUSED: RowName = 'late_by_pause';
