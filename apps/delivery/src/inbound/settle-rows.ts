import { decisions, deliveries } from '@beckon/contracts';
import type { Emitter, EmittingTransaction } from '@beckon/kafka';
import type { Fact } from '../domain/facts.js';
import type { AlertRow, LedgerRow } from '../domain/ledger-row.js';
import { decisionOf, deliveryOf } from '../domain/records.js';
import { settle, type Settlement } from '../domain/settle-answer.js';
import { eventToPost, sends } from '../metrics.js';
import { applyEffects } from '../outbound/effects-store.js';
import { saveRows } from '../outbound/ledger-store.js';

/** What loops need of the emitter. */
export type Emits = Pick<Emitter, 'transaction'>;

/**
 * Settles locked rows with the facts about each, in order: decide, save, apply what follows, tell. Rows about which
 * nothing changes are left alone. Returns the settlements.
 */
export async function settleRows(
  tx: EmittingTransaction,
  rows: readonly LedgerRow[],
  factsOf: (row: LedgerRow) => readonly Fact[],
): Promise<Settlement[]> {
  const settlements: Settlement[] = [];
  const changed: LedgerRow[] = [];
  for (const before of rows) {
    let row = before;
    for (const fact of factsOf(before)) {
      const settlement = settle(row, fact);
      if (!settlement) continue;
      row = settlement.row;
      settlements.push(settlement);
    }
    if (row !== before) changed.push(row);
  }
  await saveRows(tx, changed);
  await applyEffects(
    tx,
    settlements.flatMap((s) => s.effects),
  );
  for (const s of settlements) tell(tx, s);
  tx.afterCommit(() => settlements.forEach(count));
  return settlements;
}

function tell(tx: EmittingTransaction, { row, tell: state, verdict }: Settlement): void {
  if (row.kind !== 'alert') return;
  if (state) {
    const record = deliveryOf(row, state, timeOf(row, state));
    tx.emit(deliveries, row.shopper_id, record, { id: `${row.id}:${record.seq}`, time: record.at });
  }
  if (verdict) {
    const line = decisionOf(row, verdict, row.settled_at ?? 0);
    tx.emit(decisions, row.shopper_id, line, { id: line.decision_id, time: line.at });
  }
}

function timeOf(row: AlertRow, state: NonNullable<Settlement['tell']>): number {
  if (state === 'delivered') return row.delivered_at ?? 0;
  if (state === 'read') return row.read_at ?? 0;
  return row.settled_at ?? 0;
}

function count({ row, verdict }: Settlement): void {
  const isOutcome = row.kind === 'alert' ? verdict !== null : row.state !== 'sending' && row.delivered_at === null;
  if (!isOutcome) return;
  sends.add(1, { kind: row.kind, outcome: row.state });
  if (row.kind === 'alert' && row.state === 'accepted' && row.posted_at !== null)
    eventToPost.record(Math.max(0, row.posted_at - row.body.source_at) / 1000, { kind: row.body.kind });
}
