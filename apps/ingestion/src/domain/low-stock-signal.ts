/**
 * Low stock: open while few are left, from the moment at which the units fell to the shop's line from above it. A
 * restock of two is a return, not "only two left". A snapshot may weaken or close a signal, never open or strengthen it.
 */
import type { OfferRules, OfferState } from './offer-state.js';
import type { SignalChange, StockEvent } from './stock-signal.js';

const nothing: SignalChange = { ops: [] };

/** Whether few are left of what can be bought; of what is not counted nobody knows. */
export const isLow = ({ units, published }: Pick<OfferState, 'units' | 'published'>, rules: OfferRules): boolean =>
  published && units !== null && units >= rules.min_stock && units <= rules.low_stock;

/** `before` is the state without the update, `after` with it. */
export function decideLowStock(
  before: OfferState,
  after: OfferState,
  update: StockEvent,
  rules: OfferRules,
): SignalChange {
  const signal = before.lowSignal;
  if (!isLow(after, rules)) return signal ? { ops: ['closed'] } : nothing;
  if (signal) {
    const fewer = after.units !== null && signal.units !== null && after.units < signal.units;
    return after.units === signal.units || (update.snapshot && fewer) ? nothing : { ops: ['moved'] };
  }
  const many = (units: number | null): boolean => units === null || units > rules.low_stock;
  const fell = (update.comparable && many(before.units)) || (update.previous !== undefined && many(update.previous));
  if (!fell) return nothing;
  return update.snapshot ? { ops: [], silenced: 'snapshot' } : { ops: ['opened'] };
}
