import type { EmittingTransaction } from '@beckon/kafka';
import { Injectable } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import type { Erasure } from '../domain/erasure.js';

/** Who asked for a deletion. */
export type DeletionChannel = 'chat' | 'desk' | 'platform';

/** How a deletion stands; nothing in it is about a person. Times are milliseconds since the epoch. */
export interface Deletion {
  readonly code: string;
  readonly channel: DeletionChannel;
  /** Null: asked for by the platform, for all shops of an app. */
  readonly shop: string | null;
  readonly requested_at: number;
  /** False: nothing is kept under the id that was named. */
  readonly found: boolean;
  /** The last copies but the logs that forget by age are gone; null: not yet. */
  readonly done_at: number | null;
}

/** Who was erased (by mark, see person-mark.ts), and the receipts of deletions. */
@Injectable()
export class Erasures {
  /** The erasures of the people with these marks. */
  async find(tx: Pick<EmittingTransaction, 'query'>, marks: readonly string[]): Promise<Map<string, Erasure>> {
    if (marks.length === 0) return new Map();
    const rows = await tx.query<Erasure & { marker: string }>(
      'SELECT marker, generation, at, asked FROM erased WHERE marker = ANY ($1)',
      [[...new Set(marks)]],
    );
    return new Map(rows.map(({ marker, ...erasure }) => [marker, erasure]));
  }

  async save(tx: EmittingTransaction, mark: string, { generation, at, asked }: Erasure): Promise<void> {
    await tx.query(
      `INSERT INTO erased (marker, generation, at, asked) VALUES ($1, $2, $3, $4)
       ON CONFLICT (marker) DO UPDATE SET generation = excluded.generation, at = excluded.at, asked = excluded.asked`,
      [mark, generation, at, JSON.stringify(asked)],
    );
  }

  /** Notes a deletion; one that is known stays as it is. @param shopperIds whose tombstones it waits for */
  async note(tx: EmittingTransaction, d: Deletion, shopperIds: readonly string[]): Promise<void> {
    await tx.query(
      `INSERT INTO deletions (code, channel, shop, requested_at, found, shoppers, done_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (code) DO NOTHING`,
      [d.code, d.channel, d.shop, d.requested_at, d.found, [...shopperIds], d.done_at],
    );
  }

  /**
   * Takes up to `limit` shoppers whose marker is older than `before`, deletes their rows, and ends the deletions that
   * waited for the last of theirs. Answers the ids: their tombstones are due.
   */
  async bury(tx: EmittingTransaction, before: number, limit: number, now: number): Promise<string[]> {
    const rows = await tx.query<{ shopper_id: string }>(
      `DELETE FROM shoppers WHERE shopper_id = ANY (ARRAY(
         SELECT shopper_id FROM shoppers WHERE erased_at < $1 ORDER BY erased_at LIMIT $2 FOR UPDATE SKIP LOCKED))
       RETURNING shopper_id`,
      [before, limit],
    );
    const ids = rows.map((r) => r.shopper_id);
    if (ids.length > 0)
      await tx.query(
        `UPDATE deletions SET shoppers = ARRAY(SELECT unnest(shoppers) EXCEPT SELECT unnest($1::text[])),
           done_at = CASE WHEN shoppers <@ $1::text[] THEN $2::bigint END
         WHERE done_at IS NULL AND shoppers && $1::text[]`,
        [ids, now],
      );
    return ids;
  }

  /** How the deletion with this code stands. */
  async byCode(db: Pick<DataSource, 'query'>, code: string): Promise<Deletion | undefined> {
    const [row] = (await db.query(
      'SELECT code, channel, shop, requested_at, found, done_at FROM deletions WHERE code = $1',
      [code],
    )) as Deletion[];
    return row;
  }
}
