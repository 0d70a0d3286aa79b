/**
 * API keys of shops: `bk_<shop>_<id>_<secret>`. The prefix lets secret scanners find a leaked one, shop and id say which
 * it is without a look-up. Of the secret, 192 random bits, only the SHA-256 is kept: nobody can guess so many bits, so a
 * slow hash would protect nothing and cost every request its time.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';

/** What a key may do. */
export const SCOPES = [
  'links:write',
  'asks:write',
  'shoppers:read',
  'shoppers:delete',
  'snapshots:write',
  'tiers:write',
  'keys:write',
] as const;
export const Scope = z.enum(SCOPES);
export type Scope = z.infer<typeof Scope>;

/** A key taken apart. */
export interface KeyParts {
  readonly shop: string;
  readonly keyId: string;
  readonly secret: string;
}

const ID_BYTES = 6;
const SECRET_BYTES = 24;
/** Random bytes that {@link makeKey} needs. */
export const KEY_BYTES = ID_BYTES + SECRET_BYTES;
const FORM = new RegExp(`^bk_([a-z0-9][a-z0-9-]*)_([0-9a-f]{${2 * ID_BYTES}})_([0-9a-f]{${2 * SECRET_BYTES}})$`);

/** A new key of a shop, out of {@link KEY_BYTES} random bytes. */
export function makeKey(shop: string, random: Buffer): KeyParts & { readonly key: string } {
  if (random.length !== KEY_BYTES) throw new RangeError(`a key takes ${KEY_BYTES} random bytes`);
  const keyId = random.subarray(0, ID_BYTES).toString('hex');
  const secret = random.subarray(ID_BYTES).toString('hex');
  return { shop, keyId, secret, key: `bk_${shop}_${keyId}_${secret}` };
}

/** The parts of something that looks like a key of ours; undefined for anything else. */
export function readKey(text: string): KeyParts | undefined {
  const [, shop, keyId, secret] = FORM.exec(text) ?? [];
  return shop !== undefined && keyId !== undefined && secret !== undefined ? { shop, keyId, secret } : undefined;
}

/** What is kept of a secret. */
export const hashSecret = (secret: string): Buffer => createHash('sha256').update(secret).digest();

/** Whether this is the secret behind the hash. The time taken does not tell how much of it fits. */
export const isSecretOf = (secret: string, hash: Buffer): boolean => {
  const mine = hashSecret(secret);
  return hash.length === mine.length && timingSafeEqual(mine, hash);
};
