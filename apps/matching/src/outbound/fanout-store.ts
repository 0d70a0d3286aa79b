/**
 * Fan-outs in the making. A row is held by the transaction that serves a page of it (`FOR UPDATE SKIP LOCKED`): other
 * workers pass by, a crash gives it back at once with the cursor where the last committed page left it, and the
 * `DELETE` of a signal's end waits for the page and ends the fan-out. So the row lock is the lease.
 */
import type { Signal } from '@beckon/contracts';
import type { EmittingTransaction } from '@beckon/kafka';
import type { MatchedSubscription } from '../domain/match.js';
import { targetsOf } from '../domain/target.js';
import { MATCHED_COLUMNS } from './subscription-store.js';

type Sql = Pick<EmittingTransaction, 'query'>;

/** A fan-out that this transaction holds. */
export interface Fanout {
  readonly signal_id: string;
  readonly seq: number;
  readonly shop: string;
  readonly sku: string;
  readonly product: string;
  readonly kind: string;
  readonly scale: string;
  readonly high: number;
  readonly cursor_threshold: number;
  readonly cursor_rank: number;
  readonly cursor_sub: string;
  /** The signal's last record; null when it is no longer the open one of its key. */
  readonly record: Signal | null;
}

/**
 * For the rest of the transaction every statement goes row by row through indexes. The planner would choose well by
 * itself if it knew how full these tables are, but a queue fills and empties faster than its statistics follow, and
 * then it sorts the whole queue for each page.
 */
const BY_INDEX = ['enable_seqscan', 'enable_bitmapscan', 'enable_sort', 'enable_hashjoin', 'enable_mergejoin'];

/** A frozen worker must not hold its fan-outs for ever: Postgres ends its transaction after that many milliseconds. */
const LONGEST_IDLE_MS = 10_000;

/** Prepares a transaction that is going to hold fan-outs; call it first. */
export async function beginServing(tx: Sql): Promise<void> {
  await tx.query(
    `SELECT set_config('idle_in_transaction_session_timeout', $1, true),
            (SELECT count(set_config(name, 'off', true)) FROM unnest($2::text[]) AS r (name))`,
    [String(LONGEST_IDLE_MS), BY_INDEX],
  );
}

/** Shops that have fan-outs, by skipping from one to the next in the index: the number of fan-outs does not matter. */
export async function shopsWithFanouts(tx: Sql): Promise<string[]> {
  const rows = await tx.query<{ shop: string }>(
    `WITH RECURSIVE due (shop) AS (
       (SELECT shop FROM fanouts ORDER BY shop LIMIT 1)
       UNION ALL
       SELECT (SELECT f.shop FROM fanouts f WHERE f.shop > due.shop ORDER BY f.shop LIMIT 1)
         FROM due WHERE due.shop IS NOT NULL)
     SELECT shop FROM due WHERE shop IS NOT NULL`,
  );
  return rows.map((r) => r.shop);
}

/** SQL of {@link holdFanouts}; its plan is part of what is tested. */
export const HOLD_FANOUTS = `
  SELECT f.signal_id, f.seq, f.shop, f.sku, f.product, f.kind, f.scale, f.high,
         f.cursor_threshold, f.cursor_rank, f.cursor_sub, CASE WHEN g.open THEN g.record END AS record
    FROM (SELECT held.*
            FROM unnest($1::text[]) AS due (shop)
            CROSS JOIN LATERAL (
              SELECT * FROM fanouts WHERE fanouts.shop = due.shop ORDER BY served_at LIMIT $2
                 FOR UPDATE SKIP LOCKED) held
           LIMIT $3) f
    LEFT JOIN signals g
      ON g.shop = f.shop AND g.sku = f.sku AND g.kind = f.kind AND g.signal_id = f.signal_id`;

/** Takes up to `limit` fan-outs, shops in the order given, of each at most `perShop` that were served longest ago. */
export function holdFanouts(
  tx: Sql,
  shops: readonly string[],
  o: { readonly perShop: number; readonly limit: number },
): Promise<Fanout[]> {
  return tx.query<Fanout>(HOLD_FANOUTS, [shops, o.perShop, o.limit]);
}

