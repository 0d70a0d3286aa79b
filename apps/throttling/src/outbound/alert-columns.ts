/** The columns of an alert that came with its match, and how they travel on. */
import {
  alertsAdmitted,
  decisionId,
  decisions,
  type Admission,
  type Decision,
  type MatchedAlert,
} from '@beckon/contracts';
import type { EmittingTransaction } from '@beckon/kafka';
import type { Told } from '../domain/settle.js';

/** Names and Postgres types of what `alerts.matched` says; the same names in the record and in the table. */
const MATCHED: Record<keyof MatchedAlert, string> = {
  alert_id: 'text',
  sub_id: 'text',
  sub_rev: 'bigint',
  shopper_id: 'text',
  shopper_rev: 'bigint',
  signal_id: 'text',
  signal_opened_at: 'bigint',
  page: 'text',
  shop: 'text',
  product: 'text',
  sku: 'text',
  kind: 'text',
  condition: 'jsonb',
  mode: 'text',
  locale: 'text',
  rank: 'bigint',
  expires_at: 'bigint',
  source: 'text',
  source_partition: 'int',
  source_at: 'bigint',
  signal_at: 'bigint',
  matched_at: 'bigint',
};

const names = Object.keys(MATCHED) as (keyof MatchedAlert)[];

/** `alert_id, sub_id, …`, for inserts and for columns of an alias: `a.alert_id, a.sub_id, …`. */
export const matchedColumns = (alias = ''): string => names.map((n) => `${alias}${n}`).join(', ');

/** `alert_id text, sub_id text, …`: the row type of jsonb_to_recordset. */
export const matchedRowType = Object.entries(MATCHED)
  .map(([name, type]) => `${name} ${type}`)
  .join(', ');

/** The matched fields of a row, without our own columns. */
export const matchedOf = (row: MatchedAlert): MatchedAlert =>
  Object.fromEntries(names.map((name) => [name, row[name]])) as MatchedAlert;

/** What a decision needs of an alert's row; `decision_seq` is the number that this decision takes. */
export type TellableAlert = Pick<
  MatchedAlert,
  'alert_id' | 'shop' | 'page' | 'shopper_id' | 'sub_id' | 'signal_id' | 'product' | 'sku' | 'kind'
> & { readonly decision_seq: number };

export const tellableColumns = 'alert_id, shop, page, shopper_id, sub_id, signal_id, product, sku, kind, decision_seq';

/** Emits one line of an alert's story. */
export function emitDecision(
  tx: EmittingTransaction,
  alert: TellableAlert,
  told: Told,
  at: number,
  settingsRev: number | null = null,
): void {
  const { alert_id, shop, page, shopper_id, sub_id, signal_id, product, sku, kind, decision_seq } = alert;
  const id = decisionId(alert_id, 'throttling', decision_seq);
  const value: Decision = {
    ...{ decision_id: id, alert_id, stage: 'throttling', seq: decision_seq },
    ...{ verdict: told.verdict, reason: told.reason, terminal: told.terminal },
    ...{ shop, page, shopper_id, sub_id, signal_id, product, sku, kind },
    ...{ detail: told.detail, settings_rev: settingsRev, at },
  };
  tx.emit(decisions, shopper_id, value, { id, time: at });
}

/** Emits an admission; the same one again has the same id. */
export function emitAdmission(tx: EmittingTransaction, value: Admission): void {
  tx.emit(alertsAdmitted, value.shopper_id, value, {
    id: `${value.alert_id}:${value.admission_no}`,
    time: value.admitted_at,
  });
}
