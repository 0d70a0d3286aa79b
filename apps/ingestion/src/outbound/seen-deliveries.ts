import { DELIVERY_ID } from '@beckon/contracts';
import { REPLAY_FOR, type Chunk, type EmittingTransaction } from '@beckon/kafka';
import type { DataSource } from 'typeorm';
import { ingestionMetrics } from '../metrics.js';

/** How long a delivery is remembered, milliseconds: no platform sends one again after more than two days. */
export const DELIVERY_KEPT_MS = 4 * 86_400_000;

/**
 * The chunk without webhooks that were handled before: platforms send again what they think we did not get. They are
 * noted in the chunk's own transaction, so a chunk that comes again after a failure is whole. What a person puts back from
 * the dead letters passes, and so does what has no name.
 */
export async function firstDeliveries(
  tx: Pick<EmittingTransaction, 'query'>,
  source: { readonly shop: string; readonly name: string },
  chunk: Chunk<unknown>,
  now: number,
): Promise<Chunk<unknown>> {
  const nameOf = (record: Chunk<unknown>['records'][number]): string | undefined =>
    record.headers[REPLAY_FOR] === undefined ? record.headers[DELIVERY_ID] : undefined;
  const names = new Set(chunk.records.flatMap((record) => nameOf(record) ?? []));
  if (names.size === 0) return chunk;
  const rows = await tx.query<{ delivery: string }>(
    `INSERT INTO deliveries_seen (shop, source, delivery, seen_at)
     SELECT $1, $2, delivery, $4 FROM unnest($3::text[]) AS delivery
     ON CONFLICT DO NOTHING RETURNING delivery`,
    [source.shop, source.name, [...names].sort(), now],
  );
  const fresh = new Set(rows.map(({ delivery }) => delivery));
  const records = chunk.records.filter((record) => {
    const name = nameOf(record);
    return name === undefined || fresh.delete(name);
  });
  const repeated = chunk.records.length - records.length;
  if (repeated > 0) ingestionMetrics.repeated.add(repeated);
  return { ...chunk, records };
}

/** Forgets up to `limit` deliveries that were handled before `before`; answers how many. */
export async function forgetDeliveries(dataSource: DataSource, before: number, limit: number): Promise<number> {
  const [, count]: [unknown, number] = await dataSource.query(
    `DELETE FROM deliveries_seen WHERE ctid = ANY (ARRAY(
       SELECT ctid FROM deliveries_seen WHERE seen_at < $1 ORDER BY seen_at LIMIT $2 FOR UPDATE SKIP LOCKED))`,
    [before, limit],
  );
  return count;
}
