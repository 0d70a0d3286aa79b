import type { Decision, Money, Reason } from '@beckon/contracts';
import type { AgainDue, Person, SubState } from './person.js';
import type { AskedBy } from './request-title.js';
import type { Item, Wish } from './wish.js';

/** What to answer, not yet in words. `language`: the one the person just used, where it was clear. */
export type ReplyWanted =
  | { readonly say: 'ask'; readonly wish: Wish; readonly item: Item; readonly as: AskedBy }
  /** `limit`: the price from which on, where one was chosen. */
  | {
      readonly say: 'confirmed';
      readonly wish: Wish;
      readonly item: Item;
      readonly mode: SubState['mode'];
      readonly limit: Money | null;
    }
  | { readonly say: 'already' | 'already_told'; readonly wish: Wish; readonly item: Item }
  | { readonly say: 'no_price'; readonly item: Item }
  /** From which price on? With choices; a price may be typed as well. */
  | { readonly say: 'price_question' | 'price_too_high'; readonly wish: Wish; readonly item: Item }
  | { readonly say: 'price_wanted' | 'price_not_read'; readonly item: Item }
  | { readonly say: 'price_changed'; readonly wish: Wish; readonly item: Item; readonly limit: Money | null }
  /** Which of these? */
  | { readonly say: 'choices'; readonly choices: readonly Choice[] }
  | { readonly say: 'stopped' | 'resumed' | 'help'; readonly language: string | null }
  | { readonly say: 'delete_ask' | 'delete_late' | 'kept'; readonly language: string | null }
  | { readonly say: 'deleted'; readonly language: string | null; readonly code: string }
  | { readonly say: 'greeting' | 'question' | 'unclear' | 'cannot_ask' | 'topic_over' | 'asked_lately' }
  /** A text that talks about stopping; `alerts`: there is something to stop, so both ways are shown. */
  | { readonly say: 'unclear_stop'; readonly alerts: boolean }
  /** One page of "my alerts"; `next`: where the next one begins, if there is one. */
  | {
      readonly say: 'list';
      readonly alerts: readonly ListedAlert[];
      readonly next: number | null;
      readonly language: string | null;
    }
  | { readonly say: 'no_alerts'; readonly language: string | null }
  /** "Stop this one" was done; `more`: others go on. */
  | { readonly say: 'ended_one'; readonly sub: ListedAlert['sub']; readonly item: Item; readonly more: boolean }
  /** A button about an alert that has ended already. */
  | { readonly say: 'gone' }
  /** Requests that ended by themselves, offered anew without a question of the person. */
  | { readonly say: 'again'; readonly offers: readonly AgainOffer[] };

/** One of several wishes to choose from. */
export interface Choice {
  readonly wish: Wish;
  readonly name: string;
}

/** One request that could be made again. */
export interface AgainOffer {
  readonly sub_id: string;
  readonly why: AgainDue['why'];
  readonly item: Item;
}

/** What the first of the replies says as well. */
export interface Aside {
  /** That it comes from an automated service. */
  readonly disclose: boolean;
  readonly again: readonly AgainOffer[];
}

/** One line of "my alerts". */
export interface ListedAlert {
  readonly sub: Pick<SubState, 'sub_id' | 'kind' | 'condition' | 'seen_price' | 'consented_at'>;
  readonly item: Item;
}

/** One line of the shopper's story. */
export interface Note {
  readonly verdict: Extract<
    Decision['verdict'],
    'subscribed' | 'unsubscribed' | 'changed' | 'stopped' | 'resumed' | 'erased' | 'ignored'
  >;
  readonly reason: Reason;
  readonly sub?: Pick<SubState, 'sub_id' | 'product' | 'sku' | 'kind'>;
  /** A sentence for people; never personal data. */
  readonly detail?: string;
}

/** The person afterwards, what to answer and what to note. */
export interface Outcome {
  readonly person: Person;
  readonly replies: readonly ReplyWanted[];
  readonly notes: readonly Note[];
  readonly aside?: Aside;
}
