import { Injectable } from '@nestjs/common';
import { randomBytes } from 'node:crypto';
import { DataSource } from 'typeorm';
import { KEY_BYTES, hashSecret, isSecretOf, makeKey, readKey } from '../domain/api-key.js';
import type { Scope } from '../domain/api-key.js';

/** A key as it may be shown: everything but its secret. Times are milliseconds since the epoch. */
export interface ApiKey {
  readonly key_id: string;
  readonly shop: string;
  readonly label: string;
  readonly scopes: readonly Scope[];
  readonly created_at: number;
  readonly revoked_at: number | null;
  /** Within a minute; null: never. */
  readonly last_used_at: number | null;
}

const SHOWN = 'key_id, shop, label, scopes, created_at, revoked_at, last_used_at';
/** How exact `last_used_at` is: noting every request would write a row for each of them. */
const USED_EVERY_MS = 60_000;

/**
 * The API keys of all shops. Each request looks its key up by its primary key, so a revocation counts for the very next
 * request in every process.
 */
@Injectable()
export class ApiKeys {
  constructor(private readonly dataSource: DataSource) {}

  /** Makes a key. Its text is in the answer and nowhere else. */
  async create(
    of: { shop: string; label: string; scopes: readonly Scope[] },
    now: number,
  ): Promise<ApiKey & { readonly key: string }> {
    const { key, keyId, secret } = makeKey(of.shop, randomBytes(KEY_BYTES));
    const [row]: ApiKey[] = await this.dataSource.query(
      `INSERT INTO api_keys (key_id, shop, secret_hash, scopes, label, created_at) VALUES ($1, $2, $3, $4, $5, $6)
       RETURNING ${SHOWN}`,
      [keyId, of.shop, hashSecret(secret), JSON.stringify(of.scopes), of.label, now],
    );
    return { ...row!, key };
  }

  /** All keys of a shop, the youngest first, revoked ones too. */
  list(shop: string): Promise<ApiKey[]> {
    return this.dataSource.query(
      `SELECT ${SHOWN} FROM api_keys WHERE shop = $1 ORDER BY created_at DESC, key_id LIMIT 1000`,
      [shop],
    );
  }

  /** Ends a key for good; false when the shop has no such key. Revoking twice keeps the first time. */
  async revoke(shop: string, keyId: string, now: number): Promise<boolean> {
    const [, count]: [unknown, number] = await this.dataSource.query(
      'UPDATE api_keys SET revoked_at = COALESCE(revoked_at, $3) WHERE shop = $1 AND key_id = $2',
      [shop, keyId, now],
    );
    return count > 0;
  }

  /** The key behind a text, revoked or not; undefined when no key of ours reads so. */
  async find(text: string, now: number): Promise<ApiKey | undefined> {
    const parts = readKey(text);
    if (!parts) return undefined;
    const [row]: (ApiKey & { secret_hash: Buffer })[] = await this.dataSource.query(
      `SELECT ${SHOWN}, secret_hash FROM api_keys WHERE key_id = $1 AND shop = $2`,
      [parts.keyId, parts.shop],
    );
    if (!row) return undefined;
    const { secret_hash, ...key } = row;
    if (!isSecretOf(parts.secret, secret_hash)) return undefined;
    if (key.revoked_at === null && (key.last_used_at ?? 0) < now - USED_EVERY_MS) await this.noteUse(key.key_id, now);
    return key;
  }

  private async noteUse(keyId: string, now: number): Promise<void> {
    await this.dataSource.query(
      'UPDATE api_keys SET last_used_at = $2 WHERE key_id = $1 AND COALESCE(last_used_at, 0) < $3',
      [keyId, now, now - USED_EVERY_MS],
    );
  }
}
