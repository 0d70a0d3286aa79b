/**
 * One assigned partition, from assignment to the end of the generation:
 *
 *   preparing → running ⇄ waiting (trouble that may pass; comes back by itself)
 *                  └────→ stopped (a hole in the log, or only unusable records: needs a person)
 *
 * `position` is the offset of the next record to handle, as Postgres has it. Nothing is handled in any other order.
 */
export interface PartitionState {
  readonly partition: number;
  status: 'preparing' | 'running' | 'waiting' | 'stopped';
  /** Why it is stopped, in words for the person on call. */
  fault: string | undefined;
  position: bigint;
  /**
   * Where the fetch goes on: `position`, or further where only markers of transactions or aborted records lie between.
   * kafkajs passes over those without telling the handler.
   */
  readTo: bigint;
  /** The record before `position` as remembered; checked once when it comes by, then undefined. */
  verify: { timestamp: number; checksum: number } | undefined;
  /** The last record handled in this generation or before it; undefined before the first. */
  last: { timestamp: number; checksum: number } | undefined;
  /** When the log was seen to be the one that is remembered, monotonic milliseconds. */
  verifiedAt: number;
  /** Time of the last record handled or found, milliseconds; 0 before the first. */
  lastTimestamp: number;
  /** Everything before it is committed *and* its emits are acknowledged; with the time of the last such record. */
  settledPosition: bigint;
  settledTimestamp: number;
  /** The position that Kafka was told last. */
  toldPosition: bigint;
  /** Outbox rows whose records were acknowledged and that the next transaction may delete. */
  emitted: number[];
  /** Unusable records in a row. */
  badInARow: number;
  /** Failed tries of the chunk at `position`. */
  failures: number;
  /** When `position` moved last, monotonic milliseconds: for the watchdog. */
  advancedAt: number;
  /** Next offset of the log as the last fetch told. */
  highWatermark: bigint;
}

/** A partition just assigned. */
export function assigned(partition: number, now: number): PartitionState {
  return {
    partition,
    status: 'preparing',
    fault: undefined,
    position: 0n,
    readTo: 0n,
    verify: undefined,
    last: undefined,
    verifiedAt: now,
    lastTimestamp: 0,
    settledPosition: 0n,
    settledTimestamp: 0,
    toldPosition: -1n,
    emitted: [],
    badInARow: 0,
    failures: 0,
    advancedAt: now,
    highWatermark: 0n,
  };
}

/**
 * Whether to look back before a batch that comes `now` (monotonic milliseconds) is believed to follow the last one: after a
 * silence the log may be another one, deleted and filled anew between two fetches, and nothing in a fetch tells. While
 * records flow there is no time for that.
 */
export const mustLookBack = (
  state: Pick<PartitionState, 'advancedAt' | 'verifiedAt' | 'last' | 'verify'>,
  now: number,
  silenceMs: number,
): boolean =>
  state.verify === undefined &&
  state.last !== undefined &&
  now - Math.max(state.advancedAt, state.verifiedAt) > silenceMs;

/** Milliseconds to wait before the n-th retry of a chunk: 100 ms, doubled each time, 5 s at most. */
export const retryDelay = (failures: number): number => Math.min(5000, 100 * 2 ** Math.min(failures - 1, 6));

/** What the log looks like at assignment. */
export interface LogEnds {
  readonly low: bigint;
  readonly high: bigint;
}

/**
 * Where to begin, or which hole is seen: records that should be there and are not (kafka-ledger-caps: trap 5). A
 * group that never handled the partition begins at the first record, never at the end.
 */
export function startAt(
  cursor: { nextOffset: bigint } | undefined,
  log: LogEnds,
): { readonly position: bigint } | { readonly hole: string } {
  if (cursor === undefined) return { position: log.low };
  const { nextOffset } = cursor;
  if (nextOffset > log.high)
    return {
      hole: `offset ${nextOffset} comes next, but the log ends at ${log.high}: the topic was re-created or cut`,
    };
  if (nextOffset < log.low)
    return { hole: `offset ${nextOffset} comes next, but the log begins at ${log.low}: records were deleted unread` };
  return { position: nextOffset };
}
