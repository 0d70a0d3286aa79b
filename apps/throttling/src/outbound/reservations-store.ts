/** Admissions whose answer is overdue: asked for again with the same number, until delivery answers. */
import type { Admission } from '@beckon/contracts';
import type { EmittingTransaction } from '@beckon/kafka';
import { ANSWER_GRACE_MS } from '../domain/in-flight.js';
import { askedAgain } from '../metrics.js';
import { emitAdmission, matchedColumns, matchedOf } from './alert-columns.js';

/** Emits overdue admissions again, each at most every five seconds; answers how many. */
export async function askAgain(tx: EmittingTransaction, limit: number, now: number): Promise<number> {
  const rows = await tx.query<Admission>(
    `UPDATE alerts a SET asked_at = $1 WHERE a.alert_id = ANY (ARRAY(
       SELECT alert_id FROM alerts WHERE state = 'reserved' AND send_by <= $2 AND asked_at <= $2
        ORDER BY asked_at LIMIT $3 FOR UPDATE SKIP LOCKED))
     RETURNING ${matchedColumns('a.')}, a.admission_no, a.send_by, a.settings_rev, a.admitted_at`,
    [now, now - ANSWER_GRACE_MS, limit],
  );
  for (const row of rows) {
    const { admission_no, send_by, settings_rev, admitted_at } = row;
    emitAdmission(tx, { ...matchedOf(row), admission_no, send_by, settings_rev, admitted_at });
  }
  if (rows.length > 0) tx.afterCommit(() => askedAgain.add(rows.length));
  return rows.length;
}

/** What Postgres knows of the places that shoppers of one shard hold. */
export interface HeldPlace {
  readonly alert_id: string;
  readonly shopper_id: string;
  readonly admission_no: number;
  /** Null while reserved. */
  readonly stamped_at: number | null;
}

/**
 * The places of some shoppers of one shard. Waits for every running transaction that reserves in the shard and keeps
 * new ones out until this one ends: what is not here now was never committed, nor ever will be.
 */
export async function heldPlaces(
  tx: EmittingTransaction,
  shard: number,
  epoch: number,
  shoppers: readonly string[],
): Promise<HeldPlace[] | undefined> {
  const same = await tx.query('SELECT 1 FROM shards WHERE shard = $1 AND epoch = $2 FOR UPDATE', [shard, epoch]);
  if (same.length === 0) return undefined;
  return tx.query<HeldPlace>(
    `SELECT alert_id, shopper_id, admission_no, NULL::bigint AS stamped_at FROM alerts
      WHERE shard = $1 AND state = 'reserved' AND shopper_id = ANY ($2)
     UNION ALL
     SELECT alert_id, shopper_id, admission_no, stamped_at FROM alerts
      WHERE shard = $1 AND stamped_at IS NOT NULL AND shopper_id = ANY ($2)`,
    [shard, shoppers],
  );
}
