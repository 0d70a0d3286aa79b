import type { Decision, Reason } from '@beckon/contracts';
import type { Person, SubState } from './person.js';
import type { Item, Wish } from './wish.js';

/** What to answer, not yet in words. `language`: the one the person just used, where it was clear. */
export type ReplyWanted =
  | { readonly say: 'ask'; readonly wish: Wish; readonly item: Item }
  | { readonly say: 'confirmed' | 'already' | 'already_told'; readonly wish: Wish; readonly item: Item }
  | { readonly say: 'no_price'; readonly item: Item }
  | { readonly say: 'stopped' | 'resumed' | 'help'; readonly language: string | null }
  | { readonly say: 'delete_ask' | 'delete_late' | 'kept'; readonly language: string | null }
  | { readonly say: 'deleted'; readonly language: string | null; readonly code: string }
  | { readonly say: 'question' | 'unclear' | 'unclear_stop' | 'cannot_ask' };

/** One line of the shopper's story. */
export interface Note {
  readonly verdict: Extract<
    Decision['verdict'],
    'subscribed' | 'unsubscribed' | 'stopped' | 'resumed' | 'erased' | 'ignored'
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
}
