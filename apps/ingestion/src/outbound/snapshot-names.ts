/** The SKUs that a complete snapshot named: in Postgres, since there may be millions. */
import type { EmittingTransaction } from '@beckon/kafka';
import type { DataSource } from 'typeorm';

type Sql = Pick<EmittingTransaction, 'query'>;

export async function noteNames(tx: Sql, snapshot: string, skus: readonly string[], now: number): Promise<void> {
  await tx.query(
    'INSERT INTO snapshot_names (snapshot, sku, noted_at) SELECT $1, unnest($2::text[]), $3 ON CONFLICT DO NOTHING',
    [snapshot, skus, now],
  );
}

/** The next SKUs behind `after`, in order, that are shown and that the snapshot did not name. */
export async function unnamedSkus(
  tx: Sql,
  o: { shop: string; snapshot: string; after: string; most: number },
): Promise<string[]> {
  const rows = await tx.query<{ sku: string }>(
    `SELECT sku FROM offers o
      WHERE shop = $1 AND sku > $3 AND published AND seq > 0
        AND NOT EXISTS (SELECT FROM snapshot_names n WHERE n.snapshot = $2 AND n.sku = o.sku)
      ORDER BY sku LIMIT $4`,
    [o.shop, o.snapshot, o.after, o.most],
  );
  return rows.map(({ sku }) => sku);
}

/** Removes the names of a snapshot that is over. */
export async function forgetNames(dataSource: DataSource, snapshot: string): Promise<void> {
  await dataSource.query('DELETE FROM snapshot_names WHERE snapshot = $1', [snapshot]);
}

/** Removes names that a stopped process left; answers how many (at most `most`). */
export async function forgetOldNames(dataSource: DataSource, before: number, most: number): Promise<number> {
  const [, count] = (await dataSource.query(
    `DELETE FROM snapshot_names WHERE ctid = ANY (ARRAY(
       SELECT ctid FROM snapshot_names WHERE noted_at < $1 LIMIT $2))`,
    [before, most],
  )) as [unknown, number];
  return count;
}
