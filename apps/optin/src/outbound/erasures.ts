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

  /** Notes a deletion; one that is known stays as it is. */
  async note(tx: EmittingTransaction, d: Deletion): Promise<void> {
    await tx.query(
      `INSERT INTO deletions (code, channel, requested_at, found, done_at) VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT (code) DO NOTHING`,
      [d.code, d.channel, d.requested_at, d.found, d.done_at],
    );
  }

  /** Notes that nothing of these is left. */
  async done(tx: EmittingTransaction, codes: readonly string[], now: number): Promise<void> {
    await tx.query('UPDATE deletions SET done_at = $2 WHERE code = ANY ($1) AND done_at IS NULL', [codes, now]);
  }

  /** How the deletion with this code stands. */
  async byCode(db: Pick<DataSource, 'query'>, code: string): Promise<Deletion | undefined> {
    const [row] = (await db.query('SELECT code, channel, requested_at, found, done_at FROM deletions WHERE code = $1', [
      code,
    ])) as Deletion[];
    return row;
  }
}
