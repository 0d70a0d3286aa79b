import { parseJson } from './record-view.js';

/** A dead letter, read from its headers (contracts: dead-letters). */
export interface DeadLetter {
  /** `partition:offset` in the dead-letter topic: what `show` and `replay` take. */
  readonly id: string;
  readonly service: string;
  readonly reason: string;
  readonly field: string | null;
  /** What kind of value stood in that field; never the value. */
  readonly shape: string | null;
  readonly detail: string;
  /** Whose it is, where the headers or the value say so. */
  readonly shop: string | null;
  /** The shop's source that it came from; null for our own topics. */
  readonly source: string | null;
  /** Where the record was read: topic name on the cluster. */
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
  /** When the record was written, milliseconds since the epoch. */
  readonly written_at: number;
  /** When it was put aside, milliseconds since the epoch. */
  readonly at: number;
  readonly sealed: boolean;
  /** The record was too large to be kept whole: so many bytes. Here is its beginning. */
  readonly cut: number | null;
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

/** Header of the note, in a dead-letter topic, that names the dead letters which were replayed. */
export const REPLAYED = 'dl_replayed';

/** The dead letters that a note says were replayed; undefined when the record is no note but a dead letter. */
export const replayedIds = (record: Pick<Raw, 'headers'>): readonly string[] | undefined =>
  record.headers[REPLAYED]?.split(',');

/** Understands a record of `<service>.dead-letters`. */
export function toDeadLetter(service: string, record: Raw): DeadLetter {
  const h = record.headers;
  const own = Object.entries(h).filter(([name]) => !name.startsWith('dl_'));
  const sealed = h['dl_sealed'] === 'true';
  const [shop, source] = h['dl_source']?.split('/') ?? [sealed ? undefined : shopIn(record.value)];
  return {
    id: `${record.partition}:${record.offset}`,
    service,
    reason: h['dl_reason'] ?? 'unknown',
    field: h['dl_field'] ?? null,
    shape: h['dl_shape'] ?? null,
    detail: h['dl_detail'] ?? '',
    shop: shop ?? null,
    source: source ?? null,
    topic: h['dl_topic'] ?? '',
    partition: Number(h['dl_partition'] ?? -1),
    offset: BigInt(h['dl_offset'] ?? -1),
    written_at: Number(h['dl_timestamp'] ?? record.timestamp),
    at: Number(h['dl_at'] ?? record.timestamp),
    sealed,
    cut: h['dl_cut'] === undefined ? null : Number(h['dl_cut']),
    key: record.key,
    value: record.value,
    headers: Object.fromEntries(own),
  };
}

/** Records of our own topics name their shop. */
function shopIn(value: Buffer | null): string | undefined {
  const read = value === null ? undefined : parseJson(value);
  if (typeof read !== 'object' || read === null || !Object.hasOwn(read, 'shop')) return undefined;
  const { shop } = read as { shop: unknown };
  return typeof shop === 'string' ? shop : undefined;
}

/** Which dead letters are meant; what is not given does not count. */
export interface Choice {
  readonly shop?: string;
  readonly source?: string;
  readonly reason?: string;
  /** Put aside at or after, milliseconds since the epoch. */
  readonly since?: number;
}

/** Whether a dead letter is among those meant. */
export const isChosen = (l: DeadLetter, c: Choice): boolean =>
  (c.shop === undefined || l.shop === c.shop) &&
  (c.source === undefined || l.source === c.source) &&
  (c.reason === undefined || l.reason === c.reason) &&
  (c.since === undefined || l.at >= c.since);

/** Dead letters of one service and source with one reason at one field. */
export interface DeadLetterGroup {
  readonly service: string;
  readonly shop: string | null;
  readonly source: string | null;
  readonly reason: string;
  readonly field: string | null;
  readonly topic: string;
  readonly count: number;
  readonly first_at: number;
  readonly last_at: number;
  /** The newest one, to look at. */
  readonly newest: string;
  readonly shape: string | null;
  readonly detail: string;
}

/** Counts dead letters by service, source, reason, field and topic, keeping none of them. */
export class DeadLetterGroups {
  private readonly groups = new Map<string, DeadLetterGroup>();

  add(l: DeadLetter): void {
    const { service, shop, source, reason, field, topic, shape, detail, at } = l;
    const key = JSON.stringify([service, shop, source, reason, field, topic]);
    const before = this.groups.get(key);
    const newer = before === undefined || at >= before.last_at;
    this.groups.set(key, {
      ...{ service, shop, source, reason, field, topic },
      count: (before?.count ?? 0) + 1,
      first_at: Math.min(at, before?.first_at ?? at),
      last_at: Math.max(at, before?.last_at ?? at),
      ...(newer
        ? { newest: l.id, shape, detail }
        : { newest: before.newest, shape: before.shape, detail: before.detail }),
    });
  }

  /** The largest group first. */
  all(): DeadLetterGroup[] {
    return [...this.groups.values()].sort((a, b) => b.count - a.count || (a.service < b.service ? -1 : 1));
  }
}

/** Whether a dead letter may be appended to its topic again. */
export type ReplayVerdict = { readonly replay: true } | { readonly replay: false; readonly why: string };

/**
 * A record of a compacted topic is replayed only while it is still its key's last one: appended behind a newer record
 * it would become the key's last word, and a later reader would learn an old state (docs/decisions: replaying dead
 * letters).
 */
export function mayReplay(
  letter: Pick<DeadLetter, 'topic' | 'partition' | 'offset' | 'cut'>,
  compacted: boolean,
  last: { readonly partition: number; readonly offset: bigint } | undefined,
): ReplayVerdict {
  if (letter.topic === '') return { replay: false, why: 'its headers do not say which topic it came from' };
  if (letter.cut !== null)
    return {
      replay: false,
      why: `only its beginning was kept; all ${letter.cut} bytes are at ${letter.topic} ${letter.partition}:${letter.offset}`,
    };
  if (!compacted) return { replay: true };
  if (last && last.partition === letter.partition && last.offset === letter.offset) return { replay: true };
  return {
    replay: false,
    why: `${letter.topic} is compacted and holds something newer for this key: replaying would bring the old state back`,
  };
}
