/**
 * Seals what must not be readable in a table, a topic or a backup: page-scoped ids and grant tokens.
 *
 * AES-256-GCM with a fresh 96-bit nonce per seal (NIST SP 800-38D allows 2^32 seals per key; rotate long before). The
 * envelope `v1.<key id>.<nonce>.<ciphertext and tag>` (base64url) says which key opens it: the first of the keys seals,
 * all of them open. How they are rotated without downtime: docs/privacy.md. Sealing the same text twice gives two different texts.
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { z } from 'zod';
import { setting } from './config.js';

/** Why something could not be opened; the sealed text is never part of the error. */
export class SealError extends Error {
  constructor(
    readonly code: 'malformed' | 'unknown_key' | 'damaged',
    detail: string,
    options?: ErrorOptions,
  ) {
    super(`${code}: ${detail}`, options);
    this.name = 'SealError';
  }
}

const nonceBytes = 12;
const tagBytes = 16;

export class Sealer {
  private constructor(
    private readonly sealingKeyId: string,
    private readonly keys: ReadonlyMap<string, Buffer>,
  ) {}

  /**
   * @param spec `id:base64,id2:base64`: ids of letters, digits, `_`, `-`; keys of 32 bytes.
   * @throws Error naming the entry by id or position, never by key.
   */
  static fromKeys(spec: string): Sealer {
    const keys = new Map<string, Buffer>();
    for (const [index, entry] of spec.split(',').entries()) {
      const [, id, encoded] = /^([A-Za-z0-9_-]{1,32}):([A-Za-z0-9+/_=-]+)$/.exec(entry.trim()) ?? [];
      if (id === undefined || encoded === undefined) throw new Error(`key ${index + 1} is not of the form id:base64`);
      const key = Buffer.from(encoded, 'base64');
      if (key.length !== 32) throw new Error(`key "${id}" has ${key.length} bytes, not 32`);
      if (keys.has(id)) throw new Error(`key id "${id}" appears twice`);
      keys.set(id, key);
    }
    const [first] = keys.keys();
    return new Sealer(first!, keys);
  }

  /** What every text sealed with the first key begins with. */
  get currentPrefix(): string {
    return `v1.${this.sealingKeyId}.`;
  }

  /** Whether more than one key is held: a rotation is under way. */
  get rotating(): boolean {
    return this.keys.size > 1;
  }

  /** The same content, sealed with the first key; what is so already is returned as it is. @throws SealError */
  reseal(sealed: string): string {
    return sealed.startsWith(this.currentPrefix) ? sealed : this.seal(this.openBytes(sealed));
  }

  /** Sealed text; about a third longer than the plain one plus 45 characters. */
  seal(plain: string | Buffer): string {
    const nonce = randomBytes(nonceBytes);
    const head = `v1.${this.sealingKeyId}`;
    const cipher = createCipheriv('aes-256-gcm', this.keys.get(this.sealingKeyId)!, nonce);
    cipher.setAAD(Buffer.from(head));
    const body = Buffer.concat([cipher.update(plain as string, 'utf8'), cipher.final(), cipher.getAuthTag()]);
    return `${head}.${nonce.toString('base64url')}.${body.toString('base64url')}`;
  }

  /** @throws SealError */
  open(sealed: string): string {
    return this.openBytes(sealed).toString('utf8');
  }

  /** @throws SealError */
  openBytes(sealed: string): Buffer {
    const [version, keyId, nonceText, bodyText, ...rest] = sealed.split('.');
    if (version !== 'v1' || !keyId || !nonceText || !bodyText || rest.length > 0) {
      throw new SealError('malformed', 'not a sealed text');
    }
    const key = this.keys.get(keyId);
    if (!key) throw new SealError('unknown_key', `no key with id "${keyId}"; add it to SEAL_KEYS`);
    const nonce = Buffer.from(nonceText, 'base64url');
    const body = Buffer.from(bodyText, 'base64url');
    if (nonce.length !== nonceBytes || body.length < tagBytes) throw new SealError('malformed', 'not a sealed text');
    try {
      const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes });
      decipher.setAAD(Buffer.from(`v1.${keyId}`));
      decipher.setAuthTag(body.subarray(body.length - tagBytes));
      return Buffer.concat([decipher.update(body.subarray(0, body.length - tagBytes)), decipher.final()]);
    } catch (cause) {
      throw new SealError('damaged', `key "${keyId}" does not open it`, { cause });
    }
  }
}

/** For the services that seal or open: `{ ...commonSettings, ...sealSettings }`, then `Sealer.fromKeys(config.SEAL_KEYS)`. */
export const sealSettings = {
  SEAL_KEYS: setting({
    secret: true,
    help: 'Keys that seal personal identifiers, id:base64 of 32 bytes, comma-separated; the first seals, all open.',
    check: z.string('must be given').superRefine((spec, context) => {
      try {
        Sealer.fromKeys(spec);
      } catch (error) {
        context.addIssue({ code: 'custom', message: (error as Error).message });
      }
    }),
  }),
};
