/** How far each source is known to be read and applied here. */
import type { Freshness } from '@beckon/contracts';
import type { EmittingTransaction } from '@beckon/kafka';
import type { DataSource } from 'typeorm';
import { FRESH_MS } from '../domain/decide-admission.js';

/**
 * Keeps what ingestion says; it never goes back. Nobody can have read further than to the moment at which we hear of
 * it (`now`): a clock of ingestion's that is ahead must not make a source fresh after it fell silent.
 */
export async function writeFreshness(
  tx: EmittingTransaction,
  records: readonly Freshness[],
  now: number,
): Promise<void> {
  await tx.query(
    `INSERT INTO freshness AS f (shop, source, partition, at)
     SELECT shop, source, partition, least(max(at), $2)
       FROM jsonb_to_recordset($1::jsonb) AS r(shop text, source text, partition int, at bigint) GROUP BY 1, 2, 3
     ON CONFLICT (shop, source, partition) DO UPDATE SET at = excluded.at WHERE excluded.at > f.at`,
    [JSON.stringify(records), now],
  );
}

/** What was claimed at one instant, to be confirmed once our own reading of the signals has passed that instant. */
export interface FreshnessSnapshot {
  readonly takenAt: number;
  readonly claims: readonly Freshness[];
}

export class FreshnessStore {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * Claims not confirmed yet. The time is taken after the table was read: so all these claims, and the signals that
   * they speak of, were on their topics before it.
   */
  async snapshot(now: () => number): Promise<FreshnessSnapshot> {
    const claims: Freshness[] = await this.dataSource.query(
      'SELECT shop, source, partition, at FROM freshness WHERE at > confirmed_at',
    );
    return { takenAt: now(), claims };
  }

  /** Confirms the claims of a snapshot. */
  async confirm(claims: readonly Freshness[]): Promise<void> {
    if (claims.length === 0) return;
    await this.dataSource.query(
      `UPDATE freshness f SET confirmed_at = r.at
         FROM jsonb_to_recordset($1::jsonb) AS r(shop text, source text, partition int, at bigint)
        WHERE f.shop = r.shop AND f.source = r.source AND f.partition = r.partition AND f.confirmed_at < r.at`,
      [JSON.stringify(claims)],
    );
  }

  /** Puts alerts that waited for their source, now fresh, back into the line; answers how many (at most `limit`). */
  async wakeFresh(now: number, limit: number): Promise<number> {
    const [, count] = (await this.dataSource.query(
      `UPDATE alerts SET not_before = 0 WHERE alert_id = ANY (ARRAY(
         SELECT a.alert_id FROM freshness f
           JOIN alerts a ON a.shop = f.shop AND a.source = f.source AND a.source_partition = f.partition
          WHERE f.confirmed_at >= $1 AND a.state = 'waiting' AND a.reason = 'source_behind' AND a.not_before <> 0
          LIMIT $2 FOR UPDATE OF a SKIP LOCKED))`,
      [now - FRESH_MS, limit],
    )) as [unknown, number];
    return count;
  }
}
