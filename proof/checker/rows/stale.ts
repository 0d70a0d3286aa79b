/**
 * **stale**: accepted although what it says cannot have been true at any instant of the 30 s before. That is promise 4:
 * an admission lives 10 s, and is given on what a source said that is known to be fresh, at most 20 s old. Excused, and
 * counted as **late_by_pause**, if the sender was frozen and it was not stale when the freeze began.
 */
import { alertsOf } from '../alerts.js';
import type { Evidence, Violation } from '../evidence.js';
import { thawedBefore } from '../pauses.js';
import { limits, truths } from '../truth.js';

/** Promise 4, in milliseconds. */
export const STALE_AFTER_MS = 30_000;

/** How old the truth of each accepted alert was at the most favourable, in milliseconds (0: still true). */
export function staleness(evidence: Evidence): number[] {
  const [truth, limitOf] = [truths(evidence), limits(evidence)];
  const shopOf = new Map(evidence.inputs.people.map((p) => [p.psid, p.shop]));
  return alertsOf(evidence.ledger).map(({ psid, sku, kind, accepted_at: at }) => {
    if (sku === null || kind === null) return 0;
    const question = { shop: shopOf.get(psid) ?? '', sku, kind, limit: limitOf({ psid, sku, kind, at }) };
    return at - (truth(question).lastPossible(at) ?? -Infinity);
  });
}

/** See above. */
export function stale(evidence: Evidence): Violation[] {
  const ages = staleness(evidence);
  return alertsOf(evidence.ledger).flatMap((alert, i): Violation[] => {
    const age = ages[i] ?? 0;
    if (age <= STALE_AFTER_MS) return [];
    const { psid, sku, accepted_at: at, alert_id } = alert;
    const freeze = thawedBefore(evidence.faults, alert);
    const excused = freeze !== undefined && age - (at - freeze.from) <= STALE_AFTER_MS;
    const what = Number.isFinite(age) ? `had not been true for ${Math.round(age)} ms` : 'had never been true';
    return [{ row: excused ? 'late_by_pause' : 'stale', at, what: `${alert_id} ${what}`, psid, sku }];
  });
}
