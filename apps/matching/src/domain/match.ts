/** One subscription has met one signal: the alert, and the line about it in the story. */
import { alertId, decisionId, type Condition, type Decision, type MatchedAlert, type Signal } from '@beckon/contracts';

/** What of a subscription goes into an alert. */
export interface MatchedSubscription {
  readonly sub_id: string;
  readonly rev: number;
  readonly shopper_id: string;
  readonly shopper_rev: number;
  readonly page: string;
  readonly condition: Condition;
  readonly mode: 'once' | 'recurring';
  readonly locale: string;
  readonly rank: number;
}

/** The settings that matter here; `now` and `expireAfter` in milliseconds. */
export interface MatchContext {
  readonly now: number;
  readonly expireAfter: number;
  readonly settingsRev: number;
}

/** Whoever derives it, from the signal's side or the subscription's, names the same alert. */
export function match(
  sub: MatchedSubscription,
  signal: Signal,
  c: MatchContext,
): { readonly alert: MatchedAlert; readonly decision: Decision } {
  const { shop, product, sku, kind, signal_id } = signal;
  const alert: MatchedAlert = {
    alert_id: alertId(sub.sub_id, signal_id),
    sub_id: sub.sub_id,
    sub_rev: sub.rev,
    shopper_id: sub.shopper_id,
    shopper_rev: sub.shopper_rev,
    signal_id,
    signal_opened_at: signal.opened_at,
    page: sub.page,
    shop,
    product,
    sku,
    kind,
    condition: sub.condition,
    mode: sub.mode,
    locale: sub.locale,
    rank: sub.rank,
    expires_at: c.now + c.expireAfter,
    source: signal.source,
    source_partition: signal.source_partition,
    source_at: signal.source_at,
    signal_at: signal.at,
    matched_at: c.now,
  };
  const decision: Decision = {
    decision_id: decisionId(alert.alert_id, 'matching', 0),
    alert_id: alert.alert_id,
    stage: 'matching',
    seq: 0,
    verdict: 'matched',
    reason: null,
    terminal: false,
    shop,
    page: sub.page,
    shopper_id: sub.shopper_id,
    sub_id: sub.sub_id,
    signal_id,
    product,
    sku,
    kind,
    detail: null,
    settings_rev: c.settingsRev,
    at: c.now,
  };
  return { alert, decision };
}
