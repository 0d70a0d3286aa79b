/**
 * Price drop: open while the price stays where a fall has brought it. The line is the price from which falls are
 * measured; it stays while the price is under it, so many small falls add up to one that is worth telling.
 *
 * A price signal only ever falls in its life: a further fall moves it, any rise closes it, and if the price is still
 * far enough under the line a new signal opens at once. So an alert's `price_at_most`, once true, is true for as long
 * as its signal is open, and nobody who was told of 70 is sold 75.
 */
import type { Money } from '@beckon/contracts';
import type { OfferRules, OfferState } from './offer-state.js';
import type { SignalChange } from './stock-signal.js';

/** What the update does to the signal, and the line from now on (minor units). */
export interface PriceChange extends SignalChange {
  readonly line: number | null;
}

/** `before` is the state without the update, `after` with it; `previous` what the event itself says was before. */
export function decidePrice(
  before: OfferState,
  after: OfferState,
  update: { readonly previous?: Money; readonly snapshot: boolean },
  rules: OfferRules,
): PriceChange {
  if (after.price === null) return { ops: [], line: null };
  const { amount, currency } = after.price;
  const comparable = (money: Money | null | undefined): number | undefined =>
    money?.currency === currency ? money.amount : undefined;
  const own = comparable(before.price);
  const told = comparable(update.previous);
  const signal = before.priceSignal;
  const close: SignalChange['ops'] = signal ? ['closed'] : [];

  if (own === undefined && told === undefined)
    return { ops: close, line: amount, silenced: update.snapshot ? 'snapshot' : 'no_baseline' };
  const line = Math.max(own === undefined ? 0 : (before.line ?? own), told ?? 0);
  const fallen = amount < line && (line - amount) * 100 >= rules.min_drop_percent * line;
  const signalAmount = comparable(signal?.newPrice);

  if (update.snapshot) {
    const rose = signalAmount === undefined || amount > signalAmount;
    if (signal && !rose && after.published) return { ops: [], line };
    // Falls that a snapshot brought were never told, and are not told later as part of another fall.
    return { ops: close, line: amount, ...(fallen && !signal ? { silenced: 'snapshot' } : {}) };
  }
  const nextLine = amount >= line ? amount : line;
  if (!after.published) return { ops: close, line: nextLine };
  if (signal && signalAmount !== undefined && amount <= signalAmount)
    return { ops: amount < signalAmount ? ['moved'] : [], line: nextLine };
  if (signal) return { ops: fallen ? ['closed', 'opened'] : ['closed'], line: nextLine };
  const fell = (own !== undefined && amount < own) || (told !== undefined && amount < told);
  const shownAgain = after.published && !before.published;
  return { ops: fallen && (fell || shownAgain) ? ['opened'] : [], line: nextLine };
}
