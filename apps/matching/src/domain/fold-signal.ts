/**
 * What a record of `catalog.signals` makes of what matching knows of its key, and which subscriptions it is news for.
 * Pure. Records come in order of `seq`, maybe twice, and older ones may be missing (the topic is compacted), so a
 * `moved` of a signal never seen counts as its opening, and a record of another signal ends the one before.
 */
import type { Signal } from '@beckon/contracts';
import { extendReach, reachOf, type Reach, type ThresholdRange } from './threshold.js';

/** The last signal of one SKU and kind. */
export interface KnownSignal {
  /** The last record: op `closed` means that nothing is open. */
  readonly record: Signal;
  /** The best it ever was; undefined for kinds without a comparison. */
  readonly reach: Reach | undefined;
}

export interface SignalFold {
  readonly known: KnownSignal;
  /** Thresholds that are met for the first time: whoever asked for them is to be told. */
  readonly added: ThresholdRange | undefined;
  /** A signal that is over: nobody more is to be told of it. */
  readonly ended: string | undefined;
}

/** Folds one record; undefined when it is not newer than what is known. */
export function foldSignal(known: KnownSignal | undefined, record: Signal): SignalFold | undefined {
  if (known && record.seq <= known.record.seq) return undefined;
  const same = known !== undefined && known.record.signal_id === record.signal_id;
  const replaced = known !== undefined && !same && known.record.op !== 'closed' ? known.record.signal_id : undefined;
  if (record.op === 'closed')
    return { known: { record, reach: undefined }, added: undefined, ended: replaced ?? record.signal_id };
  const reach = reachOf(record);
  if (reach === undefined) return { known: { record, reach }, added: undefined, ended: replaced };
  // Whom an early access let in was told; when it lets in others, everybody who is in now is to be looked for.
  const others = same && letsInOthers(known.record.tiers, record.tiers);
  const extended = extendReach(same && !others ? known.reach : undefined, reach);
  return { known: { record, reach: extended.reach }, added: extended.added, ended: replaced };
}

const letsInOthers = (before: Signal['tiers'] | undefined, now: Signal['tiers']): boolean =>
  before != null && (now === null || now.some((tier) => !before.includes(tier)));
