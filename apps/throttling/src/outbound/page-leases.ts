/**
 * Which Pages this worker decides about. A Page belongs to one worker at a time (so do its shoppers): a lease of six
 * seconds, renewed every two, with an epoch that advances whenever the owner changes. All times are Postgres's, so a
 * worker whose clock is wrong loses nothing but its own leases. The lease is checked again, under a lock, in every
 * transaction that reserves: what is kept in memory here only saves asking.
 */
import type { DataSource } from 'typeorm';
import { fairShare } from '../domain/fair-share.js';
import type { PageLease } from './admission-store.js';

/** How long a lease lives without being renewed, and a silent worker counts as there. */
export const LEASE_MS = 6_000;
/** How often leases are renewed. */
export const RENEW_MS = 2_000;

const NOW = '(extract(epoch FROM clock_timestamp()) * 1000)::bigint';

export class PageLeases {
  private leases: readonly PageLease[] = [];
  /** Monotonic time until which what is in memory may be believed. */
  private believedUntil = 0;

  constructor(
    private readonly dataSource: DataSource,
    private readonly worker: string,
    private readonly monotonic: () => number = () => performance.now(),
  ) {}

  /** The Pages held now; none once renewing has failed for as long as a lease lives. */
  mine(): readonly PageLease[] {
    return this.monotonic() < this.believedUntil ? this.leases : [];
  }

  /** Says "I am here", renews, hands over what is more than a fair share, takes what is free. */
  async renew(): Promise<void> {
    const asked = this.monotonic();
    this.leases = await this.dataSource.transaction(async (manager) => {
      const query = <R>(sql: string, parameters: unknown[]): Promise<R[]> => manager.query(sql, parameters);
      await query(
        `INSERT INTO workers (worker, seen_at) VALUES ($1, ${NOW})
         ON CONFLICT (worker) DO UPDATE SET seen_at = excluded.seen_at`,
        [this.worker],
      );
      await query(`DELETE FROM workers WHERE seen_at < ${NOW} - 10 * $1::bigint`, [LEASE_MS]);
      const held = await query<PageLease>('SELECT page, epoch FROM pages WHERE owner = $1 ORDER BY page FOR UPDATE', [
        this.worker,
      ]);
      const [counts] = await query<{ workers: number; pages: number }>(
        `SELECT (SELECT count(*)::int FROM workers WHERE seen_at > ${NOW} - $1::bigint) AS workers,
                (SELECT count(*)::int FROM pages) AS pages`,
        [LEASE_MS],
      );
      const share = fairShare(counts?.pages ?? 0, counts?.workers ?? 1);
      const kept = held.slice(0, share);
      await query(`UPDATE pages SET lease_until = ${NOW} + $2 WHERE page = ANY ($1)`, [
        kept.map((l) => l.page),
        LEASE_MS,
      ]);
      await query('UPDATE pages SET owner = NULL, lease_until = 0 WHERE page = ANY ($1)', [
        held.slice(share).map((l) => l.page),
      ]);
      if (kept.length >= share) return kept;
      const taken = await query<PageLease>(
        `SELECT page FROM pages
          WHERE (owner IS NULL OR lease_until <= ${NOW}) AND page <> ALL ($1)
          ORDER BY page LIMIT $2 FOR UPDATE SKIP LOCKED`,
        [kept.map((l) => l.page), share - kept.length],
      );
      await query(`UPDATE pages SET owner = $2, epoch = epoch + 1, lease_until = ${NOW} + $3 WHERE page = ANY ($1)`, [
        taken.map((l) => l.page),
        this.worker,
        LEASE_MS,
      ]);
      return query<PageLease>('SELECT page, epoch FROM pages WHERE owner = $1 ORDER BY page', [this.worker]);
    });
    this.believedUntil = asked + LEASE_MS;
  }

  /** Gives everything back at once, so that the others need not wait for the leases to run out. */
  async release(): Promise<void> {
    this.believedUntil = 0;
    this.leases = [];
    await this.dataSource.query('DELETE FROM workers WHERE worker = $1', [this.worker]);
    await this.dataSource.query(
      `UPDATE pages SET owner = NULL, lease_until = 0 WHERE page = ANY (ARRAY(
         SELECT page FROM pages WHERE owner = $1 ORDER BY page FOR UPDATE))`,
      [this.worker],
    );
  }
}
