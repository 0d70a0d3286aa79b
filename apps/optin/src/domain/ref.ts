import { createHmac, timingSafeEqual } from 'node:crypto';
import { PAYLOAD_MAX } from '@beckon/messenger';
import { z } from 'zod';
import { ASKABLE } from './wish.js';
import type { Wish } from './wish.js';

/**
 * The `ref` of an m.me link. People can edit it, so it is signed: 16 bytes of HMAC-SHA256, then the wish, in base64url
 * (the platform allows letters, digits, `-`, `_` and `=`: m.me links page). It also travels as the payload of the
 * one-time-notification request, whose limit is the tighter one.
 */
const MAC_BYTES = 16;
const CHARACTERS = /^[A-Za-z0-9_-]+$/;
const Body = z.tuple([
  z.literal(1),
  z.string().min(1),
  z.string().min(1),
  z.string().min(1).nullable(),
  z.enum(ASKABLE),
  z.string().nullable(),
]);

/**
 * Signs a wish. The same wish and key always make the same ref.
 * @throws RangeError when the names in it are too long for a payload (1000 characters in all).
 */
export function signRef(wish: Wish, key: string): string {
  const body = Buffer.from(JSON.stringify([1, wish.shop, wish.product, wish.sku, wish.kind, wish.locale]));
  const ref = Buffer.concat([mac(key, body), body]).toString('base64url');
  if (ref.length > PAYLOAD_MAX)
    throw new RangeError(`product and SKU are too long for a link (${ref.length} characters)`);
  return ref;
}

/**
 * The wish in a ref, if one of the keys signed it; undefined for a forged, cut, re-coded or unreadable one. Several
 * keys are for the time in which one is replaced: links stay on product pages for years.
 */
export function readRef(ref: string | undefined | null, keys: readonly string[]): Wish | undefined {
  if (!ref || ref.length > PAYLOAD_MAX || !CHARACTERS.test(ref)) return undefined;
  const bytes = Buffer.from(ref, 'base64url');
  // Only the one canonical spelling counts: otherwise spare bits of the last character could be changed unnoticed.
  if (bytes.length <= MAC_BYTES || bytes.toString('base64url') !== ref) return undefined;
  const body = bytes.subarray(MAC_BYTES);
  let signed = false;
  for (const key of keys) if (timingSafeEqual(mac(key, body), bytes.subarray(0, MAC_BYTES))) signed = true;
  if (!signed) return undefined;
  const parsed = Body.safeParse(JSON.parse(body.toString('utf8')));
  if (!parsed.success) return undefined;
  const [, shop, product, sku, kind, locale] = parsed.data;
  return { shop, product, sku, kind, locale };
}

const mac = (key: string, body: Buffer): Buffer =>
  createHmac('sha256', key).update('beckon.ref.v1\0').update(body).digest().subarray(0, MAC_BYTES);
