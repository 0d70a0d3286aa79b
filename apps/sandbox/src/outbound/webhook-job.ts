import type { Entry } from '../domain/webhook-events.js';

/** One try to hand a webhook over. Times in milliseconds; `status` null when no answer came. */
export interface WebhookAttempt {
  at: number;
  ms: number;
  status: number | null;
  error: string | null;
  /** What the receiver answered, cut at {@link KEPT_ANSWER} characters. */
  answer: string | null;
}

/** What was sent where at the last attempt. */
export interface SentRequest {
  url: string;
  headers: Record<string, string>;
}

/** One webhook on its way. */
export interface WebhookJob {
  /** Names the webhook; later ones have larger numbers. */
  id: number;
  /** Whom it is about; of a batch, whom its first event is about. */
  page: string;
  psid: string;
  /** Of a batch: whom each of its further events is about. */
  others?: readonly Addressee[];
  /** The queue it waits in, one after the other; absent: that of its person. */
  lane?: string;
  /** The bytes that are signed and sent, the same at every attempt (ASCII, so a string holds them exactly). */
  body: string;
  createdAt: number;
  attempts: WebhookAttempt[];
  /** How often it failed; `attempts` keeps only the last ones. */
  failures: number;
  /** Absent: no attempt yet. */
  sent?: SentRequest;
  /** A copy with a signature that must be refused (rule 44); it is tried once. */
  forged?: 'bad_signature' | 'no_signature';
  /** 'batched': it went out as a part of another one. */
  state: 'waiting' | 'delivered' | 'dropped' | 'nobody_subscribed' | 'not_subscribed' | 'batched';
}

/** Whom an event is about. */
export interface Addressee {
  readonly page: string;
  readonly psid: string;
}

/** A webhook with what is in it, for putting it together with others. */
export interface Outgoing {
  readonly job: WebhookJob;
  readonly entries: readonly Entry[];
}

/** How many characters of a receiver's answer are kept. */
export const KEPT_ANSWER = 2000;

/** Everybody whom a webhook is about. */
export function addressees({ page, psid, others = [] }: WebhookJob): readonly Addressee[] {
  return [{ page, psid }, ...others];
}

/** Whether a webhook is about this Page and this person, as far as they are named. */
export function isAbout(job: WebhookJob, page: string | undefined, psid: string | undefined): boolean {
  if (page === undefined && psid === undefined) return true;
  return addressees(job).some(
    (one) => (page === undefined || one.page === page) && (psid === undefined || one.psid === psid),
  );
}
