import type { Signal, Subscription } from '@beckon/contracts';
import type { EmittingTransaction } from '@beckon/kafka';
import type { MatchedSubscription } from '../domain/match.js';
import { targetOf } from '../domain/target.js';
import { TOPIC, thresholdOf } from '../domain/threshold.js';

type Sql = Pick<EmittingTransaction, 'query'>;

/** The columns of a subscription that an alert needs, for statements that read table `s`. */
export const MATCHED_COLUMNS =
  's.sub_id, s.rev, s.shopper_id, s.shopper_rev, s.page, s.condition, s.mode, s.locale, s.rank';

/** Writes subscriptions that are newer than what is held; others stay. */
export async function saveSubscriptions(tx: Sql, subs: readonly Subscription[]): Promise<void> {
  if (subs.length === 0) return;
  const rows = subs.map((s) => {
    const { scale, value } = thresholdOf(s.condition);
    const { sub_id, rev, shop, kind, product, sku, shopper_id, shopper_rev, page, condition, mode, locale, tier } = s;
    const copied = {
      sub_id,
      rev,
      shop,
      kind,
      product,
      sku,
      shopper_id,
      shopper_rev,
      page,
      condition,
      mode,
      locale,
      tier,
    };
    const derived = {
      active: s.state === 'active',
      target: targetOf(s),
      scale,
      threshold: value,
      rank: s.consented_at,
    };
    return { ...copied, ...derived };
  });
  await tx.query(
    `INSERT INTO subscriptions (sub_id, rev, active, shop, kind, target, product, sku, scale, threshold, rank,
                                shopper_id, shopper_rev, page, condition, mode, locale, tier)
     SELECT * FROM jsonb_to_recordset($1::jsonb) AS r (
       sub_id text, rev bigint, active boolean, shop text, kind text, target text, product text, sku text, scale text,
       threshold bigint, rank bigint, shopper_id text, shopper_rev bigint, page text, condition jsonb, mode text,
       locale text, tier text)
     ON CONFLICT (sub_id) DO UPDATE SET
       rev = excluded.rev, active = excluded.active, shop = excluded.shop, kind = excluded.kind,
       target = excluded.target, product = excluded.product, sku = excluded.sku, scale = excluded.scale,
       threshold = excluded.threshold, rank = excluded.rank, shopper_id = excluded.shopper_id,
       shopper_rev = excluded.shopper_rev, page = excluded.page, condition = excluded.condition,
       mode = excluded.mode, locale = excluded.locale, tier = excluded.tier
     WHERE excluded.rev > subscriptions.rev`,
    [JSON.stringify(rows)],
  );
}

/** Forgets subscriptions (their shopper's data was erased). */
export async function deleteSubscriptions(tx: Sql, subIds: readonly string[]): Promise<void> {
  if (subIds.length > 0) await tx.query('DELETE FROM subscriptions WHERE sub_id = ANY ($1::text[])', [subIds]);
}

/**
 * Asks that these subscriptions look at the open signals once the transaction is committed. A request that is there
 * already is touched, not left alone: that locks it until the commit, so it is not carried out before there is
 * anything new to see.
 */
export async function askLooks(
  tx: Sql,
  subs: readonly Pick<Subscription, 'sub_id' | 'shop'>[],
  now: number,
): Promise<void> {
  if (subs.length === 0) return;
  await tx.query(
    `INSERT INTO looks (sub_id, shop, asked_at)
     SELECT sub_id, shop, $3 FROM unnest($1::text[], $2::text[]) AS r (sub_id, shop) ORDER BY sub_id
     ON CONFLICT (sub_id) DO UPDATE SET asked_at = looks.asked_at`,
    [subs.map((s) => s.sub_id), subs.map((s) => s.shop), now],
  );
}

/**
 * Takes up to `limit` requests of these shops, oldest first; they are gone when the transaction commits. Requests that
 * another worker is carrying out are left to it.
 */
export async function takeLooks(tx: Sql, shops: readonly string[], limit: number): Promise<string[]> {
  const rows = await tx.query<{ sub_id: string }>(
    `DELETE FROM looks WHERE sub_id = ANY (ARRAY(
       SELECT sub_id FROM looks WHERE shop = ANY ($1::text[]) ORDER BY asked_at LIMIT $2 FOR UPDATE SKIP LOCKED))
     RETURNING sub_id`,
    [shops, limit],
  );
  return rows.map((r) => r.sub_id);
}

/** One subscription that has met one signal. */
export type Meeting = MatchedSubscription & { readonly record: Signal };

/** Every open signal that each of these subscriptions has met. Sees what was committed before this statement. */
export function meetSignals(tx: Sql, subIds: readonly string[]): Promise<Meeting[]> {
  // `open` stands inside the CASE, or else the planner may take the index of open signals for a SKU as well.
  const met = `g.shop = s.shop AND g.kind = s.kind AND g.scale = s.scale
    AND CASE WHEN NOT g.open THEN false WHEN g.direction = 'upTo' THEN s.threshold <= g.reach
             ELSE s.threshold >= g.reach END`;
  return tx.query<Meeting>(
    `SELECT ${MATCHED_COLUMNS}, met.record
       FROM subscriptions s
       CROSS JOIN LATERAL (
         SELECT g.record FROM signals g WHERE s.target = 'sku:' || s.sku AND g.sku = s.sku AND ${met}
         UNION ALL
         SELECT g.record FROM signals g WHERE s.target = 'product:' || s.product AND g.product = s.product AND g.open AND ${met}
         UNION ALL
         SELECT g.record FROM signals g WHERE s.scale = $2 AND g.sku = s.target AND ${met}
            AND (jsonb_typeof(g.record -> 'tiers') IS DISTINCT FROM 'array' OR g.record -> 'tiers' ? s.tier)
       ) met
      WHERE s.sub_id = ANY ($1::text[]) AND s.active`,
    [subIds, TOPIC],
  );
}
