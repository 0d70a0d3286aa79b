/**
 * Rest after an alert: once a signal of a kind has opened, that kind of the SKU opens no other for the shop's cool-down,
 * however often it comes and goes. What came true meanwhile is owed: it opens when the rest is over, if it is still true
 * then. Times are those of the events, so a backlog that is read in one go is judged like one that came as it happened.
 */
import type { SignalChange } from './stock-signal.js';

/** Who told what is owed, and when: milliseconds since the epoch. */
export interface Owed {
  readonly source: string;
  readonly partition: number;
  readonly at: number;
}

/** A kind that rests until then. */
export interface Rest {
  readonly until: number;
  /** What came true meanwhile, and is still true as far as is known. */
  readonly owed?: Owed;
}

/** What becomes of a change: the change that is told, and the rest from now on. */
export interface Rested {
  readonly change: SignalChange;
  readonly rest: Rest | undefined;
}

/**
 * Holds an opening back while the kind rests, and makes up for it at the first event after that.
 *
 * @param holds whether what the signal would say is true after the event
 * @param snapshot snapshots open nothing, so nothing that is owed either
 * @param coolDown milliseconds; 0: no rest
 */
export function takeRest(
  change: SignalChange,
  rest: Rest | undefined,
  event: Owed & { readonly holds: boolean; readonly snapshot: boolean },
  coolDown: number,
): Rested {
  const { source, partition, at, holds, snapshot } = event;
  const resting = rest !== undefined && at < rest.until;
  const opens = change.ops.includes('opened');
  if (opens && resting) {
    const ops = change.ops.filter((op) => op !== 'opened');
    return { change: { ops, silenced: 'cooling_down' }, rest: { until: rest.until, owed: { source, partition, at } } };
  }
  if (opens) return { change, rest: coolDown > 0 ? { until: at + coolDown } : undefined };
  if (rest?.owed === undefined) return { change, rest };
  if (!holds) return { change, rest: { until: rest.until } };
  if (resting || snapshot) return { change, rest };
  return { change: { ops: [...change.ops, 'opened'] }, rest: coolDown > 0 ? { until: at + coolDown } : undefined };
}

/** When to look again, milliseconds since the epoch; null: nothing is owed. */
export function recheckAt(rests: Readonly<Partial<Record<string, Rest>>>): number | null {
  const due = Object.values(rests).flatMap((rest) => (rest?.owed ? [rest.until] : []));
  return due.length > 0 ? Math.min(...due) : null;
}
