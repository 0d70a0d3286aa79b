import { NOW_MS, type Queries } from './sql.js';

/** How long a lease lasts without renewal, in milliseconds; also how long a silent worker counts as alive. */
export const LEASE_MS = 6000;

/** A Page that this worker owns, and what stands in its way. */
export interface OwnedPage {
  readonly page: string;
  readonly epoch: number;
  readonly state: 'open' | 'stopped';
  /** Fingerprint of the access token that was refused; null when there was none at all. */
  readonly stopped_token: string | null;
  readonly retry_at: number | null;
  readonly paused_until: number;
}

const OWNED = 'page, epoch, state, stopped_token, retry_at, paused_until';

/** Says that this worker lives, drops those silent for a minute, and returns all that live, this one included. */
export async function sayAlive(db: Queries, worker: string): Promise<string[]> {
  await db.query(
    `INSERT INTO workers (worker, alive_until) VALUES ($1, ${NOW_MS} + ${LEASE_MS})
     ON CONFLICT (worker) DO UPDATE SET alive_until = excluded.alive_until`,
    [worker],
  );
  await db.query(
    `WITH gone AS (DELETE FROM workers WHERE alive_until < ${NOW_MS} - 60000 RETURNING 1) SELECT FROM gone`,
  );
  const rows = await db.query<{ worker: string }>(`SELECT worker FROM workers WHERE alive_until > ${NOW_MS}`);
  return rows.map((r) => r.worker);
}

/** Says goodbye, so that the others take over at once. */
export async function sayGoodbye(db: Queries, worker: string): Promise<void> {
  await db.query('WITH gone AS (DELETE FROM workers WHERE worker = $1 RETURNING 1) SELECT FROM gone', [worker]);
}

/** Makes a row for each Page of the settings. */
export async function knowPages(db: Queries, pages: readonly string[]): Promise<void> {
  await db.query('INSERT INTO pages (page) SELECT unnest($1::text[]) ON CONFLICT DO NOTHING', [pages]);
}

/** Renews leases and returns those that are still ours: a Page that is missing was taken over. */
export function renewLeases(db: Queries, worker: string, held: ReadonlyMap<string, number>): Promise<OwnedPage[]> {
  return db.query<OwnedPage & Record<string, unknown>>(
    `WITH mine AS (
       UPDATE pages p SET lease_until = ${NOW_MS} + ${LEASE_MS}
       FROM unnest($2::text[], $3::bigint[]) AS h(page, epoch)
       WHERE p.page = h.page AND p.epoch = h.epoch AND p.owner = $1
       RETURNING p.page, p.epoch, p.state, p.stopped_token, p.retry_at, p.paused_until)
     SELECT * FROM mine`,
    [worker, [...held.keys()], [...held.values()]],
  );
}

/** Takes up to `limit` Pages that nobody owns (or whose owner is silent), each under a new epoch. */
export function takePages(db: Queries, worker: string, known: readonly string[], limit: number): Promise<OwnedPage[]> {
  return db.query<OwnedPage & Record<string, unknown>>(
    `WITH taken AS (
       UPDATE pages SET owner = $1, epoch = epoch + 1, lease_until = ${NOW_MS} + ${LEASE_MS}
       WHERE page = ANY (ARRAY(
         SELECT page FROM pages WHERE page = ANY ($2) AND (owner IS NULL OR lease_until < ${NOW_MS})
         ORDER BY page LIMIT $3 FOR UPDATE SKIP LOCKED))
       RETURNING ${OWNED})
     SELECT * FROM taken`,
    [worker, known, limit],
  );
}

/**
 * Gives a Page back, so that another worker takes it without waiting for the lease to run out. Waits for a gate that is
 * just being asked under it; one that comes later finds nothing. What is another's already stays so.
 */
export async function releasePage(db: Queries, worker: string, page: string, epoch: number): Promise<void> {
  await db.query(
    `WITH freed AS (UPDATE pages SET owner = NULL, lease_until = 0 WHERE page = $2 AND owner = $1 AND epoch = $3
     RETURNING 1) SELECT * FROM freed`,
    [worker, page, epoch],
  );
}

/** Lets a stopped Page send again. */
export async function reopenPage(db: Queries, page: string): Promise<void> {
  await db.query(
    `WITH opened AS (UPDATE pages SET state = 'open', reason = NULL, stopped_at = NULL, stopped_token = NULL,
       retry_at = NULL, paused_until = 0, trouble_step = 0 WHERE page = $1 RETURNING 1) SELECT FROM opened`,
    [page],
  );
}

/** Messages in line per kind, for the metric. */
export async function countLine(db: Queries): Promise<{ kind: string; n: number }[]> {
  return db.query<{ kind: string; n: number }>(
    `SELECT kind, count(*)::int AS n FROM ledger WHERE state = 'queued' GROUP BY kind`,
  );
}

/** Messages whose outcome nobody knows, for the metric. */
export async function countUnknowns(db: Queries): Promise<number> {
  const [row] = await db.query<{ n: number }>(`SELECT count(*)::int AS n FROM ledger WHERE state = 'unknown'`);
  return row?.n ?? 0;
}

/** Those of the given Pages that have a message in line. */
export async function pagesInLine(db: Queries, pages: readonly string[]): Promise<string[]> {
  const rows = await db.query<{ page: string }>(
    `SELECT p.page FROM unnest($1::text[]) AS p(page)
     WHERE EXISTS (SELECT FROM ledger l WHERE l.page = p.page AND l.state = 'queued')`,
    [pages],
  );
  return rows.map((r) => r.page);
}
