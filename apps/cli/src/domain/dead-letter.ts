/** A dead letter, read from its headers (contracts: dead-letters). */
export interface DeadLetter {
  /** `partition:offset` in the dead-letter topic: what `show` and `replay` take. */
  readonly id: string;
  readonly service: string;
  readonly reason: string;
  readonly field: string | null;
  readonly detail: string;
  /** Where the record was read: topic name on the cluster. */
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
  /** When it was put aside, milliseconds since the epoch. */
  readonly at: number;
  readonly sealed: boolean;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  /** The record's own headers, without those that explain. */
  readonly headers: Readonly<Record<string, string>>;
}

interface Raw {
  readonly partition: number;
  readonly offset: bigint;
  readonly timestamp: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, string>>;
}

/** Understands a record of `<service>.dead-letters`. */
export function toDeadLetter(service: string, record: Raw): DeadLetter {
  const h = record.headers;
  const own = Object.entries(h).filter(([name]) => !name.startsWith('dl_'));
  return {
    id: `${record.partition}:${record.offset}`,
    service,
    reason: h['dl_reason'] ?? 'unknown',
    field: h['dl_field'] ?? null,
    detail: h['dl_detail'] ?? '',
    topic: h['dl_topic'] ?? '',
    partition: Number(h['dl_partition'] ?? -1),
    offset: BigInt(h['dl_offset'] ?? -1),
    at: Number(h['dl_at'] ?? record.timestamp),
    sealed: h['dl_sealed'] === 'true',
    key: record.key,
    value: record.value,
    headers: Object.fromEntries(own),
  };
}

/** Dead letters of one service with one reason. */
export interface DeadLetterGroup {
  readonly service: string;
  readonly reason: string;
  readonly topic: string;
  readonly count: number;
  readonly first_at: number;
  readonly last_at: number;
  /** The newest one, to look at. */
  readonly newest: string;
  readonly detail: string;
}

/** Groups by service, reason and topic; the largest group first. */
export function groupDeadLetters(letters: readonly DeadLetter[]): DeadLetterGroup[] {
  const groups = new Map<string, DeadLetter[]>();
  for (const letter of letters) {
    const key = JSON.stringify([letter.service, letter.reason, letter.topic]);
    groups.set(key, [...(groups.get(key) ?? []), letter]);
  }
  return [...groups.values()]
    .map((group) => {
      const sorted = [...group].sort((a, b) => a.at - b.at);
      const [first, last] = [sorted[0] as DeadLetter, sorted.at(-1) as DeadLetter];
      return {
        service: last.service,
        reason: last.reason,
        topic: last.topic,
        count: group.length,
        first_at: first.at,
        last_at: last.at,
        newest: last.id,
        detail: last.detail,
      };
    })
    .sort((a, b) => b.count - a.count || (a.service < b.service ? -1 : 1));
}

/** Whether a dead letter may be appended to its topic again. */
export type ReplayVerdict = { readonly replay: true } | { readonly replay: false; readonly why: string };

/**
 * A record of a compacted topic is replayed only while it is still its key's last one: appended behind a newer record
 * it would become the key's last word, and a later reader would learn an old state (docs/decisions: replaying dead
 * letters).
 */
export function mayReplay(
  letter: DeadLetter,
  compacted: boolean,
  last: { readonly partition: number; readonly offset: bigint } | undefined,
): ReplayVerdict {
  if (letter.topic === '') return { replay: false, why: 'its headers do not say which topic it came from' };
  if (!compacted) return { replay: true };
  if (last && last.partition === letter.partition && last.offset === letter.offset) return { replay: true };
  return {
    replay: false,
    why: `${letter.topic} is compacted and holds something newer for this key: replaying would bring the old state back`,
  };
}