/** The next page of each fan-out, as one statement; `fanout` is the index in the list. */
export type PageRow = MatchedSubscription & { readonly fanout: number; readonly threshold: number };

const page = (target: string): string => `
        (SELECT ${MATCHED_COLUMNS}, s.threshold FROM subscriptions s
          WHERE s.active AND s.shop = f.shop AND s.kind = f.kind AND s.target = f.${target} AND s.scale = f.scale
            AND (s.threshold, s.rank, s.sub_id) > (f.cursor_threshold, f.cursor_rank, f.cursor_sub)
            AND s.threshold <= f.high AND (f.tiers IS NULL OR f.tiers::jsonb ? s.tier)
          ORDER BY s.threshold, s.rank, s.sub_id LIMIT $10)`;

/** SQL of {@link nextPages}; its plan is part of what is tested. */
export const NEXT_PAGES = `
  SELECT (f.n - 1)::int AS fanout, page.*
    FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::bigint[], $8::bigint[],
                $9::text[], $11::text[])
         WITH ORDINALITY AS f (shop, kind, sku_target, product_target, scale, high, cursor_threshold, cursor_rank,
                               cursor_sub, tiers, n)
    CROSS JOIN LATERAL (
      SELECT * FROM (${page('sku_target')}
        UNION ALL${page('product_target')}) AS either
       ORDER BY threshold, rank, sub_id LIMIT $10) page`;

/** Reads at most `pageSize` subscriptions behind each fan-out's cursor, in order of threshold, rank and id. */
export function nextPages(tx: Sql, fanouts: readonly Fanout[], pageSize: number): Promise<PageRow[]> {
  return tx.query<PageRow>(NEXT_PAGES, pageParameters(fanouts, pageSize));
}

/** Parameters of {@link NEXT_PAGES}. */
export function pageParameters(fanouts: readonly Fanout[], pageSize: number): unknown[] {
  const column = <K extends keyof Fanout>(key: K): Fanout[K][] => fanouts.map((f) => f[key]);
  return [
    column('shop'),
    column('kind'),
    fanouts.map((f) => targetsOf(f)[0]),
    fanouts.map((f) => targetsOf(f)[1]),
    column('scale'),
    column('high'),
    column('cursor_threshold'),
    column('cursor_rank'),
    column('cursor_sub'),
    pageSize,
    fanouts.map((f) => (f.record?.tiers ? JSON.stringify(f.record.tiers) : null)),
  ];
}

/** Moves cursors behind the last row of each page and puts the fan-outs at the end of their shop's line. */
export async function moveCursors(
  tx: Sql,
  moved: readonly { readonly fanout: Fanout; readonly last: PageRow }[],
  now: number,
): Promise<void> {
  if (moved.length === 0) return;
  const rows = moved.map(({ fanout, last }) => ({
    ...key(fanout),
    cursor_threshold: last.threshold,
    cursor_rank: last.rank,
    cursor_sub: last.sub_id,
  }));
  await tx.query(
    `UPDATE fanouts f
        SET cursor_threshold = r.cursor_threshold, cursor_rank = r.cursor_rank, cursor_sub = r.cursor_sub,
            served_at = $2
       FROM jsonb_to_recordset($1::jsonb) AS r (
            signal_id text, seq bigint, cursor_threshold bigint, cursor_rank bigint, cursor_sub text)
      WHERE f.signal_id = r.signal_id AND f.seq = r.seq`,
    [JSON.stringify(rows), now],
  );
}

/** Ends fan-outs that have reached the end of their range, or whose signal is over. */
export async function endFanouts(tx: Sql, fanouts: readonly Fanout[]): Promise<void> {
  if (fanouts.length === 0) return;
  await tx.query(
    `DELETE FROM fanouts f USING jsonb_to_recordset($1::jsonb) AS r (signal_id text, seq bigint)
      WHERE f.signal_id = r.signal_id AND f.seq = r.seq`,
    [JSON.stringify(fanouts.map(key))],
  );
}

const key = ({ signal_id, seq }: Fanout) => ({ signal_id, seq });
