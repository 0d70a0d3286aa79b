import type { Reason } from '@beckon/contracts';
import type { Classified } from '@beckon/messenger';
import type { Told } from './ledger-row.js';

/** A POST of ours, named by the lease epoch under which the row was claimed, so that an old one is recognised. */
interface OfOurPost {
  readonly epoch: number;
  readonly at: number;
}

/** Why the gate does not let a message pass as it stands. */
export type BarredReason = Extract<
  Reason,
  'stopped' | 'subscription_ended' | 'suspended' | 'erased' | 'no_grant' | 'grant_resting'
>;

/** Something that became known about one message. `at` is milliseconds since the epoch. */
export type Fact =
  /** Messenger answered. `token_mark` tells which access token was used without telling the token. */
  | (OfOurPost & {
      readonly type: 'answered';
      readonly posted_at: number;
      readonly answer: Classified;
      readonly token_mark: string | null;
      readonly told: Told;
    })
  /** At least one byte may have left, and no answer came. */
  | (OfOurPost & { readonly type: 'answer_lost'; readonly posted_at: number; readonly told: Told })
  /** Provably not one byte left. */
  | (OfOurPost & {
      readonly type: 'not_sent';
      /** `not_heard`: the gate let it pass, but its answer was lost on the way, so nobody posted it. */
      readonly why: 'late' | 'not_connected' | 'no_token' | 'unreadable' | 'not_heard';
    })
  /** The text could not be made; `detail` names the variable or template. */
  | (OfOurPost & { readonly type: 'not_worded'; readonly detail: string })
  /** The gate will not let this admission pass. */
  | {
      readonly type: 'barred';
      readonly admission_no: number;
      readonly reason: BarredReason;
      /** `grant_resting`: when the right may be used again. */
      readonly until: number | null;
      readonly at: number;
    }
  /** Messenger echoed a message with our metadata: it was accepted. */
  | {
      readonly type: 'echoed';
      readonly page: string;
      readonly shopper_id: string;
      readonly mid: string | null;
      readonly at: number;
    }
  /** The worker that claimed it is gone (or lost its Page) without telling what became of the POST. */
  | { readonly type: 'orphaned'; readonly at: number }
  /** Its time passed in the line. */
  | { readonly type: 'too_late'; readonly at: number }
  /** It waits in the line of a Page that cannot send. */
  | { readonly type: 'page_stopped'; readonly at: number }
  /** 24 hours without an echo. */
  | { readonly type: 'given_up'; readonly at: number }
  /** The shopper's phone received or the shopper read it. */
  | { readonly type: 'received'; readonly how: 'delivered' | 'read'; readonly at: number }
  /** Throttling asks again for an answer that it may have missed. */
  | { readonly type: 'asked_again'; readonly admission_no: number; readonly at: number };
