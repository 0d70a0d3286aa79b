import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { WatchedPage } from '../domain/watch-page.js';

/** Which process watches which Page, and what is known of it. One process at a time: the platform counts calls. */
@Injectable()
export class PageWatchStore {
  constructor(private readonly dataSource: DataSource) {}

  /** Watches these Pages, each from a moment of its own within `spreadMs`, so that they are not all asked at once. */
  async begin(pages: readonly string[], now: number, spreadMs: number): Promise<void> {
    await this.dataSource.query(
      `INSERT INTO page_watch (page, next_look_at) SELECT page, $2::bigint + floor(random() * $3)::bigint
       FROM unnest($1::text[]) AS page ON CONFLICT DO NOTHING`,
      [pages, now, spreadMs],
    );
  }

  /**
   * The Page among these that has waited longest to be looked at; it is `owner`'s for `leaseMs`, and stays so while it
   * looks. What is to be looked at later than in `restMs` was put off under another setting, and is due.
   */
  async lease(
    pages: readonly string[],
    { owner, now, leaseMs, restMs }: { owner: string; now: number; leaseMs: number; restMs: number },
  ): Promise<WatchedPage | undefined> {
    const [rows] = (await this.dataSource.query(
      `UPDATE page_watch SET owner = $2, lease_until = $3::bigint + $4 WHERE page =
         (SELECT page FROM page_watch WHERE page = ANY ($1) AND NOT (next_look_at BETWEEN $3::bigint + 1 AND $5)
            AND (owner = $2 OR lease_until <= $3)
          ORDER BY next_look_at LIMIT 1 FOR UPDATE SKIP LOCKED)
       RETURNING page, checked_at, failures, alarm, told_at`,
      [pages, owner, now, leaseMs, now + restMs],
    )) as [WatchedPage[], number];
    return rows[0];
  }

  /** Notes what was seen; nothing if the Page is somebody else's by now. */
  async note(page: WatchedPage, owner: string, nextLookAt: number): Promise<void> {
    const { page: id, checked_at, failures, alarm, told_at } = page;
    await this.dataSource.query(
      `UPDATE page_watch SET next_look_at = $3, checked_at = $4, failures = $5, alarm = $6, told_at = $7
       WHERE page = $1 AND owner = $2`,
      [id, owner, nextLookAt, checked_at, failures, alarm, told_at],
    );
  }

  /** Gives this process's Pages back, to be looked at at once by whoever takes them over. */
  async release(owner: string, now: number): Promise<void> {
    await this.dataSource.query(
      'UPDATE page_watch SET owner = NULL, lease_until = 0, next_look_at = LEAST(next_look_at, $2) WHERE owner = $1',
      [owner, now],
    );
  }

  /** The Pages that this process watches now. */
  async owned(owner: string, now: number): Promise<WatchedPage[]> {
    return this.dataSource.query(
      'SELECT page, checked_at, failures, alarm, told_at FROM page_watch WHERE owner = $1 AND lease_until > $2 ORDER BY page',
      [owner, now],
    );
  }
}
