/**
 * **after_stop**: an alert accepted after the confirmation of a STOP was accepted, about something that the shopper has
 * not asked for anew since the STOP. Order is that of the sandbox's log. Excused as **late_by_pause** if its sender was
 * frozen since before the confirmation.
 *
 * **stop_unconfirmed**: a STOP that the platform took and that was never confirmed, unless the confirmation itself met
 * trouble that leaves the sender in doubt (a reply whose outcome is unknown is not sent again).
 */
import { alertIdIn, alertsOf, notTaken } from '../alerts.js';
import type { Accepted, Evidence, Stop, Violation } from '../evidence.js';
import { struckInFlight } from '../in-flight.js';
import { thawedBefore } from '../pauses.js';

/** Who answers may be said before it. */
const CONFIRMATION = /(?:^|\n\n)Done\. All your alerts have ended\b/;

/** Whether a message confirms a STOP. */
export const confirmsStop = ({ metadata, text }: Pick<Accepted, 'metadata' | 'text'>): boolean =>
  /^beckon:rep_/.test(metadata ?? '') && CONFIRMATION.test(text ?? '');

/** The place in the log of the confirmation of a STOP; -1: none. */
const confirmationOf = (ledger: readonly Accepted[], stop: Stop): number =>
  ledger.findIndex((e) => e.psid === stop.psid && e.accepted_at >= stop.sent_at && confirmsStop(e));

/** See above. */
export function afterStop({ inputs, ledger, faults }: Evidence): Violation[] {
  return inputs.stops.flatMap((stop) => {
    const place = confirmationOf(ledger, stop);
    if (place < 0) return [];
    const confirmed_at = ledger[place]?.accepted_at ?? 0;
    const later = alertsOf(ledger.slice(place + 1)).filter(({ psid }) => psid === stop.psid);
    return later.flatMap((alert): Violation[] => {
      const { psid, sku, kind, alert_id, accepted_at: at } = alert;
      const anew = inputs.taps.some(
        (t) => t.psid === psid && t.sku === sku && t.kind === kind && t.sent_at > stop.sent_at && t.sent_at <= at,
      );
      if (anew) return [];
      const freeze = thawedBefore(faults, alert);
      const row = freeze && freeze.from <= confirmed_at ? 'late_by_pause' : 'after_stop';
      return [{ row, at, what: `${alert_id} came ${at - confirmed_at} ms after the confirmation`, psid, sku }];
    });
  });
}

/** See above. */
export function stopUnconfirmed({ inputs, ledger, calls, doubts, faults }: Evidence): Violation[] {
  const doubtful = new Set(
    notTaken({ doubts, calls }).flatMap((c) =>
      alertIdIn(c.metadata) === undefined && c.psid !== null ? [c.psid] : [],
    ),
  );
  const psidOf = new Map(inputs.people.map((p) => [p.shopper_id, p.psid]));
  for (const { id, shopper_id } of struckInFlight({ faults }))
    if (id.startsWith('rep_')) doubtful.add(psidOf.get(shopper_id) ?? '');
  return inputs.stops.flatMap((stop): Violation[] => {
    if (stop.acked_at === null || doubtful.has(stop.psid) || confirmationOf(ledger, stop) >= 0) return [];
    return [{ row: 'stop_unconfirmed', at: stop.sent_at, what: 'never confirmed', psid: stop.psid, sku: null }];
  });
}
