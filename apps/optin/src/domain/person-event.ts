/**
 * One thing that a person did, as far as optin cares. Refs and tokens have been read and sealed by the caller, so that
 * deciding needs no key.
 */
import type { Wish } from './wish.js';

interface Head {
  /** De-duplication key: equal for two deliveries of the same event; no token and no personal id in it. */
  readonly key: string;
  /** When it happened, by the platform's clock. */
  readonly at: number;
  readonly received_at: number;
  /** Another app owns the conversation: take note, but do not answer. */
  readonly standby: boolean;
}

/** `wish` is undefined where there was no ref, or one that we did not sign for this shop. */
export type PersonEvent = Head &
  (
    | { readonly kind: 'message'; readonly text: string | null; readonly payload: string | null; readonly wish?: Wish }
    | { readonly kind: 'postback'; readonly payload: string | null; readonly wish?: Wish }
    | { readonly kind: 'referral'; readonly wish?: Wish }
    | {
        readonly kind: 'one_time_optin';
        readonly tokenSealed: string;
        readonly subId: string;
        readonly grantId: string;
        readonly wish?: Wish;
      }
    | { readonly kind: 'reaction' }
    /** Not the person's doing: who holds the conversation from now on. */
    | { readonly kind: 'holder'; readonly holder: 'human' | 'bot' }
  );
