import { createHash, createHmac } from 'node:crypto';

/**
 * Ids are deterministic: the same cause makes the same id, so whatever is done twice is recognised (design: §3, §4).
 * 128 bits of SHA-256 in hex behind a short prefix that tells people what they look at.
 */
const digest = (parts: readonly (string | number)[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);

/**
 * One person on one Page. Keyed, so that nobody without the key can go from a page-scoped id to our id; `generation`
 * advances when the person is erased, so that a later return is a new person.
 */
export function shopperId(key: Buffer | string, page: string, psid: string, generation = 0): string {
  const mac = createHmac('sha256', key)
    .update(JSON.stringify([page, psid, generation]))
    .digest('hex');
  return `shp_${mac.slice(0, 32)}`;
}

/** A subscription is named by the event in which the shopper consented (its de-duplication key). */
export const subId = (page: string, consentEvent: string): string => `sub_${digest(['sub', page, consentEvent])}`;

/** A signal is named by the offer and the offer's sequence number at which it opened. */
export const signalId = (shop: string, sku: string, kind: string, seq: number): string =>
  `sig_${digest(['signal', shop, sku, kind, seq])}`;

/** One subscription × one signal: whoever derives it, however often, names the same alert. */
export const alertId = (sub: string, signal: string): string => `alr_${digest(['alert', sub, signal])}`;

/** A right to send, named by the event that gave it. */
export const grantId = (page: string, event: string): string => `grt_${digest(['grant', page, event])}`;

/** An answer of the bot to one inbound event (`part` tells several answers to one event apart). */
export const replyId = (page: string, event: string, part: string | number): string =>
  `rep_${digest(['reply', page, event, part])}`;

/** A question that a shop put to a shopper, named by what caused it. */
export const askId = (shop: string, cause: string): string => `ask_${digest(['ask', shop, cause])}`;

/** One line in an alert's story. */
export const decisionId = (subject: string, stage: string, seq: number): string =>
  `dec_${digest(['decision', subject, stage, seq])}`;
