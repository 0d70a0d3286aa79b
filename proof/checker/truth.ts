/** When what a shopper waits for was true, from the platform's events alone. */
import { groupBy } from './alerts.js';
import type { Evidence, Kind, OfferInput } from './evidence.js';

/** The story of one SKU and kind. */
export interface Truth {
  /** Whether it can have been true at some instant from `from` to `to` (ms). */
  possibleIn(from: number, to: number): boolean;
  /** The last instant up to `to` at which it can have been true; undefined: never. */
  lastPossible(to: number): number | undefined;
  /** When its last opening was sent, if it certainly lasts until the end and was news; else undefined. */
  readonly lastsSince: number | undefined;
  /** When anything but a baseline was first sent; undefined: never. */
  readonly firstNews: number | undefined;
}

interface Span {
  readonly from: number;
  readonly to: number;
}

/**
 * An event counts from some instant between its sending and its acknowledgement: true begins at the sending at the
 * earliest, and ends at the acknowledgement of the opposite at the latest (never, if nobody acknowledged it).
 */
function truthOf(events: readonly OfferInput[]): Truth {
  const spans: Span[] = [];
  let from: number | undefined;
  let lastsSince: number | undefined;
  for (const event of events) {
    if (event.open) {
      if (from === undefined) {
        from = event.sent_at;
        lastsSince = event.acked_at !== null && !event.snapshot ? event.sent_at : undefined;
      }
    } else {
      lastsSince = undefined;
      if (from !== undefined && event.acked_at !== null) {
        spans.push({ from, to: event.acked_at });
        from = undefined;
      }
    }
  }
  if (from !== undefined) spans.push({ from, to: Infinity });
  const lastPossible = (to: number): number | undefined => {
    const span = spans.findLast((s) => s.from <= to);
    return span && Math.min(span.to, to);
  };
  return {
    possibleIn: (first, last) => (lastPossible(last) ?? -Infinity) >= first,
    lastPossible,
    lastsSince,
    firstNews: events.find((e) => !e.snapshot)?.sent_at,
  };
}

/** The truth of every SKU and kind of every shop. An unknown one was never true. */
export function truths({ inputs }: Evidence): (shop: string, sku: string, kind: Kind) => Truth {
  const keyOf = (e: { shop: string; sku: string; kind: string }): string => `${e.shop} ${e.kind} ${e.sku}`;
  const known = new Map([...groupBy(inputs.offers, keyOf)].map(([key, events]) => [key, truthOf(events)]));
  const never = truthOf([]);
  return (shop, sku, kind) => known.get(keyOf({ shop, sku, kind })) ?? never;
}
