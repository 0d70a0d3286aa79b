/**
 * Whether a webhook comes from who it says. Every scheme is judged over the very bytes of the body, in constant time and
 * with every secret tried, so that the time taken tells neither what was expected nor which secret fitted. The answer is
 * yes or no and never contains what was expected.
 *
 * Sources: shopify.dev "Deliver webhooks through HTTPS" (and "Verify Events deliveries" for the headers without X-);
 * WooCommerce's class-wc-webhook.php; developer.shopline.com "Webhooks"; docs.saleor.io "Payload signature" (RFC 7515 and
 * 7797); standardwebhooks.com; BigCommerce has no signature but headers of one's own.
 */
import type { WebhookSettings } from '@beckon/contracts';
import { equalSecrets } from '@beckon/service';
import { createHmac, timingSafeEqual } from 'node:crypto';
import { isDetachedJwsOf, type PublicKey } from '../../domain/detached-jws.js';

/** HTTP headers by name in small letters. */
export type HttpHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

/** What a webhook is judged by. */
export interface Proofs {
  /** What the secrets of the settings say now. */
  readonly secrets: readonly string[];
  /** Saleor only: the shop's public keys, as far as they are known. */
  readonly keys?: readonly PublicKey[];
  /** Milliseconds since the epoch: schemes that sign a time refuse what is old. */
  readonly now: number;
}

/** Standard Webhooks: a signed time further away than this is a replay. */
const TOLERANCE_MS = 5 * 60_000;

const SIGNATURE_HEADERS = {
  shopify: ['x-shopify-hmac-sha256', 'shopify-hmac-sha256'],
  woocommerce: ['x-wc-webhook-signature'],
  shopline: ['x-shopline-hmac-sha256'],
  saleor: ['saleor-signature', 'x-saleor-signature'],
  standard: ['webhook-signature'],
} as const;

const DELIVERY_HEADERS: Readonly<Partial<Record<WebhookSettings['scheme'], readonly string[]>>> = {
  // The delivery's own id, not the event's: one event of a merchant may be several webhooks, of different products.
  shopify: ['x-shopify-webhook-id', 'shopify-webhook-id'],
  woocommerce: ['x-wc-webhook-delivery-id'],
  shopline: ['x-shopline-webhook-id'],
  standard: ['webhook-id'],
};

/** Whether the settings' scheme, with these secrets or keys, vouches for the body. */
export function isSigned(scheme: WebhookSettings, headers: HttpHeaders, body: Buffer, proofs: Proofs): boolean {
  const { secrets } = proofs;
  switch (scheme.scheme) {
    case 'shopify':
    case 'woocommerce':
    case 'shopline':
      return hasDigest(first(headers, SIGNATURE_HEADERS[scheme.scheme]), 'sha256', secrets, body);
    case 'saleor': {
      const given = first(headers, SIGNATURE_HEADERS.saleor);
      // Both are tried whatever it looks like: a webhook with a secretKey has a digest, one without has a JWS.
      const byKey = given !== undefined && isDetachedJwsOf(given, body, proofs.keys ?? []);
      return hasDigest(given, 'sha256', secrets, body) || byKey;
    }
    case 'standard':
      return isStandard(headers, body, proofs);
    case 'hmac': {
      const given = text(headers[scheme.header]);
      const digest = given?.startsWith(scheme.prefix) ? given.slice(scheme.prefix.length) : undefined;
      return hasDigest(digest, scheme.algorithm, secrets, body);
    }
    case 'header':
      return isOneOf(text(headers[scheme.header]), secrets);
    case 'bearer':
      return isOneOf(/^Bearer +(\S+)$/i.exec(text(headers['authorization']) ?? '')?.[1], secrets);
    case 'basic': {
      const given = /^Basic +([A-Za-z0-9+/=]+)$/i.exec(text(headers['authorization']) ?? '')?.[1];
      return isOneOf(given === undefined ? undefined : Buffer.from(given, 'base64').toString(), secrets);
    }
  }
}

/** The headers of a scheme that hold secrets or signatures: they are not kept. */
export function secretHeaders(scheme: WebhookSettings): readonly string[] {
  switch (scheme.scheme) {
    case 'hmac':
    case 'header':
      return [scheme.header];
    case 'bearer':
    case 'basic':
      return ['authorization'];
    default:
      return SIGNATURE_HEADERS[scheme.scheme];
  }
}

/** The platform's own name for this delivery, the same when it is sent again; undefined where there is none. */
export function deliveryOf(scheme: WebhookSettings, headers: HttpHeaders): string | undefined {
  const named = scheme.delivery_header;
  const id = first(headers, named === undefined ? (DELIVERY_HEADERS[scheme.scheme] ?? []) : [named]);
  return id !== undefined && id.length > 0 && id.length <= 200 ? id : undefined;
}

/** Standard Webhooks: `v1,<base64>` for id, time and body, several with a blank between; secrets may say `whsec_`. */
function isStandard(headers: HttpHeaders, body: Buffer, { secrets, now }: Proofs): boolean {
  const [id, at, given] = ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) => text(headers[name]));
  if (id === undefined || at === undefined || given === undefined || !/^\d{1,12}$/.test(at)) return false;
  if (Math.abs(now - Number(at) * 1000) > TOLERANCE_MS) return false;
  const signed = Buffer.concat([Buffer.from(`${id}.${at}.`), body]);
  const keys = secrets.map((s) => (s.startsWith('whsec_') ? Buffer.from(s.slice(6), 'base64') : Buffer.from(s)));
  let fits = false;
  for (const one of given.split(' ').slice(0, 10))
    if (one.startsWith('v1,') && hasDigest(one.slice(3), 'sha256', keys, signed)) fits = true;
  return fits;
}

type Algorithm = 'sha256' | 'sha512' | 'sha1';
const DIGEST_BYTES: Readonly<Record<Algorithm, number>> = { sha256: 32, sha512: 64, sha1: 20 };

function hasDigest(
  given: string | undefined,
  algorithm: Algorithm,
  secrets: readonly (string | Buffer)[],
  body: Buffer,
): boolean {
  const bytes = given === undefined ? undefined : digestBytes(given, DIGEST_BYTES[algorithm]);
  if (!bytes) return false;
  let fits = false;
  for (const secret of secrets)
    if (timingSafeEqual(createHmac(algorithm, secret).update(body).digest(), bytes)) fits = true;
  return fits;
}

/** A digest in hex or in base64; the two differ in length, so neither can be taken for the other. */
function digestBytes(given: string, length: number): Buffer | undefined {
  if (given.length === 2 * length && /^[0-9a-f]+$/i.test(given)) return Buffer.from(given, 'hex');
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(given)) return undefined;
  const bytes = Buffer.from(given, 'base64');
  return bytes.length === length ? bytes : undefined;
}

const isOneOf = (given: string | undefined, secrets: readonly string[]): boolean =>
  given !== undefined && equalSecrets(given, secrets);

const text = (value: HttpHeaders[string]): string | undefined => (typeof value === 'string' ? value : undefined);
const first = (headers: HttpHeaders, names: readonly string[]): string | undefined =>
  names.map((name) => text(headers[name])).find((value) => value !== undefined);
