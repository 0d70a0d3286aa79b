/**
 * The requests of shoppers as a story: a tap makes one, a message uses it up (one that is told at every opening: the
 * opening), a STOP, "stop this one" or a deletion ends it. Per person, SKU and kind at most one is open: a tap while one is
 * open is the same request.
 */
import { alertsOf, groupBy, type Alert } from './alerts.js';
import type { Evidence, Kind, Tap } from './evidence.js';
import { truths } from './truth.js';

/** One request and what became of it. */
export interface Request {
  readonly psid: string;
  readonly sku: string;
  readonly kind: Kind;
  /** The tap that opened it. */
  readonly tap: Tap;
  /** The last message that answered it, and how many did. */
  told: Alert | null;
  times: number;
  /** When what ended it was sent. A message may answer it until that is confirmed. */
  stopped_at: number | null;
}

/** All requests, and the alerts that answered none: with `asked` false nobody had ever asked. */
export interface Story {
  readonly requests: readonly Request[];
  readonly unmatched: readonly { readonly alert: Alert; readonly asked: boolean }[];
}

type Event =
  | { readonly at: number; readonly order: 0; readonly tap: Tap }
  | { readonly at: number; readonly order: 1; readonly alert: Alert }
  | { readonly at: number; readonly order: 2; readonly stop: true };

const keyOf = (psid: string, sku: string | null, kind: string | null): string => `${psid} ${kind} ${sku}`;

/** Puts taps, STOPs and accepted alerts together. */
export function storyOf(evidence: Evidence): Story {
  const { inputs, ledger } = evidence;
  const truth = truths(evidence);
  const shopOf = new Map(inputs.people.map((p) => [p.psid, p.shop]));
  const openings = ({ psid, sku, kind, limit, sent_at }: Tap, until: number): number =>
    truth({ shop: shopOf.get(psid) ?? '', sku, kind, limit }).openings(sent_at, until);
  const taps = groupBy(inputs.taps, (t) => keyOf(t.psid, t.sku, t.kind));
  const alerts = groupBy(alertsOf(ledger), (a) => keyOf(a.psid, a.sku, a.kind));
  const stops = groupBy(inputs.stops, (s) => s.psid);
  const ended = groupBy(inputs.end_ones, (e) => keyOf(e.psid, e.sku, e.kind));
  const requests: Request[] = [];
  const unmatched: { alert: Alert; asked: boolean }[] = [];
  for (const key of new Set([...taps.keys(), ...alerts.keys()])) {
    const psid = key.slice(0, key.indexOf(' '));
    const events: Event[] = [
      ...(taps.get(key) ?? []).map((tap): Event => ({ at: tap.sent_at, order: 0, tap })),
      ...(alerts.get(key) ?? []).map((alert): Event => ({ at: alert.accepted_at, order: 1, alert })),
      ...[...(stops.get(psid) ?? []), ...(ended.get(key) ?? [])].map((s): Event => ({
        at: s.sent_at,
        order: 2,
        stop: true,
      })),
    ];
    events.sort((a, b) => a.at - b.at || a.order - b.order);
    tell(events, openings, requests, unmatched);
  }
  return { requests, unmatched };
}

function tell(
  events: readonly Event[],
  openings: (tap: Tap, until: number) => number,
  requests: Request[],
  unmatched: { alert: Alert; asked: boolean }[],
): void {
  let open: Request | undefined;
  let asked = false;
  for (const event of events) {
    if ('tap' in event) {
      asked = true;
      if (open && open.stopped_at === null) continue;
      const { tap } = event;
      open = { psid: tap.psid, sku: tap.sku, kind: tap.kind, tap, told: null, times: 0, stopped_at: null };
      requests.push(open);
    } else if ('alert' in event) {
      const { alert } = event;
      if (open && (!open.tap.recurring || open.times < openings(open.tap, alert.accepted_at))) {
        open.told = alert;
        open.times += 1;
        if (!open.tap.recurring) open = undefined;
      } else unmatched.push({ alert, asked });
    } else if (open) {
      open.stopped_at ??= event.at;
    }
  }
}
