import { createHmac, timingSafeEqual } from 'node:crypto';
import { Kind } from '@beckon/contracts';
import { PAYLOAD_MAX } from '@beckon/messenger';
import { z } from 'zod';
import { payloadOf } from './payloads.js';
import { Threshold } from './wish.js';
import type { Wish } from './wish.js';

/**
 * The `ref` of an m.me link. People can edit it, so it is signed: 16 bytes of HMAC-SHA256, then the wish, in base64url
 * (the platform allows letters, digits, `-`, `_` and `=`: m.me links page). It also travels as the payload of requests
 * and of quick replies, whose limit is the tighter one. A request carries the words that it showed: so they are at hand
 * as evidence when it is tapped, even a year later.
 */
const MAC_BYTES = 16;
const CHARACTERS = /^[A-Za-z0-9_-]+$/;
/** So long may a ref be: it must fit into a payload of ours behind its verb. */
const LONGEST = PAYLOAD_MAX - payloadOf('price', '').length;

const text = z.string().min(1);
const Version1 = z.tuple([
  z.literal(1),
  text,
  text,
  text.nullable(),
  z.enum(['back_in_stock', 'price_drop']),
  z.string().nullable(),
]);
const Version2 = z.tuple([
  z.literal(2),
  text,
  text.nullable(),
  text.nullable(),
  text.nullable(),
  Kind,
  Threshold.nullable(),
  z.string().nullable(),
  text.nullable(),
  text.nullable(),
]);

/** A wish as it was signed. */
export interface SignedRef {
  readonly wish: Wish;
  /** The words of the request whose payload this is, if they fitted. */
  readonly shown: string | null;
}

/**
 * Signs a wish. The same wish, words and key always make the same ref. Words that do not fit are left out.
 * @throws RangeError when the names in it are too long for a payload (1000 characters in all).
 */
export function signRef(wish: Wish, key: string, shown: string | null = null): string {
  const { shop, product, sku, topic, kind, threshold, locale, external_id } = wish;
  const body = Buffer.from(JSON.stringify([2, shop, product, sku, topic, kind, threshold, locale, external_id, shown]));
  const ref = Buffer.concat([mac(key, body), body]).toString('base64url');
  if (ref.length <= LONGEST) return ref;
  if (shown !== null) return signRef(wish, key);
  throw new RangeError(`product and SKU are too long for a link (${ref.length} characters)`);
}

/**
 * The wish in a ref, if one of the keys signed it; undefined for a forged, cut, re-coded or unreadable one. Several
 * keys are for the time in which one is replaced: links stay on product pages for years. Version 1 of a ref knew one SKU
 * or product, and two kinds.
 */
export function readRef(ref: string | undefined | null, keys: readonly string[]): SignedRef | undefined {
  if (!ref || ref.length > PAYLOAD_MAX || !CHARACTERS.test(ref)) return undefined;
  const bytes = Buffer.from(ref, 'base64url');
  // Only the one canonical spelling counts: otherwise spare bits of the last character could be changed unnoticed.
  if (bytes.length <= MAC_BYTES || bytes.toString('base64url') !== ref) return undefined;
  const body = bytes.subarray(MAC_BYTES);
  let signed = false;
  for (const key of keys) if (timingSafeEqual(mac(key, body), bytes.subarray(0, MAC_BYTES))) signed = true;
  if (!signed) return undefined;
  return version2(body) ?? version1(body);
}

function version2(body: Buffer): SignedRef | undefined {
  const parsed = Version2.safeParse(JSON.parse(body.toString('utf8')));
  if (!parsed.success) return undefined;
  const [, shop, product, sku, topic, kind, threshold, locale, external_id, shown] = parsed.data;
  if (product === null && topic === null) return undefined;
  return { wish: { shop, product, sku, topic, kind, threshold, locale, external_id }, shown };
}

function version1(body: Buffer): SignedRef | undefined {
  const parsed = Version1.safeParse(JSON.parse(body.toString('utf8')));
  if (!parsed.success) return undefined;
  const [, shop, product, sku, kind, locale] = parsed.data;
  const wish = { shop, product, sku, topic: null, kind, threshold: null, locale, external_id: null };
  return { wish, shown: null };
}

const mac = (key: string, body: Buffer): Buffer =>
  createHmac('sha256', key).update('beckon.ref.v1\0').update(body).digest().subarray(0, MAC_BYTES);
