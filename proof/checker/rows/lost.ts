/**
 * **lost**: a request that was certainly made, was not stopped, and is about something that opened and stayed true to
 * the end of the run, and that no accepted message answers. It is excused if the sandbox's own log shows a call for
 * it, since that last opening, that left the sender in doubt without taking the message; or if the message was in
 * flight when its own sender was killed or frozen. Both end as `outcome_unknown`, which has a row of its own.
 *
 * Of any lower price, only requests made before the first news count: what a later one is measured from is not known
 * here. What is told at every opening must have been told at the last one.
 */
import { alertIdIn, notTaken, psids, subjectOf } from '../alerts.js';
import type { Evidence, Violation } from '../evidence.js';
import { struckInFlight } from '../in-flight.js';
import { storyOf, type Request } from '../requests.js';
import { truths, type Truth } from '../truth.js';

/** The truth about what each request asks for. */
function truthAbout(evidence: Evidence): (request: Request) => Truth {
  const truth = truths(evidence);
  const shopOf = new Map(evidence.inputs.people.map((p) => [p.psid, p.shop]));
  return ({ psid, sku, kind, tap }) => truth({ shop: shopOf.get(psid) ?? '', sku, kind, limit: tap.limit });
}

/** Requests that must have been answered by the end. */
export function owed(evidence: Evidence): Request[] {
  const about = truthAbout(evidence);
  return storyOf(evidence).requests.filter((request) => {
    const { lastsSince, firstNews } = about(request);
    const { tap, stopped_at } = request;
    if (tap.acked_at === null || stopped_at !== null || lastsSince === undefined) return false;
    if (tap.resumed && lastsSince <= tap.acked_at) return false;
    return (
      request.kind === 'back_in_stock' || tap.limit !== null || firstNews === undefined || tap.acked_at < firstNews
    );
  });
}

/** See above. */
export function lost(evidence: Evidence): Violation[] {
  const about = truthAbout(evidence);
  const doubts = new Map<string, number>();
  const doubt = (key: string, at: number): void => void doubts.set(key, Math.max(at, doubts.get(key) ?? 0));
  for (const { psid, metadata, text, at } of notTaken(evidence))
    if (alertIdIn(metadata) !== undefined) doubt(`${psid} ${subjectOf(text).sku}`, at);
  const psidOf = psids(evidence);
  for (const { id, shopper_id, sku, claimed_at } of struckInFlight(evidence))
    if (id.startsWith('alr_')) doubt(`${psidOf.get(shopper_id)} ${sku}`, claimed_at);

  return owed(evidence).flatMap((request) => {
    const { psid, sku, tap, told } = request;
    const since = Math.max(tap.sent_at, about(request).lastsSince ?? 0);
    if (told && (!tap.recurring || told.accepted_at >= since)) return [];
    if ((doubts.get(`${psid} ${sku}`) ?? 0) >= since) return [];
    return [{ row: 'lost', at: since, what: `asked at ${tap.sent_at}, true since ${since}, never told`, psid, sku }];
  });
}
