/**
 * Exact sliding windows over what one shopper was sent: the pure twin of `lua/reserve.lua` and `lua/settle.lua`.
 * A test decides tens of thousands of random cases with both and finds no difference; change them together.
 *
 * The invariant: whoever is admitted has counted, in every window, all stamps inside it and *all* open reservations.
 * A reservation therefore never expires by itself; only an answer, or the row in Postgres, ends it.
 */
import type { Kind } from '@beckon/contracts';

/** What a window counts: all messages to the shopper, those of one kind, or those about one SKU. */
export type Scope = 'shopper' | 'shopper_kind' | 'shopper_sku';

/** At most `limit` messages in any `period` milliseconds. `reason` is what a person is told when it holds. */
export interface Window {
  readonly scope: Scope;
  readonly limit: number;
  readonly period: number;
  readonly reason: 'over_limit' | 'min_gap';
}

/** One message to a shopper: on its way (reserved) or accepted (stamped). */
export interface Entry {
  /** Tag of the alert, see `tags.ts`. */
  readonly alert: string;
  /** The admission that reserved it. */
  readonly no: number;
  readonly state: 'reserved' | 'stamped';
  /** Reserved: when. Stamped: when it was accepted, at the latest. Milliseconds since the epoch. */
  readonly at: number;
  readonly kind: number;
  readonly sku: number;
}

/** Who asks for a place. */
export interface Request {
  readonly alert: string;
  readonly no: number;
  readonly kind: number;
  readonly sku: number;
}

/**
 * `hold`: the windows open at `until` (ms) if nothing else changes. `blocked`: messages on their way fill a window, so
 * nobody knows when it opens; their answers will tell. `window` is the index of the window that decided.
 */
export type WindowVerdict =
  | { readonly verdict: 'allow' }
  | { readonly verdict: 'hold'; readonly until: number; readonly window: number }
  | { readonly verdict: 'blocked'; readonly window: number };

/** The same admission was reserved before: the first answer was lost on its way. */
const isRepeat = (entry: Entry, request: Request): boolean =>
  entry.alert === request.alert && entry.state === 'reserved' && entry.no === request.no;

/**
 * A place of the same alert that is given back in Postgres, not yet here: a reservation by this admission or an earlier
 * one; or the stamp of an earlier one, whose outcome was unknown and is known now (what was accepted is never admitted
 * again).
 */
const isSuperseded = (entry: Entry, request: Request): boolean =>
  entry.alert === request.alert && (entry.state === 'reserved' ? entry.no <= request.no : entry.no < request.no);

const counts = (window: Window, entry: Entry, request: Request): boolean =>
  window.scope === 'shopper' ||
  (window.scope === 'shopper_kind' ? entry.kind === request.kind : entry.sku === request.sku);

/** Whether the request fits into every window at `now`. */
export function decideWindows(
  entries: readonly Entry[],
  request: Request,
  windows: readonly Window[],
  now: number,
): WindowVerdict {
  let until = 0;
  let holding = -1;
  let blocking = -1;
  windows.forEach((window, index) => {
    const inside = entries.filter((e) => !isSuperseded(e, request) && counts(window, e, request));
    const stamps = inside
      .filter((e) => e.state === 'stamped' && e.at > now - window.period)
      .map((e) => e.at)
      .sort((a, b) => a - b);
    const open = inside.filter((e) => e.state === 'reserved').length;
    const mustLeave = stamps.length + open - window.limit + 1;
    if (mustLeave <= 0) return;
    const leaver = stamps[mustLeave - 1];
    if (leaver === undefined) {
      if (blocking < 0) blocking = index;
    } else if (leaver + window.period > until) {
      until = leaver + window.period;
      holding = index;
    }
  });
  // A known time goes before an unknown one: before it nothing can happen anyway.
  if (holding >= 0) return { verdict: 'hold', until, window: holding };
  return blocking >= 0 ? { verdict: 'blocked', window: blocking } : { verdict: 'allow' };
}

/**
 * Decides and, if allowed, takes the place. Stamps older than `horizon` ms, which no window can see, are dropped. A
 * repeat keeps its place, which counts as taken now: somebody is about to use it.
 */
export function reserve(
  entries: readonly Entry[],
  request: Request,
  windows: readonly Window[],
  now: number,
  horizon: number,
): { readonly verdict: WindowVerdict; readonly entries: readonly Entry[] } {
  if (entries.some((e) => isRepeat(e, request))) {
    return {
      verdict: { verdict: 'allow' },
      entries: entries.map((e) => (isRepeat(e, request) ? { ...e, at: now } : e)),
    };
  }
  const verdict = decideWindows(entries, request, windows, now);
  if (verdict.verdict !== 'allow') return { verdict, entries };
  const kept = entries.filter((e) => !isSuperseded(e, request) && isVisible(e, now, horizon));
  return { verdict, entries: [...kept, { ...request, state: 'reserved', at: now }] };
}

/** What became of an admission. */
export interface Answer extends Request {
  /** When the message counts from (ms); null gives the place back. */
  readonly stampedAt: number | null;
  /** Only a place taken at this time (ms) or before is given back; without it any. */
  readonly takenBy?: number;
}

/**
 * An answer arrived. With `stampedAt` the message counts from that time on, whatever was known before (an answer that
 * says *accepted* is always right). Without, the reservation is given back: only of this admission or an earlier one,
 * so that an answer told twice cannot free the place of the next admission; and the stamps of earlier ones. The stamp of
 * this very one goes with the next admission only, as answers may reach Redis out of order.
 */
export function settle(entries: readonly Entry[], answer: Answer, now: number, horizon: number): readonly Entry[] {
  const { stampedAt, takenBy = Infinity, ...request } = answer;
  if (stampedAt === null) {
    return entries.filter((e) => !(isSuperseded(e, request) && e.at <= takenBy) && isVisible(e, now, horizon));
  }
  const others = entries.filter((e) => e.alert !== request.alert && isVisible(e, now, horizon));
  return [...others, { ...request, state: 'stamped', at: stampedAt }];
}

/** Whether any window can still see the entry. */
export const isVisible = (entry: Entry, now: number, horizon: number): boolean =>
  entry.state === 'reserved' || entry.at > now - horizon;

/** A shop's limits as windows; the minimum gap is a window of one message. */
export function shopWindows(settings: {
  readonly limits: readonly { readonly scope: Scope; readonly limit: number; readonly period: number }[];
  readonly min_gap: number;
}): Window[] {
  const windows: Window[] = settings.limits.map((l) => ({
    scope: l.scope,
    limit: l.limit,
    period: l.period,
    reason: 'over_limit',
  }));
  if (settings.min_gap > 0) windows.push({ scope: 'shopper', limit: 1, period: settings.min_gap, reason: 'min_gap' });
  return windows;
}

const DAY = 86_400_000;

/** How far back stamps must be kept so that all these windows can be decided, in whole days: at least one. */
export const horizonFor = (windows: readonly Window[]): number =>
  Math.ceil(Math.max(DAY, ...windows.map((w) => w.period)) / DAY) * DAY;

/** A number for each kind, as kept in Redis: never renumber, only append. */
export const kindTag = (kind: Kind): number =>
  ({ back_in_stock: 1, price_drop: 2, low_stock: 3, new_collection: 4, early_sale: 5 })[kind];
