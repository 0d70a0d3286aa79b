/**
 * The messages that delivery had claimed and not settled at an instant, and which of its processes had claimed them: when
 * that process is killed or frozen just then, nobody can know what becomes of them. Asked of Postgres itself, not through
 * the proxy.
 */
import pg from 'pg';
import type { InFlight } from '../checker/evidence.js';
import type { LeaseHistory } from './lease-history.js';
import { rest } from './patience.js';

/** While Postgres itself is away it is asked again for so long, in milliseconds. */
const PATIENCE_MS = 60_000;

/** A question that is wrong would be so for ever, and its silence would pass for an empty answer. */
const isOurFault = (error: unknown): boolean => /^(22|42)/.test((error as { code?: string }).code ?? '');

/** Asks until Postgres answers; empty when it does not for a minute. */
export async function askPatiently<T>(
  databaseUrl: string,
  signal: AbortSignal,
  ask: (client: pg.Client) => Promise<T[]>,
): Promise<T[]> {
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
      return await ask(client);
    } catch (error) {
      if (isOurFault(error)) throw error;
      await rest(200, signal);
    } finally {
      void client.end().catch(() => undefined);
    }
  }
  return [];
}

/**
 * Rows in `sending` now, and those that were claimed before `at` (ms) and settled after it: so that an answer that comes
 * late (Postgres was away) still tells what was in flight then. Empty when nobody answers.
 */
export const inFlightAt = (
  databaseUrl: string,
  at: number,
  leases: LeaseHistory,
  signal: AbortSignal,
): Promise<InFlight[]> =>
  askPatiently(databaseUrl, signal, async (client) => {
    const { rows } = await client.query<
      Omit<InFlight, 'worker' | 'worker_since' | 'seen_at'> & { page: string; epoch: string }
    >(
      `SELECT id, shopper_id, sku, claimed_at::float8, page, epoch FROM delivery.ledger
        WHERE state = 'sending' OR (claimed_at <= $1 AND state IN ('unknown', 'failed', 'accepted') AND settled_at >= $1)`,
      [at],
    );
    return rows.map(({ page, epoch, ...row }) => ({ ...row, seen_at: at, ...leases.holderOf(page, Number(epoch)) }));
  });
