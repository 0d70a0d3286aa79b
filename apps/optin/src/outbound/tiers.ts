import type { EmittingTransaction } from '@beckon/kafka';
import { Injectable } from '@nestjs/common';
import { jsonRows } from './rows.js';

/** A customer of a shop by the shop's own id, and their tier; null: none. */
export interface CustomerTier {
  readonly external_id: string;
  readonly tier: string | null;
}

type Sql = Pick<EmittingTransaction, 'query'>;

/**
 * The tiers that shops gave their customers. Whoever sets tiers and whoever learns a shopper's `external_id` at the same
 * moment must not miss each other: both hold the ids until they commit, and the setter looks for shoppers only afterwards.
 */
@Injectable()
export class Tiers {
  /** Writes tiers; each customer may be named once. Holds their ids until the transaction ends. */
  async keep(tx: Sql, shop: string, given: readonly CustomerTier[], now: number): Promise<void> {
    await hold(
      tx,
      shop,
      given.map((c) => c.external_id),
    );
    const ended = given.filter((c) => c.tier === null).map((c) => c.external_id);
    await tx.query('DELETE FROM tiers WHERE shop = $1 AND external_id = ANY ($2::text[])', [shop, ended]);
    await tx.query(
      `INSERT INTO tiers (shop, external_id, tier, set_at)
       SELECT $1, external_id, tier, $3 FROM jsonb_to_recordset($2::jsonb) AS r (external_id text, tier text)
       ON CONFLICT (shop, external_id) DO UPDATE SET tier = excluded.tier, set_at = excluded.set_at`,
      [shop, jsonRows(given.filter((c) => c.tier !== null)), now],
    );
  }

  /** Their tiers; who has none is left out. */
  async of(tx: Sql, shop: string, externalIds: readonly string[]): Promise<Map<string, string>> {
    const rows = await tx.query<{ external_id: string; tier: string }>(
      'SELECT external_id, tier FROM tiers WHERE shop = $1 AND external_id = ANY ($2::text[])',
      [shop, externalIds],
    );
    return new Map(rows.map((r) => [r.external_id, r.tier]));
  }

  /** The same for shoppers who are just being linked to these ids: holds the ids until the transaction ends. */
  async ofLinked(tx: Sql, shop: string, externalIds: readonly string[]): Promise<Map<string, string>> {
    await hold(tx, shop, externalIds);
    return this.of(tx, shop, externalIds);
  }

  /** The shoppers whom the shop calls so, on any of its Pages. */
  async shoppersOf(tx: Sql, shop: string, externalIds: readonly string[]): Promise<string[]> {
    const rows = await tx.query<{ shopper_id: string }>(
      `SELECT shopper_id FROM shoppers WHERE shop = $1 AND external_id = ANY ($2::text[]) AND erased_at IS NULL`,
      [shop, externalIds],
    );
    return rows.map((r) => r.shopper_id);
  }
}

/** In one order, so that nobody waits in a circle; who waits here may hold shoppers, who is waited for wants none. */
async function hold(tx: Sql, shop: string, externalIds: readonly string[]): Promise<void> {
  await tx.query(
    `SELECT pg_advisory_xact_lock(id) FROM (
       SELECT DISTINCT hashtextextended(jsonb_build_array('tiers', $1::text, external_id)::text, 0) AS id
         FROM unnest($2::text[]) AS r (external_id) ORDER BY 1) ids`,
    [shop, externalIds],
  );
}
