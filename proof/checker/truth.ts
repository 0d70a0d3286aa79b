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
  /** How many openings can have been true at some instant from `from` to `to` (ms). */
  openings(from: number, to: number): number;
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
    openings: (first, last) => spans.filter((s) => s.from <= last && s.to >= first).length,
    possibleIn: (first, last) => (lastPossible(last) ?? -Infinity) >= first,
    lastPossible,
    lastsSince,
    firstNews: events.find((e) => !e.snapshot)?.sent_at,
  };
}

/** What is asked about: a SKU and kind of a shop; of a price, from `limit` (minor units) down, or (null) any lower one. */
export interface Question {
  readonly shop: string;
  readonly sku: string;
  readonly kind: Kind;
  readonly limit: number | null;
}

/** The truth about every question. An unknown SKU was never there. */
export function truths({ inputs }: Evidence): (question: Question) => Truth {
  const keyOf = (e: Omit<Question, 'limit'>): string => `${e.shop} ${e.kind} ${e.sku}`;
  const events = groupBy(inputs.offers, keyOf);
  const known = new Map<string, Truth>();
  return (question) => {
    const key = `${keyOf(question)} ${question.limit}`;
    const truth = known.get(key) ?? truthOf(openFrom(events.get(keyOf(question)) ?? [], question.limit));
    known.set(key, truth);
    return truth;
  };
}

/** The events as they are for whoever waits for a price of at most `limit`. */
const openFrom = (events: readonly OfferInput[], limit: number | null): readonly OfferInput[] =>
  limit === null ? events : events.map((e) => ({ ...e, open: e.price <= limit }));

/** From which price on somebody who was told at an instant had asked to be told: by their last tap before it. */
export function limits({
  inputs,
}: Evidence): (of: {
  readonly psid: string;
  readonly sku: string;
  readonly kind: Kind;
  readonly at: number;
}) => number | null {
  const taps = groupBy(
    inputs.taps.filter((t) => t.limit !== null),
    (t) => `${t.psid} ${t.kind} ${t.sku}`,
  );
  return ({ psid, sku, kind, at }) =>
    taps.get(`${psid} ${kind} ${sku}`)?.findLast((t) => t.sent_at <= at)?.limit ?? null;
}
