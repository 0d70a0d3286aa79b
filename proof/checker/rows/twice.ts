/**
 * **twice**: an alert id that was accepted more than once; or, by whatever id, a message about something that the
 * shopper had been told of since their last tap. **unasked**: a message about something they had never asked for, or
 * that names nothing that can be asked for.
 */
import { alertsOf } from '../alerts.js';
import type { Evidence, Violation } from '../evidence.js';
import { storyOf } from '../requests.js';

/** See above. */
export function twice(evidence: Evidence): Violation[] {
  const found: Violation[] = [];
  const seen = new Map<string, number>();
  for (const { alert_id, accepted_at: at, psid, sku } of alertsOf(evidence.ledger)) {
    const first = seen.get(alert_id);
    if (first === undefined) seen.set(alert_id, at);
    else found.push({ row: 'twice', at, what: `${alert_id} was accepted at ${first} already`, psid, sku });
  }
  const counted = new Set(found.map((v) => `${v.psid} ${v.sku} ${v.at}`));
  for (const { alert, asked } of storyOf(evidence).unmatched) {
    const { psid, sku, accepted_at: at, alert_id } = alert;
    if (!asked) found.push({ row: 'unasked', at, what: `${alert_id}: "${alert.text}" was never asked for`, psid, sku });
    else if (!counted.has(`${psid} ${sku} ${at}`))
      found.push({ row: 'twice', at, what: `${alert_id}: a second message for one request`, psid, sku });
  }
  return found;
}
