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
import { ceilingOf, rememberPrice, type PriceMemory } from './reference-price.js';
import type { SignalChange } from './stock-signal.js';

/** What the update does to the signal, and the line from now on (minor units). */
export interface PriceChange extends SignalChange {
  readonly line: number | null;
  /** Past prices, with the one that was replaced. */
  readonly prices: PriceMemory;
  /** What the fall is measured from, minor units. */
  readonly reference: number | null;
  /** Whether the price is worth telling after the update. */
  readonly holds: boolean;
}

/** Whether a price is so far under the reference that the shop wants it told; minor units. */
export const hasFallen = (amount: number, reference: number, rules: OfferRules): boolean =>
  amount < reference &&
  (reference - amount) * 100 >= rules.min_drop_percent * reference &&
  reference - amount >= rules.min_drop_amount;

/** `before` is the state without the update, `after` with it; `previous` what the event itself says was before. */
export function decidePrice(
  before: OfferState,
  after: OfferState,
  update: { readonly previous?: Money; readonly snapshot: boolean; readonly at: number },
  rules: OfferRules,
): PriceChange {
  const change = decide(before, after, update, rules);
  const { reference } = change;
  const fallen = after.price !== null && reference !== null && hasFallen(after.price.amount, reference, rules);
  return { ...change, holds: fallen && after.published };
}

function decide(
  before: OfferState,
  after: OfferState,
  update: { readonly previous?: Money; readonly snapshot: boolean; readonly at: number },
  rules: OfferRules,
): Omit<PriceChange, 'holds'> {
  if (after.price === null) return { ops: [], line: null, reference: null, prices: {} };
  const { amount, currency } = after.price;
  const comparable = (money: Money | null | undefined): number | undefined =>
    money?.currency === currency ? money.amount : undefined;
  const own = comparable(before.price);
  const told = comparable(update.previous);
  const signal = before.priceSignal;
  const close: SignalChange['ops'] = signal ? ['closed'] : [];

  const kept = before.price === null || own !== undefined ? before.prices : {};
  const prices = own === undefined || own === amount ? kept : rememberPrice(kept, own, rules, update.at);
  if (own === undefined && told === undefined)
    return {
      ops: close,
      line: amount,
      reference: amount,
      prices,
      silenced: update.snapshot ? 'snapshot' : 'no_baseline',
    };
  const line = Math.max(own === undefined ? 0 : (before.line ?? own), told ?? 0);
  const reference = Math.min(line, ceilingOf(prices, rules, update.at));
  const fallen = hasFallen(amount, reference, rules);
  const signalAmount = comparable(signal?.newPrice);

  if (update.snapshot) {
    const rose = signalAmount === undefined || amount > signalAmount;
    if (signal && !rose && after.published) return { ops: [], line, reference, prices };
    // Falls that a snapshot brought were never told, and are not told later as part of another fall.
    return {
      ops: close,
      line: amount,
      reference: amount,
      prices,
      ...(fallen && !signal ? { silenced: 'snapshot' } : {}),
    };
  }
  const nextLine = amount >= line ? amount : line;
  if (!after.published) return { ops: close, line: nextLine, reference, prices };
  if (signal && signalAmount !== undefined && amount <= signalAmount)
    return { ops: amount < signalAmount ? ['moved'] : [], line: nextLine, reference, prices };
  if (signal) return { ops: fallen ? ['closed', 'opened'] : ['closed'], line: nextLine, reference, prices };
  const fell = (own !== undefined && amount < own) || (told !== undefined && amount < told);
  const shownAgain = after.published && !before.published;
  return { ops: fallen && (fell || shownAgain) ? ['opened'] : [], line: nextLine, reference, prices };
}

/** What a fall of the price that is in force is measured from at `at`, minor units. */
export const referenceOf = ({ line, prices }: OfferState, rules: OfferRules, at: number): number | null =>
  line === null ? null : Math.min(line, ceilingOf(prices, rules, at));

/** Whether the price in force is still worth telling at `at`. */
export function stillFallen(state: OfferState, rules: OfferRules, at: number): boolean {
  const reference = referenceOf(state, rules, at);
  return state.price !== null && reference !== null && hasFallen(state.price.amount, reference, rules);
}
