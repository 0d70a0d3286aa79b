/**
 * What the broker wrote down about consumer groups: every generation of every group lies in its own topic
 * `__consumer_offsets` (https://github.com/apache/kafka/blob/4.0/group-coordinator/src/main/resources/common/message/GroupMetadataValue.json).
 * So rebalances are counted by what happened, not by what was done to bring them about.
 */

export const GROUP_LOG = '__consumer_offsets';

/** A generation of a group, as it began; `members` 0: the last one left. */
export interface Generation {
  readonly group: string;
  readonly generation: number;
  readonly members: number;
  /** When the broker wrote it, milliseconds. */
  readonly at: number;
}

/** Key version of a group's metadata; 0 and 1 are committed offsets. */
const GROUP_METADATA_KEY = 2;
const NEWEST_VALUE = 3;

/** Reads one record of the topic. Undefined: not about a group's members. @throws RangeError for a form it does not know */
export function readGeneration(key: Buffer | null, value: Buffer | null, at: number): Generation | undefined {
  if (key === null || value === null || key.readInt16BE(0) !== GROUP_METADATA_KEY) return undefined;
  const group = new Reader(key, 2).text() ?? '';
  const version = value.readInt16BE(0);
  if (version > NEWEST_VALUE) throw new RangeError(`group metadata of version ${version}`);
  const body = new Reader(value, 2);
  body.text(); // protocol type
  const generation = body.int32();
  body.text(); // assignor
  body.text(); // leader
  if (version >= 2) body.skip(8); // since when it is so
  return { group, generation, members: body.int32(), at };
}

class Reader {
  constructor(
    private readonly bytes: Buffer,
    private at: number,
  ) {}

  int32(): number {
    this.at += 4;
    return this.bytes.readInt32BE(this.at - 4);
  }

  /** A string with its length before it; -1: null. */
  text(): string | null {
    const length = this.bytes.readInt16BE(this.at);
    this.at += 2;
    if (length < 0) return null;
    this.at += length;
    return this.bytes.toString('utf8', this.at - length, this.at);
  }

  skip(bytes: number): void {
    this.at += bytes;
  }
}

/** Rebalances: generations with members that began from `from` on, of the groups with this prefix. */
export const rebalancesIn = (log: readonly Generation[], prefix: string, from: number): Map<string, number> => {
  const seen = new Set<string>();
  const count = new Map<string, number>();
  for (const { group, generation, members, at } of log) {
    if (at < from || members === 0 || !group.startsWith(prefix) || seen.has(`${group} ${generation}`)) continue;
    seen.add(`${group} ${generation}`);
    count.set(group, (count.get(group) ?? 0) + 1);
  }
  return count;
};
