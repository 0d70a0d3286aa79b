/**
 * What a price must be under to be a drop, by the shop's choice: the price before it began to fall; or that, but nothing
 * dearer than what shoppers were told last; or nothing dearer than it was at any time in the last 30 days (the rule of
 * the EU's directive 98/6/EC, article 6a, for announcing a reduction).
 */
import type { OfferRules } from './offer-state.js';

/** How far back prices count, milliseconds. */
const MEMORY_MS = 30 * 86_400_000;
/** Each entry is lower than all after it, so that many are rare; the oldest of more are let go. */
const MOST_LOWS = 100;

/** Minor units, and the last time at which it was the price: milliseconds since the epoch. */
export type PastPrice = readonly [amount: number, at: number];

/** What is remembered of past prices, all of one currency. */
export interface PriceMemory {
  /** The price that shoppers were told last. */
  readonly told?: PastPrice;
  /** Prices that were in force, from the lowest on; kept only for the shops that compare with them. */
  readonly lows?: readonly PastPrice[];
}

/** The highest price that counts at `at`, minor units; infinite: the rule says nothing. */
export function ceilingOf(memory: PriceMemory, rules: OfferRules, at: number): number {
  const counts = (past: PastPrice): boolean => past[1] >= at - MEMORY_MS;
  if (rules.reference_price === 'last_alerted')
    return memory.told && counts(memory.told) ? memory.told[0] : Number.POSITIVE_INFINITY;
  if (rules.reference_price === 'lowest_30d')
    return Math.min(...(memory.lows ?? []).filter(counts).map(([amount]) => amount));
  return Number.POSITIVE_INFINITY;
}

/** The memory once a price (minor units) has been replaced at `at`. */
export function rememberPrice(memory: PriceMemory, replaced: number, rules: OfferRules, at: number): PriceMemory {
  const { lows = [], ...rest } = memory;
  if (rules.reference_price !== 'lowest_30d') return rest;
  const lower = lows.filter(([amount, until]) => amount < replaced && until >= at - MEMORY_MS);
  return { ...rest, lows: [...lower, [replaced, at] as const].slice(-MOST_LOWS) };
}
