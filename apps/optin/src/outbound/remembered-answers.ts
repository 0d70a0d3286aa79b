import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { OptinKeys } from './optin-keys.js';

/** How long an answer is given again, in milliseconds. */
export const ANSWER_LIFE_MS = 86_400_000;
/** A request that took longer than this was lost with its process; its repetition may try anew. In milliseconds. */
const BUSY_MS = 60_000;

/** One POST under an Idempotency-Key. Keys are each shop's own. */
export interface Attempt {
  readonly shop: string;
  readonly key: string;
  /** When the key was first seen; the same for every repetition, also after a crash in the middle. */
  readonly since: number;
  /** Ours until then; whoever comes later has another. */
  readonly busyUntil: number;
}

/** What is known of a key when a request comes with it. */
export type Begun =
  | { readonly is: 'new'; readonly attempt: Attempt }
  | { readonly is: 'answered'; readonly answer: unknown }
  | { readonly is: 'in_flight'; readonly forMs: number }
  /** The key came with another request before. */
  | { readonly is: 'other' };

interface Row {
  readonly same: boolean;
  readonly busy_until: number;
  readonly answer_sealed: string | null;
}

/** What was answered to POSTs with an Idempotency-Key, for 24 hours. */
@Injectable()
export class RememberedAnswers {
  constructor(
    private readonly dataSource: DataSource,
    private readonly keys: OptinKeys,
  ) {}

  /** Takes the key for this request, or tells why not. Two requests at once: one gets it. */
  async begin(of: { shop: string; key: string; requestHash: Buffer }, now: number): Promise<Begun> {
    const id = [of.shop, of.key];
    for (;;) {
      await this.dataSource.query(
        'DELETE FROM api_answers WHERE shop = $1 AND idempotency_key = $2 AND began_at < $3',
        [...id, now - ANSWER_LIFE_MS],
      );
      const busyUntil = now + BUSY_MS;
      const taken: { began_at: number }[] = await this.dataSource.query(
        `INSERT INTO api_answers AS a (shop, idempotency_key, request_hash, began_at, busy_until)
         VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (shop, idempotency_key) DO UPDATE SET busy_until = excluded.busy_until
           WHERE a.answer_sealed IS NULL AND a.busy_until < excluded.began_at AND a.request_hash = excluded.request_hash
         RETURNING began_at`,
        [...id, of.requestHash, now, busyUntil],
      );
      if (taken[0]) return { is: 'new', attempt: { ...of, since: taken[0].began_at, busyUntil } };
      const [row]: Row[] = await this.dataSource.query(
        `SELECT request_hash = $3 AS same, busy_until, answer_sealed FROM api_answers
          WHERE shop = $1 AND idempotency_key = $2`,
        [...id, of.requestHash],
      );
      if (!row) continue; // refused and given up between the two statements
      if (!row.same) return { is: 'other' };
      if (row.answer_sealed === null) return { is: 'in_flight', forMs: Math.max(0, row.busy_until - now) };
      return { is: 'answered', answer: JSON.parse(this.keys.open(row.answer_sealed)) as unknown };
    }
  }

  /** Keeps the answer for whoever asks again. */
  async keep({ shop, key, busyUntil }: Attempt, answer: unknown): Promise<void> {
    await this.dataSource.query(
      'UPDATE api_answers SET answer_sealed = $4 WHERE shop = $1 AND idempotency_key = $2 AND busy_until = $3',
      [shop, key, busyUntil, this.keys.seal(JSON.stringify(answer ?? null))],
    );
  }

  /** Gives the key back: nothing was done under it. */
  async giveUp({ shop, key, busyUntil }: Attempt): Promise<void> {
    await this.dataSource.query(
      `DELETE FROM api_answers
        WHERE shop = $1 AND idempotency_key = $2 AND busy_until = $3 AND answer_sealed IS NULL`,
      [shop, key, busyUntil],
    );
  }

  /** Forgets up to `limit` answers to requests that began before `before`; answers how many. */
  async forget(before: number, limit: number): Promise<number> {
    const [, count]: [unknown, number] = await this.dataSource.query(
      `DELETE FROM api_answers WHERE ctid = ANY (ARRAY(
         SELECT ctid FROM api_answers WHERE began_at < $1 ORDER BY began_at LIMIT $2 FOR UPDATE SKIP LOCKED))`,
      [before, limit],
    );
    return count;
  }
}
