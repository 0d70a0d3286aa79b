/**
 * The bot's sentences in one language, as ICU MessageFormat. `{item}` is the thing wished for, `{price}` its price now,
 * already formatted; `{hasPrice, select, yes {…} other {}}` leaves out a sentence that needs one. `{limit}` is the price
 * from which on, `{hasLimit}` says whether one was chosen; `{mode}` is `recurring` where each time is told, else `once`.
 * Titles of requests are kept short: the platform allows 65 characters with the item in them.
 */
export interface Wording {
  /** Stands in for an item without a name. */
  readonly this_item: string;
  readonly ask_back_in_stock: string;
  readonly ask_price_drop: string;
  readonly ask_low_stock: string;
  readonly ask_new_collection: string;
  readonly ask_early_sale: string;
  readonly confirmed_back_in_stock: string;
  readonly confirmed_price_drop: string;
  readonly confirmed_low_stock: string;
  readonly confirmed_new_collection: string;
  readonly confirmed_early_sale: string;
  readonly already: string;
  readonly already_told: string;
  readonly no_price: string;
  readonly stopped: string;
  readonly resumed: string;
  readonly help: string;
  readonly question: string;
  /** The first words of a conversation: who is speaking, and the question. */
  readonly greeting: string;
  /** Above the choices of products. */
  readonly choices: string;
  readonly price_question: string;
  /** What was chosen is no lower than the price now. */
  readonly price_too_high: string;
  /** A price is to be typed; `{example}` is one. */
  readonly price_wanted: string;
  readonly price_not_read: string;
  readonly price_changed: string;
  /** Titles of the choices of prices, at most 20 characters; `{percent}` is a number. */
  readonly price_any: string;
  readonly price_less: string;
  readonly price_other: string;
  /** A topic that the shop no longer has. */
  readonly topic_over: string;
  /** The request stands further up in the conversation; the platform does not let us show it again. */
  readonly asked_lately: string;
  readonly unclear: string;
  readonly unclear_stop: string;
  readonly cannot_ask: string;
  /** The same where there are alerts, of which one or all can be ended. */
  readonly unclear_stop_which: string;
  readonly no_alerts: string;
  /** One alert of the list: `{asked}` is one of the five below, `{since}` a date. At most 80 characters are shown. */
  readonly listed: string;
  readonly listed_back_in_stock: string;
  /** `{price}`: the price that the shopper saw, or may be reached. */
  readonly listed_price_drop: string;
  readonly listed_price_limit: string;
  readonly listed_low_stock: string;
  readonly listed_new_collection: string;
  readonly listed_early_sale: string;
  /** "Stop this one" was done; `{asked}` as in the list. */
  readonly ended_one: string;
  readonly gone: string;
  /** Said once beside the first answer; `{shop}` is its name. */
  readonly disclosure: string;
  /** A request that ended by itself is offered anew: after its message, after its year, or several (`{items}`). */
  readonly again_told: string;
  readonly again_expired: string;
  readonly again_several: string;
  /** Titles of buttons and quick replies; at most 20 characters. */
  readonly button_stop: string;
  readonly button_start: string;
  readonly button_list: string;
  readonly button_more: string;
  readonly button_end: string;
  readonly button_price: string;
  readonly button_again: string;
  /** On the shop's own product page. */
  readonly button_notify_me: string;
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
}
