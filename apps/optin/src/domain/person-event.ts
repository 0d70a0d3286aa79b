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

/** Words, or a button of ours: `choice` is the wish in its payload. */
interface Said {
  readonly payload: string | null;
  readonly choice?: Wish;
}

/** A tap that gives a right to send. `shown`: the title of the request, where it is known. */
interface Tap {
  readonly tokenSealed: string;
  readonly subId: string;
  readonly shown: string | null;
}

/** `wish` is undefined where there was no ref, or one that we did not sign for this shop. */
export type PersonEvent = Head & { readonly wish?: Wish } & (
    | ({ readonly kind: 'message'; readonly text: string | null } & Said)
    | ({ readonly kind: 'postback' } & Said)
    | { readonly kind: 'referral' }
    | ({ readonly kind: 'one_time_optin'; readonly grantId: string } & Tap)
    /** The tap on "Get updates", also again; `resumed`: a stop was taken back in Messenger. */
    | ({
        readonly kind: 'notification_optin';
        readonly resumed: boolean;
        readonly tokenKey: string;
        /** When the token ends; null: the platform did not say. */
        readonly expiresAt: number | null;
      } & Tap)
    /** Notifications were stopped in Messenger. */
    | { readonly kind: 'notification_stop'; readonly tokenKey: string }
    | { readonly kind: 'reaction' }
    /** Not the person's doing: who holds the conversation from now on. */
    | { readonly kind: 'holder'; readonly holder: 'human' | 'bot' }
  );
