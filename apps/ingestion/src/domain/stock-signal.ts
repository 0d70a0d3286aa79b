/**
 * Back in stock: open while the SKU can be bought (published, and at least the shop's minimum of units), from the
 * moment it became so. A snapshot may weaken or close a signal, since what is no longer true must not be told, but it
 * never opens or strengthens one.
 */
import { knowsStock } from './location-stock.js';
import type { OfferRules, OfferState } from './offer-state.js';

/** What an update does to one signal. */
export interface SignalChange {
  readonly ops: readonly ('opened' | 'moved' | 'closed')[];
  /** Nobody is told, and why. */
  readonly silenced?: 'no_baseline' | 'snapshot' | 'cooling_down' | 'gone_briefly';
}

const nothing: SignalChange = { ops: [] };

/** An uncounted SKU has as many as anybody could want. */
const count = (units: number | null): number => units ?? Number.POSITIVE_INFINITY;

/** Whether a SKU can be bought. What the shop does not count is there, unless the shop would rather not tell of it. */
export const isAvailable = (
  { units, published }: Pick<OfferState, 'units' | 'published'>,
  rules: OfferRules,
): boolean => published && (units === null ? rules.untracked === 'in_stock' : units >= rules.min_stock);

/** What an event says of the time before it, and whether what was known before can be compared with it. */
export interface StockEvent {
  readonly previous?: number | null;
  readonly comparable: boolean;
  readonly snapshot: boolean;
  /** Time of the event, milliseconds since the epoch. */
  readonly at: number;
}

/** `before` is the state without the update, `after` with it. */
export function decideStock(
  before: OfferState,
  after: OfferState,
  update: StockEvent,
  rules: OfferRules,
): SignalChange {
  if (!knowsStock(after)) return nothing;
  const available = (units: number | null, published: boolean): boolean => isAvailable({ units, published }, rules);
  const signal = before.stockSignal;
  const firstSight = !update.comparable;
  const silent = update.snapshot ? 'snapshot' : 'no_baseline';
  if (!available(after.units, after.published)) {
    if (signal) return { ops: ['closed'] };
    return !knowsStock(before) && update.previous === undefined ? { ops: [], silenced: silent } : nothing;
  }
  if (signal) {
    const stronger = count(after.units) > count(signal.units);
    return after.units === signal.units || (update.snapshot && stronger) ? nothing : { ops: ['moved'] };
  }
  // The source may have had a zero of which we never heard: what it says of itself counts as much as what we saw.
  const wasGone =
    (!firstSight && !available(before.units, before.published)) ||
    (update.previous !== undefined && !available(update.previous, true));
  const brief = before.goneSince !== null && update.at - before.goneSince < rules.min_out_of_stock;
  if (wasGone && brief) return { ops: [], silenced: update.snapshot ? 'snapshot' : 'gone_briefly' };
  if (wasGone) return update.snapshot ? { ops: [], silenced: 'snapshot' } : { ops: ['opened'] };
  const stood = knowsStock(before) && available(before.units, before.published);
  return firstSight && update.previous === undefined && !stood ? { ops: [], silenced: silent } : nothing;
}
