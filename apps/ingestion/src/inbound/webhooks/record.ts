import { DELIVERY_ID, type WebhookSettings } from '@beckon/contracts';
import { deliveryOf, secretHeaders, type HttpHeaders } from './signature.js';

/** Of the connection and of whoever carried the request, or secrets: nothing of it belongs to the webhook. */
const NOT_KEPT = new Set([
  ...['authorization', 'proxy-authorization', 'cookie', 'host', 'connection', 'keep-alive', 'te', 'trailer', 'upgrade'],
  ...[
    'transfer-encoding',
    'content-length',
    'content-encoding',
    'expect',
    'accept',
    'accept-encoding',
    'forwarded',
    'via',
  ],
]);
/** Ours, or written by proxies: a sender must not speak with these. */
const NOT_THEIRS = /^(beckon-|dl_|x-forwarded-|traceparent$|tracestate$|baggage$)/;

/** The headers of the record that keeps a webhook: those of HTTP, without secrets, and the name of the delivery. */
export function recordHeaders(scheme: WebhookSettings, headers: HttpHeaders): Record<string, string> {
  const secret = new Set(secretHeaders(scheme));
  const kept = Object.entries(headers).filter(
    (entry): entry is [string, string] =>
      typeof entry[1] === 'string' && !NOT_KEPT.has(entry[0]) && !secret.has(entry[0]) && !NOT_THEIRS.test(entry[0]),
  );
  const delivery = deliveryOf(scheme, headers);
  return { ...Object.fromEntries(kept), ...(delivery === undefined ? {} : { [DELIVERY_ID]: delivery }) };
}

/**
 * WooCommerce tries an address before it saves a webhook: a form with the webhook's number, unsigned, which must be answered
 * with 200 (class-wc-webhook.php, `deliver_ping`). It says nothing and is not kept.
 */
export function isTrial(scheme: WebhookSettings, headers: HttpHeaders, body: Buffer): boolean {
  if (scheme.scheme !== 'woocommerce' || headers['x-wc-webhook-signature'] !== undefined) return false;
  return body.length < 40 && /^webhook_id=\d+$/.test(body.toString('latin1'));
}
