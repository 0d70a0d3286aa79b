/**
 * The bot's sentences in one language, as ICU MessageFormat. `{item}` is the thing wished for, `{price}` its price now,
 * already formatted; `{hasPrice, select, yes {…} other {}}` leaves out a sentence that needs one. Titles of requests
 * are kept short: the platform allows 65 characters with the item in them.
 */
export interface Wording {
  /** Stands in for an item without a name. */
  readonly this_item: string;
  readonly ask_back_in_stock: string;
  readonly ask_price_drop: string;
  readonly confirmed_back_in_stock: string;
  readonly confirmed_price_drop: string;
  readonly already: string;
  readonly already_told: string;
  readonly no_price: string;
  readonly stopped: string;
  readonly resumed: string;
  readonly help: string;
  readonly question: string;
  readonly unclear: string;
  readonly unclear_stop: string;
  readonly cannot_ask: string;
  /** Whether everything shall be deleted, and what that means. */
  readonly delete_ask: string;
  /** The answer to that question came when nobody remembered it. */
  readonly delete_late: string;
  /** The last message; `{code}` is the receipt. */
  readonly deleted: string;
  readonly kept: string;
  /** Titles of the answers to `delete_ask`; at most 20 characters. */
  readonly button_delete: string;
  readonly button_keep: string;
  /** Title of the button under `unclear_stop`; at most 20 characters. */
  readonly button_stop: string;
  /** On the shop's own product page. */
  readonly button_notify_me: string;
}
