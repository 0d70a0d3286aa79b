/**
 * **after_stop**: an alert accepted after the confirmation of a STOP (of "stop this one", of a deletion) was accepted, about
 * something that it ended and that the shopper has not asked for anew since. Order is that of the sandbox's log. Excused
 * as **late_by_pause** if its sender was frozen since before the confirmation.
 *
 * **stop_unconfirmed**: one that the platform took and that was never confirmed, unless the confirmation itself met
 * trouble that leaves the sender in doubt (a reply whose outcome is unknown is not sent again).
 *
 * What is ended in Messenger itself is confirmed by Messenger: nothing is said of it here.
 */
import { alertsOf } from '../alerts.js';
import { doubtfulReplies, ERASED, says } from '../answers.js';
import type { Accepted, EndOne, Evidence, Stop, Violation } from '../evidence.js';
import { thawedBefore } from '../pauses.js';

const STOPPED = /Done\. All your alerts have ended\b/;
/** The second: it had ended by itself before, or was ended already. */
const ENDED_ONE = /Done\. This alert has ended, .*: (\S+) \(|That alert has ended already/;

/** Whether a message confirms a STOP. */
export const confirmsStop = (entry: Pick<Accepted, 'metadata' | 'text'>): boolean => says(entry, STOPPED) !== null;

/** Something that ends requests, and is confirmed. */
type Ending = { readonly ends: 'all'; readonly what: Stop } | { readonly ends: 'one'; readonly what: EndOne };

const endings = ({ inputs }: Evidence): Ending[] => [
  ...inputs.stops.map((what): Ending => ({ ends: 'all', what })),
  ...inputs.end_ones.filter(({ by }) => by === 'button').map((what): Ending => ({ ends: 'one', what })),
];

function confirms({ ends, what }: Ending, entry: Accepted): boolean {
  if (ends === 'all') return says(entry, what.erases ? ERASED : STOPPED) !== null;
  const found = says(entry, ENDED_ONE);
  return found !== null && (found[1] ?? what.sku) === what.sku;
}

/** The place in the log of the confirmation; -1: none. */
const confirmationOf = (ledger: readonly Accepted[], ending: Ending): number =>
  ledger.findIndex((e) => {
    const { psid, sent_at } = ending.what;
    return e.psid === psid && e.accepted_at >= sent_at && confirms(ending, e);
  });

/** See above. */
export function afterStop(evidence: Evidence): Violation[] {
  const { inputs, ledger, faults } = evidence;
  return endings(evidence).flatMap((ending) => {
    const place = confirmationOf(ledger, ending);
    if (place < 0) return [];
    const { what } = ending;
    const confirmed_at = ledger[place]?.accepted_at ?? 0;
    const later = alertsOf(ledger.slice(place + 1)).filter(
      ({ psid, sku, kind }) =>
        psid === what.psid && (ending.ends === 'all' || (sku === ending.what.sku && kind === ending.what.kind)),
    );
    return later.flatMap((alert): Violation[] => {
      const { psid, sku, kind, alert_id, accepted_at: at } = alert;
      const anew = inputs.taps.some(
        (t) => t.psid === psid && t.sku === sku && t.kind === kind && t.sent_at > what.sent_at && t.sent_at <= at,
      );
      if (anew) return [];
      const freeze = thawedBefore(faults, alert);
      const row = freeze && freeze.from <= confirmed_at ? 'late_by_pause' : 'after_stop';
      return [{ row, at, what: `${alert_id} came ${at - confirmed_at} ms after the confirmation`, psid, sku }];
    });
  });
}

/** See above. */
export function stopUnconfirmed(evidence: Evidence): Violation[] {
  const doubtful = doubtfulReplies(evidence);
  return endings(evidence).flatMap((ending): Violation[] => {
    const { psid, sent_at, acked_at } = ending.what;
    if (acked_at === null || doubtful.has(psid) || confirmationOf(evidence.ledger, ending) >= 0) return [];
    const sku = ending.ends === 'one' ? ending.what.sku : null;
    return [{ row: 'stop_unconfirmed', at: sent_at, what: 'never confirmed', psid, sku }];
  });
}
