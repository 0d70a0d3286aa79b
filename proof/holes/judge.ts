/**
 * What a hole in a shop's topic led to: whether it was told before anything behind it was taken in, and whether anything was
 * taken in twice. Pure. Times are milliseconds since the epoch.
 */

/** A partition whose reader said that it stands still, and why. */
export interface Told {
  readonly topic: string;
  readonly partition: number;
  readonly at: number;
  readonly fault: string;
}

/** A record that came out: `key` of the offer it tells of, `id` of the state that it is. */
export interface Out {
  readonly key: string;
  readonly id: string;
  readonly at: number;
}

/** What is put into one partition on one side of the hole, by the offers that it tells of. */
export interface Side {
  readonly partition: number;
  readonly keys: readonly string[];
}

/** One hole and what was seen of it. */
export interface Hole {
  readonly name: string;
  readonly topic: string;
  /** When it was made. */
  readonly at: number;
  /** Partitions that now lack something that was not read. The others, and those of a hole that is none, must go on. */
  readonly holed: readonly number[];
  /** Put in, and read, before the hole; behind it (the first that is missing in between would be skipped). */
  readonly before: readonly Side[];
  readonly behind: readonly Side[];
  /** What the metric `beckon_kafka_stopped_partitions` came to at the end. */
  readonly stopped: number;
}

/** What is wrong, in words; empty: nothing. */
export function faultsOf(hole: Hole, told: readonly Told[], outs: readonly Out[]): string[] {
  const mine = told.filter((t) => t.topic === hole.topic && t.at >= hole.at);
  const states = new Map<string, Map<string, number>>();
  for (const { key, id, at } of outs) {
    const own = states.get(key) ?? new Map<string, number>();
    own.set(id, Math.min(at, own.get(id) ?? Infinity));
    states.set(key, own);
  }
  const faults: string[] = [];
  const count = (keys: readonly string[], is: (n: number) => boolean): number =>
    keys.filter((key) => is(states.get(key)?.size ?? 0)).length;

  for (const { partition, keys } of hole.before) {
    const lost = count(keys, (n) => n === 0);
    if (keys.length === 0) faults.push(`nothing lay in partition ${partition} before`);
    if (lost > 0) faults.push(`partition ${partition}: ${lost} records before the hole were not taken in`);
  }
  for (const { partition, keys } of hole.behind) {
    const taken = count(keys, (n) => n > 0);
    if (keys.length === 0) faults.push(`nothing lies in partition ${partition} behind it`);
    if (hole.holed.includes(partition)) {
      if (!mine.some((t) => t.partition === partition)) faults.push(`partition ${partition}: nobody was told`);
      if (taken > 0) faults.push(`partition ${partition}: ${taken} records behind the hole were taken in`);
    } else if (taken < keys.length)
      faults.push(`partition ${partition} has no hole, and ${keys.length - taken} of its records were not taken in`);
  }
  for (const { partition } of mine)
    if (!hole.holed.includes(partition)) faults.push(`partition ${partition} has no hole and stands still`);
  const twice = count(
    [...hole.before, ...hole.behind].flatMap(({ keys }) => keys),
    (n) => n > 1,
  );
  if (twice > 0) faults.push(`${twice} records were taken in twice`);
  if (hole.stopped !== hole.holed.length)
    faults.push(`the metric tells of ${hole.stopped} stopped partitions, ${hole.holed.length} have a hole`);
  return faults;
}

/** Judges all holes. */
export function judgeHoles(
  holes: readonly Hole[],
  wanted: number,
  told: readonly Told[],
  outs: readonly Out[],
): { lines: string[]; kept: boolean } {
  let kept = holes.length >= wanted && holes.length > 0;
  const lines = holes.flatMap((hole) => {
    const faults = faultsOf(hole, told, outs);
    if (faults.length > 0) kept = false;
    const first = told.filter((t) => t.topic === hole.topic && t.at >= hole.at).sort((a, b) => a.at - b.at)[0];
    const said = first
      ? `told after ${((first.at - hole.at) / 1000).toFixed(1)} s: ${first.fault}`
      : 'went on by itself';
    return [` ${faults.length > 0 ? '✗' : ' '} ${hole.name}: ${said}`, ...faults.map((fault) => `     ${fault}`)];
  });
  return {
    lines: [...lines, ...(holes.length < wanted ? [` ✗ only ${holes.length} of ${wanted} holes were made`] : [])],
    kept,
  };
}
