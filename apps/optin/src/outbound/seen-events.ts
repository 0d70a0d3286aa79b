import type { EmittingTransaction } from '@beckon/kafka';
import { Injectable } from '@nestjs/common';
import type { DataSource } from 'typeorm';

/** Which events were handled: the platform sends some twice, and after an outage all of them again. */
@Injectable()
export class SeenEvents {
  /** Notes the keys as handled and answers those that were new, each once. */
  async claim(tx: EmittingTransaction, keys: readonly string[], now: number): Promise<Set<string>> {
    if (keys.length === 0) return new Set();
    // Sorted, so that two transactions that meet in the same keys never wait for each other in a circle.
    const rows = await tx.query<{ event_key: string }>(
      `INSERT INTO events_seen (event_key, seen_at) SELECT key, $2 FROM unnest($1::text[]) AS key
       ON CONFLICT DO NOTHING RETURNING event_key`,
      [[...new Set(keys)].sort(), now],
    );
    return new Set(rows.map((r) => r.event_key));
  }

  /** Forgets up to `limit` events that were handled before `before`; answers how many. */
  async forget(dataSource: DataSource, before: number, limit: number): Promise<number> {
    const [, count]: [unknown, number] = await dataSource.query(
      `DELETE FROM events_seen WHERE event_key = ANY (ARRAY(
         SELECT event_key FROM events_seen WHERE seen_at < $1 ORDER BY seen_at LIMIT $2 FOR UPDATE SKIP LOCKED))`,
      [before, limit],
    );
    return count;
  }
}
