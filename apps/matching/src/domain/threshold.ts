/**
 * Every condition is one whole number on one scale, so that "who wanted this?" is a range in an index:
 *
 * - `units_at_least 3` has the threshold 3 and is met by every signal of at least 3 units;
 * - `price_at_most 7999 EUR` has the threshold 7999 on the scale EUR and is met by every price of at most 7999 EUR;
 * - `units_between 1 and 3` has the threshold 3 and is met by every low-stock signal of at most 3 units;
 * - `topic_open` has nothing to compare, so it stands on a scale of its own, at 0, and is met by every signal of a topic.
 *
 * A signal has a *reach*: the best it ever was in its life (most units, lowest price). A subscription has met a signal
 * when the reach met its threshold. Whether it is still true now is not asked here: throttling asks that at the
 * moment an alert leaves, and lets it wait while it is not.
 */
import type { Condition, Signal } from '@beckon/contracts';

/** Above every threshold. */
export const NO_LIMIT = Number.MAX_SAFE_INTEGER;

/** Scale of conditions on units; conditions on prices have their currency's code. */
export const UNITS = '';

/** Scale of conditions that compare nothing. */
export const TOPIC = 'topic';

/** Where a condition stands. */
export interface Threshold {
  readonly scale: string;
  readonly value: number;
}

export function thresholdOf(condition: Condition): Threshold {
  switch (condition.type) {
    case 'units_at_least':
      return { scale: UNITS, value: condition.units };
    case 'units_between':
      return { scale: UNITS, value: condition.at_most };
    case 'price_at_most':
      return { scale: condition.currency, value: condition.amount };
    case 'topic_open':
      return { scale: TOPIC, value: 0 };
  }
}

/** How far a signal reaches. `upTo`: thresholds at or below it are met; `from`: those at or above it. */
export interface Reach extends Threshold {
  readonly direction: 'upTo' | 'from';
}

/** The reach of one record by itself; undefined for a kind, or a record, that has nothing to compare with. */
export function reachOf(signal: Pick<Signal, 'kind' | 'units' | 'new_price'>): Reach | undefined {
  if (signal.kind === 'back_in_stock') return { scale: UNITS, value: signal.units ?? NO_LIMIT, direction: 'upTo' };
  if (signal.kind === 'low_stock' && signal.units !== null)
    return { scale: UNITS, value: signal.units, direction: 'from' };
  if (signal.kind === 'price_drop' && signal.new_price)
    return { scale: signal.new_price.currency, value: signal.new_price.amount, direction: 'from' };
  if (signal.kind === 'new_collection' || signal.kind === 'early_sale')
    return { scale: TOPIC, value: 0, direction: 'upTo' };
  return undefined;
}

/** Thresholds from `low` to `high`, both included. */
export interface ThresholdRange {
  readonly scale: string;
  readonly low: number;
  readonly high: number;
}

const whole = ({ scale, value, direction }: Reach): ThresholdRange =>
  direction === 'upTo' ? { scale, low: 0, high: value } : { scale, low: value, high: NO_LIMIT };

/**
 * What a record adds to what its signal had reached before (undefined: nothing, it just opened): the thresholds that
 * are met for the first time, and the reach from now on.
 */
export function extendReach(
  before: Reach | undefined,
  record: Reach,
): { readonly reach: Reach; readonly added: ThresholdRange | undefined } {
  if (before === undefined || before.scale !== record.scale) return { reach: record, added: whole(record) };
  const { scale, direction } = record;
  if (direction === 'upTo')
    return record.value > before.value
      ? { reach: record, added: { scale, low: before.value + 1, high: record.value } }
      : { reach: before, added: undefined };
  return record.value < before.value
    ? { reach: record, added: { scale, low: record.value, high: before.value - 1 } }
    : { reach: before, added: undefined };
}
