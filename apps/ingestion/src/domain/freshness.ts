/** Where a source partition stands at the moment it is looked at. */
export interface PartitionReach {
  /** Everything before this offset is folded, committed and emitted. */
  readonly settledPosition: bigint;
  /** Time of the last such record, milliseconds; 0 before the first. */
  readonly settledTimestamp: number;
  /** Where the log ended at `sampledAt` (milliseconds). */
  readonly end: bigint;
  readonly sampledAt: number;
}

/**
 * The latest instant such that everything the platform wrote before it is told to the readers of signals; undefined
 * when nothing can be said. At the end of the log that is the moment at which the end was looked up, not the time of
 * the last record: a quiet source is fresh, not old.
 */
export function freshAt(reach: PartitionReach): number | undefined {
  if (reach.settledPosition >= reach.end) return reach.sampledAt;
  return reach.settledTimestamp > 0 ? reach.settledTimestamp : undefined;
}
