/**
 * **lost**: a request that was certainly made, was not stopped, and is about something that opened and stayed true to
 * the end of the run, and that no accepted message answers. It is excused if the sandbox's own log shows a call for
 * it, since that last opening, that left the sender in doubt without taking the message; or if the message was in
 * flight when its own sender was killed or frozen. Both end as `outcome_unknown`, which has a row of its own.
 *
 * Of a price, only requests made before the first news count: what a later one is measured from is not known here.
 */
import { alertIdIn, notTaken, subjectOf } from '../alerts.js';
import type { Evidence, Violation } from '../evidence.js';
import { struckInFlight } from '../in-flight.js';
import { storyOf, type Request } from '../requests.js';
import { truths } from '../truth.js';

/** Requests that must have been answered by the end. */
export function owed(evidence: Evidence): Request[] {
  const truth = truths(evidence);
  const shopOf = new Map(evidence.inputs.people.map((p) => [p.psid, p.shop]));
  return storyOf(evidence).requests.filter((request) => {
    const { lastsSince, firstNews } = truth(shopOf.get(request.psid) ?? '', request.sku, request.kind);
    const { tap, stopped_at } = request;
    if (tap.acked_at === null || stopped_at !== null || lastsSince === undefined) return false;
    return request.kind === 'back_in_stock' || firstNews === undefined || tap.acked_at < firstNews;
  });
}

/** See above. */
export function lost(evidence: Evidence): Violation[] {
  const truth = truths(evidence);
  const people = new Map(evidence.inputs.people.map((p) => [p.psid, p]));
  const doubts = new Map<string, number>();
  const doubt = (key: string, at: number): void => void doubts.set(key, Math.max(at, doubts.get(key) ?? 0));
  for (const { psid, metadata, text, at } of notTaken(evidence))
    if (alertIdIn(metadata) !== undefined) doubt(`${psid} ${subjectOf(text).sku}`, at);
  const psidOf = new Map(evidence.inputs.people.map((p) => [p.shopper_id, p.psid]));
  for (const { id, shopper_id, sku, claimed_at } of struckInFlight(evidence))
    if (id.startsWith('alr_')) doubt(`${psidOf.get(shopper_id)} ${sku}`, claimed_at);

  return owed(evidence).flatMap((request) => {
    const { psid, sku, kind, tap, told } = request;
    if (told) return [];
    const since = Math.max(tap.sent_at, truth(people.get(psid)?.shop ?? '', sku, kind).lastsSince ?? 0);
    if ((doubts.get(`${psid} ${sku}`) ?? 0) >= since) return [];
    return [{ row: 'lost', at: since, what: `asked at ${tap.sent_at}, true since ${since}, never told`, psid, sku }];
  });
}
