/**
 * The messages that delivery had claimed and not settled at an instant: what becomes of them when something is broken
 * just then, nobody can know. Asked of Postgres itself, not through the proxy.
 */
import pg from 'pg';
import type { InFlight } from '../checker/evidence.js';
import { rest } from './patience.js';

/** While Postgres itself is away it is asked again for so long, in milliseconds. */
const PATIENCE_MS = 60_000;

/**
 * Rows in `sending` now, and those that were claimed before `at` (ms) and have become unknown since: so that an answer
 * that comes late (Postgres was away) still tells what was in flight then. Empty when nobody answers.
 */
export async function inFlightAt(databaseUrl: string, at: number, signal: AbortSignal): Promise<InFlight[]> {
  const deadline = performance.now() + PATIENCE_MS;
  while (performance.now() < deadline && !signal.aborted) {
    const client = new pg.Client({
      connectionString: databaseUrl,
      connectionTimeoutMillis: 1_000,
      query_timeout: 2_000,
    });
    client.on('error', () => undefined);
    try {
      await client.connect();
      const { rows } = await client.query<InFlight>(
        `SELECT id, shopper_id, sku FROM delivery.ledger
          WHERE state = 'sending' OR (claimed_at <= $1 AND state IN ('unknown', 'failed') AND settled_at >= $1)`,
        [at],
      );
      return rows;
    } catch {
      await rest(200, signal);
    } finally {
      void client.end().catch(() => undefined);
    }
  }
  return [];
}
