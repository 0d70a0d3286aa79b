import { decisionId, type Decision, type Delivery } from '@beckon/contracts';
import type { AlertRow } from './ledger-row.js';
import type { Verdict } from './settle-answer.js';

/** The `deliveries` record of an alert's row. An answer repeats its own number; a receipt has the newest. */
export function deliveryOf(row: AlertRow, state: Delivery['state'], at: number): Delivery {
  const a = row.body;
  const isReceipt = state === 'delivered' || state === 'read';
  return {
    alert_id: row.id,
    admission_no: row.admission_no,
    seq: isReceipt ? row.seq : row.answer_seq,
    state,
    reason: row.reason,
    error_code: row.error_code,
    error_subcode: row.error_subcode,
    grant_kind: row.grant_kind,
    template: row.template,
    locale: row.locale,
    not_before: row.not_before,
    shop: row.shop,
    page: row.page,
    shopper_id: row.shopper_id,
    sub_id: a.sub_id,
    signal_id: a.signal_id,
    product: a.product,
    sku: a.sku,
    kind: a.kind,
    is_test: false,
    price_amount: row.price_amount,
    price_currency: row.price_currency,
    source_at: a.source_at,
    signal_at: a.signal_at,
    matched_at: a.matched_at,
    admitted_at: a.admitted_at,
    posted_at: row.posted_at,
    answered_at: row.answered_at,
    delivered_at: isReceipt ? row.delivered_at : null,
    read_at: isReceipt ? row.read_at : null,
    at,
  };
}

/** The `decisions` line of an alert's row; `row.decision_seq` is its number. */
export function decisionOf(row: AlertRow, v: Verdict, at: number): Decision {
  const a = row.body;
  return {
    decision_id: decisionId(row.id, 'delivery', row.decision_seq),
    alert_id: row.id,
    stage: 'delivery',
    seq: row.decision_seq,
    verdict: v.verdict,
    reason: v.reason,
    terminal: v.terminal,
    shop: row.shop,
    page: row.page,
    shopper_id: row.shopper_id,
    sub_id: a.sub_id,
    signal_id: a.signal_id,
    product: a.product,
    sku: a.sku,
    kind: a.kind,
    detail: v.detail,
    settings_rev: a.settings_rev,
    at,
  };
}
