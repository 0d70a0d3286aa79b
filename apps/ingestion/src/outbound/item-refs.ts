/**
 * Which SKUs the ids of a platform stand for, and what waits for a SKU. Whoever teaches a ref and whoever finds it
 * unknown both write its row first ({@link holdRefs}), so one of the two waits for the other's commit: an update cannot
 * be put aside for a SKU that is being taught at that moment.
 */
import type { EmittingTransaction } from '@beckon/kafka';
import type { WaitingUpdate } from '../domain/waiting-updates.js';

type Sql = Pick<EmittingTransaction, 'query'>;

/** Whose ids they are: two platforms, or two sources of one shop, may count from one. */
export interface RefScope {
  readonly shop: string;
  readonly source: string;
}

/** SKUs by ref. */
export type SkusOfRefs = Map<string, readonly string[]>;

/** What is known of these refs, as far as anything is. */
export async function findRefs(tx: Sql, { shop, source }: RefScope, refs: readonly string[]): Promise<SkusOfRefs> {
  const rows = await tx.query<{ ref: string; skus: string[] }>(
    'SELECT ref, skus FROM item_refs WHERE shop = $1 AND source = $2 AND ref = ANY ($3::text[])',
    [shop, source, refs],
  );
  return new Map(rows.map(({ ref, skus }) => [ref, skus]));
}

/**
 * Adds SKUs to refs (none: only looks) and locks the refs until the transaction ends. Answers all SKUs of each, those
 * too that others have committed meanwhile.
 */
export async function holdRefs(tx: Sql, { shop, source }: RefScope, taught: SkusOfRefs): Promise<SkusOfRefs> {
  const rows = await tx.query<{ ref: string; skus: string[] }>(
    `INSERT INTO item_refs AS i (shop, source, ref, skus)
     SELECT $1, $2, r.ref, array(SELECT jsonb_array_elements_text(r.skus))
       FROM jsonb_to_recordset($3::jsonb) AS r (ref text, skus jsonb) ORDER BY r.ref COLLATE "C"
     ON CONFLICT (shop, source, ref) DO UPDATE
       SET skus = i.skus || array(SELECT n FROM unnest(excluded.skus) n WHERE n <> ALL (i.skus))
     RETURNING ref, skus`,
    [shop, source, JSON.stringify([...taught].map(([ref, skus]) => ({ ref, skus })))],
  );
  return new Map(rows.map(({ ref, skus }) => [ref, skus]));
}

/** What waits for one ref, of one facet. */
export interface WaitingRow {
  readonly ref: string;
  readonly facet: string;
  readonly newest: readonly WaitingUpdate[];
}

/** What waits for these refs; the refs must be held. */
export function findWaiting(tx: Sql, { shop, source }: RefScope, refs: readonly string[]): Promise<WaitingRow[]> {
  return tx.query<WaitingRow>(
    'SELECT ref, facet, newest FROM waiting_updates WHERE shop = $1 AND source = $2 AND ref = ANY ($3::text[])',
    [shop, source, refs],
  );
}

/** Takes out what waits for these refs; the refs must be held. */
export function takeWaiting(tx: Sql, { shop, source }: RefScope, refs: readonly string[]): Promise<WaitingRow[]> {
  return tx.query<WaitingRow>(
    `WITH gone AS (
       DELETE FROM waiting_updates WHERE shop = $1 AND source = $2 AND ref = ANY ($3::text[])
       RETURNING ref, facet, newest)
     SELECT * FROM gone ORDER BY ref, facet`,
    [shop, source, refs],
  );
}

/** Keeps what waits for refs, in place of what waited before; the refs must be held. */
export async function saveWaiting(tx: Sql, { shop, source }: RefScope, rows: readonly WaitingRow[]): Promise<void> {
  if (rows.length === 0) return;
  await tx.query(
    `INSERT INTO waiting_updates (shop, source, ref, facet, newest)
     SELECT $1, $2, ref, facet, newest FROM jsonb_to_recordset($3::jsonb) AS r (ref text, facet text, newest jsonb)
     ON CONFLICT (shop, source, ref, facet) DO UPDATE SET newest = excluded.newest`,
    [shop, source, JSON.stringify(rows)],
  );
}
