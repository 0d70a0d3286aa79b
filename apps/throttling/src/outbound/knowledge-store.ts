/** What throttling knows of signals, subscriptions, shoppers and sources: copies of state topics, newest revision wins. */
import type { Shopper, Subscription } from '@beckon/contracts';
import type { EmittingTransaction } from '@beckon/kafka';
import type { KnownSignal } from '../domain/fold-signals.js';

/** A revision above all that are ever given: nothing comes after a tombstone of that key. */
const LAST_REV = Number.MAX_SAFE_INTEGER;

/** Highest seq known of each offer and kind, by `shop:sku:kind` as the topic keys it. */
export async function knownSeqs(
  tx: EmittingTransaction,
  offers: readonly { readonly shop: string; readonly sku: string; readonly kind: string }[],
): Promise<Map<string, number>> {
  const rows = await tx.query<{ shop: string; sku: string; kind: string; seq: number }>(
    `SELECT o.shop, o.sku, o.kind, max(s.seq) AS seq
       FROM jsonb_to_recordset($1::jsonb) AS o(shop text, sku text, kind text)
       JOIN signals s ON s.shop = o.shop AND s.sku = o.sku AND s.kind = o.kind GROUP BY 1, 2, 3`,
    [JSON.stringify(offers)],
  );
  return new Map(rows.map((r) => [`${r.shop}:${r.sku}:${r.kind}`, r.seq]));
}

/**
 * Writes signals as they now are. A signal that is open here and is not its offer's newest is closed by that.
 * Answers the ids that are closed now.
 */
export async function writeSignals(
  tx: EmittingTransaction,
  signals: readonly KnownSignal[],
  now: number,
): Promise<string[]> {
  const json = JSON.stringify(signals);
  await tx.query(
    `INSERT INTO signals AS s (signal_id, shop, sku, kind, seq, open, opened_at, closed_at, price_amount, price_currency, units, tiers)
     SELECT signal_id, shop, sku, kind, seq, open, opened_at, CASE WHEN open THEN NULL ELSE $2::bigint END,
            price_amount, price_currency, units, tiers
       FROM jsonb_to_recordset($1::jsonb) AS r(signal_id text, shop text, sku text, kind text, seq bigint, open boolean,
              opened_at bigint, price_amount bigint, price_currency text, units bigint, tiers text[])
     ON CONFLICT (signal_id) DO UPDATE SET seq = excluded.seq, open = excluded.open, closed_at = excluded.closed_at,
            price_amount = excluded.price_amount, price_currency = excluded.price_currency, units = excluded.units,
            tiers = excluded.tiers
      WHERE excluded.seq > s.seq`,
    [json, now],
  );
  const overtaken = await tx.query<{ signal_id: string }>(
    `UPDATE signals s SET open = false, closed_at = $2
       FROM (SELECT shop, sku, kind, max(seq) AS seq
               FROM jsonb_to_recordset($1::jsonb) AS r(shop text, sku text, kind text, seq bigint) GROUP BY 1, 2, 3) n
      WHERE s.shop = n.shop AND s.sku = n.sku AND s.kind = n.kind AND s.open AND s.seq < n.seq
      RETURNING s.signal_id`,
    [json, now],
  );
  return [...signals.filter((s) => !s.open).map((s) => s.signal_id), ...overtaken.map((r) => r.signal_id)];
}

/** Keeps subscriptions; `null` is a tombstone. Answers those whose row changed. */
export async function writeSubscriptions(
  tx: EmittingTransaction,
  records: readonly { readonly sub_id: string; readonly value: Subscription | null }[],
): Promise<{ sub_id: string; active: boolean }[]> {
  const rows = records.map(({ sub_id, value }) => ({
    sub_id,
    rev: value?.rev ?? LAST_REV,
    active: value?.state === 'active',
    // What the first revision asks for, its alerts say themselves.
    condition: value !== null && value.rev > 1 ? value.condition : null,
    tier: value?.tier ?? null,
  }));
  return tx.query(
    `INSERT INTO subscriptions AS s (sub_id, rev, active, condition, tier)
     SELECT sub_id, rev, active, condition, tier
       FROM jsonb_to_recordset($1::jsonb) AS r(sub_id text, rev bigint, active boolean, condition jsonb, tier text)
     ON CONFLICT (sub_id) DO UPDATE SET rev = excluded.rev, active = excluded.active, condition = excluded.condition,
            tier = excluded.tier
      WHERE excluded.rev > s.rev
     RETURNING sub_id, active`,
    [JSON.stringify(rows)],
  );
}

/** Keeps what of a shopper matters here: never their page-scoped id. `null` is a tombstone. Answers changed rows. */
export async function writeShoppers(
  tx: EmittingTransaction,
  records: readonly { readonly shopper_id: string; readonly value: Shopper | null }[],
): Promise<{ shopper_id: string; stopped: boolean; erased: boolean; ended_subs: string[] }[]> {
  const rows = records.map(({ shopper_id, value }) => ({
    shopper_id,
    rev: value?.rev ?? LAST_REV,
    stopped: value?.stopped_at != null,
    suspended: value?.suspended_at != null,
    erased: value === null || value.erased_at !== null,
    ended_subs: value?.ended_subs ?? [],
    zone: value?.zone ?? null,
  }));
  return tx.query(
    `INSERT INTO shoppers AS s (shopper_id, rev, stopped, suspended, erased, ended_subs, zone)
     SELECT shopper_id, rev, stopped, suspended, erased, ended_subs, zone
       FROM jsonb_to_recordset($1::jsonb) AS r(shopper_id text, rev bigint, stopped boolean, suspended boolean,
              erased boolean, ended_subs text[], zone text)
     ON CONFLICT (shopper_id) DO UPDATE SET rev = excluded.rev, stopped = excluded.stopped,
            suspended = excluded.suspended, erased = excluded.erased, ended_subs = excluded.ended_subs, zone = excluded.zone
      WHERE excluded.rev > s.rev
     RETURNING shopper_id, stopped, erased, ended_subs`,
    [JSON.stringify(rows)],
  );
}

/** Who waits for what has just arrived, and for which reason. */
export type Awaited =
  | { readonly column: 'signal_id'; readonly reasons: readonly ('signal_unknown' | 'condition_false')[] }
  | {
      readonly column: 'sub_id';
      readonly reasons: readonly ('subscription_unknown' | 'already_told' | 'condition_false')[];
    }
  | {
      readonly column: 'shopper_id';
      readonly reasons: readonly ('shopper_unknown' | 'suspended' | 'reserved_elsewhere' | 'over_limit' | 'min_gap')[];
    };

/**
 * Puts alerts that waited for this back into the line. One that somebody else has locked is left out: every wait also
 * has a time at which it is looked at again.
 */
export async function wake(
  tx: EmittingTransaction,
  ids: readonly string[],
  { column, reasons }: Awaited,
): Promise<void> {
  if (ids.length === 0) return;
  await tx.query(
    `UPDATE alerts SET not_before = 0 WHERE alert_id = ANY (ARRAY(
       SELECT alert_id FROM alerts
        WHERE state = 'waiting' AND not_before <> 0 AND ${column} = ANY ($1) AND ${column} > '' AND reason = ANY ($2)
        LIMIT 10000 FOR UPDATE SKIP LOCKED))`,
    [ids, reasons],
  );
}
