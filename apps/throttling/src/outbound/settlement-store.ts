/** What delivery's answers make of alerts, and the telling of Redis afterwards. */
import type { Delivery, Kind } from '@beckon/contracts';
import type { EmittingTransaction } from '@beckon/kafka';
import { settle, type AlertState } from '../domain/settle.js';
import { answers } from '../metrics.js';
import { emitDecision, tellableColumns, type TellableAlert } from './alert-columns.js';

type Row = AlertState & TellableAlert & { windows_due: boolean; delivery_state?: string };

/**
 * Applies answers in the order given; answers about alerts not known here change nothing. Rows are locked in one order
 * in every transaction, so that two chunks cannot wait for each other. Answers the number of alerts that changed.
 */
export async function applyAnswers(
  tx: EmittingTransaction,
  records: readonly Delivery[],
  now: number,
): Promise<number> {
  const rows = await tx.query<Row>(
    `SELECT ${tellableColumns}, state, outcome, admission_no, admitted_at, not_before, stamped_at, refusals, reason, windows_due
       FROM alerts WHERE alert_id = ANY ($1) ORDER BY alert_id FOR UPDATE`,
    [[...new Set(records.map((r) => r.alert_id))]],
  );
  const byId = new Map(rows.map((r) => [r.alert_id, r]));
  const changed = new Map<string, Row>();
  for (const record of records) {
    const row = byId.get(record.alert_id);
    const settlement = row && settle(row, record, now);
    if (!row || !settlement) continue;
    const next: Row = {
      ...row,
      ...settlement.next,
      windows_due: row.windows_due || settlement.windows,
      decision_seq: row.decision_seq + (settlement.told ? 1 : 0),
    };
    if (settlement.told) emitDecision(tx, next, settlement.told, now);
    byId.set(row.alert_id, next);
    changed.set(row.alert_id, next);
    const { state } = record;
    tx.afterCommit(() => answers.add(1, { state }));
  }
  await write(tx, [...changed.values()]);
  return changed.size;
}

async function write(tx: EmittingTransaction, rows: readonly Row[]): Promise<void> {
  if (rows.length === 0) return;
  await tx.query(
    `UPDATE alerts a SET state = r.state, outcome = r.outcome, reason = r.reason, not_before = r.not_before,
            stamped_at = r.stamped_at, refusals = r.refusals, windows_due = r.windows_due, decision_seq = r.decision_seq
       FROM jsonb_to_recordset($1::jsonb) AS r(alert_id text, state text, outcome text, reason text, not_before bigint,
              stamped_at bigint, refusals int, windows_due boolean, decision_seq int)
      WHERE a.alert_id = r.alert_id`,
    [JSON.stringify(rows)],
  );
}

/** An answer that Redis has not been told yet. */
export interface DueAnswer {
  readonly alert_id: string;
  readonly sub_id: string;
  readonly shopper_id: string;
  readonly shard: number;
  readonly admission_no: number;
  readonly stamped_at: number | null;
  readonly kind: Kind;
  readonly shop: string;
  readonly sku: string;
}

/** Some answers of which Redis is to be told, locked for this transaction; what another worker has locked is left out. */
export const lockDueAnswers = (tx: EmittingTransaction, limit: number): Promise<DueAnswer[]> =>
  tx.query<DueAnswer>(
    `SELECT alert_id, sub_id, shopper_id, shard, admission_no, stamped_at, kind, shop, sku
       FROM alerts WHERE windows_due ORDER BY shard LIMIT $1 FOR UPDATE SKIP LOCKED`,
    [limit],
  );

/** Redis has been told. */
export async function markTold(tx: EmittingTransaction, alerts: readonly string[]): Promise<void> {
  await tx.query('UPDATE alerts SET windows_due = false WHERE alert_id = ANY ($1)', [alerts]);
}
