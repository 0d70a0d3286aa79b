import { chance } from './chance.js';
import { isRecord } from './is-record.js';
import type { PageRules } from './page-rules.js';
import type { WebhookEvent } from './webhook-events.js';

/** Rule 44: what can go wrong with a webhook on its way, on demand or at a seeded random rate. */

/** What happens to an event. */
export const DISORDER_KINDS = [
  /** It comes twice, byte for byte. */
  'duplicate',
  /** It comes after the person's next one. */
  'reorder',
  /** It comes in one body with the Page's next one: two entries. */
  'batch',
  /** It comes hours later. */
  'late',
  /** Its times are in seconds. */
  'seconds',
  /** A delivery names no messages. */
  'no_mids',
  /** A referral has lost its ref. */
  'no_ref',
  /** An event of a kind that nobody knows comes before it. */
  'unknown_kind',
  /** A copy with a wrong signature comes before it; it is tried once. */
  'bad_signature',
  /** A copy without signature comes before it; it is tried once. */
  'no_signature',
] as const;

/** See {@link DISORDER_KINDS}. */
export type DisorderKind = (typeof DISORDER_KINDS)[number];

/** Disorder that was ordered for the next events that it fits. */
export interface ArmedDisorder {
  readonly id: number;
  readonly kind: DisorderKind;
  /** Events that it will still hit. */
  readonly times: number;
  readonly page?: string | undefined;
  readonly psid?: string | undefined;
}

/** Whether this kind can happen to this event: only deliveries can lose their mids, only referrals their ref. */
export function disorderFits(kind: DisorderKind, event: WebhookEvent): boolean {
  if (kind === 'no_mids') return isRecord(event.delivery);
  if (kind === 'no_ref') return referralOf(event) !== undefined;
  return true;
}

/** The first ordered disorder that fits an event, and what remains after it. */
export function takeDisorder(
  armed: readonly ArmedDisorder[],
  to: { page: string; psid: string; event: WebhookEvent },
): { kind: DisorderKind | undefined; rest: readonly ArmedDisorder[] } {
  const found = armed.find(
    ({ kind, page, psid }) =>
      (page === undefined || page === to.page) &&
      (psid === undefined || psid === to.psid) &&
      disorderFits(kind, to.event),
  );
  if (!found) return { kind: undefined, rest: armed };
  const rest = armed
    .map((one) => (one === found ? { ...one, times: one.times - 1 } : one))
    .filter(({ times }) => times > 0);
  return { kind: found.kind, rest };
}

/** Rule 44: what chance does to the n-th event of a Page. The same seed, the same disorder. */
export function rule44Pick(rules: PageRules, n: number): DisorderKind | undefined {
  if (rules.disorderRate <= 0 || rules.disorderKinds.length === 0) return undefined;
  if (chance(rules.disorderSeed, n * 2) >= rules.disorderRate) return undefined;
  return rules.disorderKinds[Math.floor(chance(rules.disorderSeed, n * 2 + 1) * rules.disorderKinds.length)];
}

/** The events that are sent in place of one. */
export function rule44Shape(kind: DisorderKind | undefined, event: WebhookEvent): WebhookEvent[] {
  if (kind === 'seconds') return [inSeconds(event)];
  if (kind === 'no_mids' && isRecord(event.delivery)) {
    const { mids: _, ...delivery } = event.delivery;
    return [{ ...event, delivery }];
  }
  if (kind === 'no_ref') return [withoutRef(event)];
  if (kind === 'unknown_kind') {
    const { sender, recipient, timestamp } = event;
    return [{ sender, recipient, timestamp, something_new: { version: 1 } }, event];
  }
  return [event];
}

function inSeconds(event: WebhookEvent): WebhookEvent {
  const seconds = (ms: number): number => Math.floor(ms / 1000);
  const watermarks = ['delivery', 'read'].flatMap((key) => {
    const body = event[key];
    return isRecord(body) && typeof body.watermark === 'number'
      ? [[key, { ...body, watermark: seconds(body.watermark) }]]
      : [];
  });
  return { ...event, ...Object.fromEntries(watermarks), timestamp: seconds(event.timestamp) };
}

function referralOf(event: WebhookEvent): Record<string, unknown> | undefined {
  const inPostback = isRecord(event.postback) ? event.postback.referral : undefined;
  const referral = event.referral ?? inPostback;
  return isRecord(referral) ? referral : undefined;
}

function withoutRef(event: WebhookEvent): WebhookEvent {
  const referral = referralOf(event);
  if (!referral) return event;
  const { ref: _, ...rest } = referral;
  return isRecord(event.postback)
    ? { ...event, postback: { ...event.postback, referral: rest } }
    : { ...event, referral: rest };
}
