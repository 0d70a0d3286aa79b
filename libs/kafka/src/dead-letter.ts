import { deadLetters } from '@beckon/contracts';
import type { ChunkRecord, DeadReason, RawRecord } from './chunk.js';
import type { OutgoingRecord } from './coalescing-producer.js';
import type { KafkaClient } from './kafka-client.js';
import { shapeAt } from './value-shape.js';

/** The header that sends a replayed record to one service only; others pass over it. */
export const REPLAY_FOR = 'beckon-replay-for';
/** Header of a replayed record: the dead letter that it comes from, `<service>.dead-letters partition:offset`. */
export const REPLAY_OF = 'beckon-replay-of';
/** Header of a replayed record: the time that it first had in the log, milliseconds since the epoch. */
export const REPLAY_TIME = 'beckon-replay-time';

/**
 * When a record was written first, milliseconds since the epoch: a replayed one keeps the time that it had, else what
 * happened last week would be the latest news wherever nothing but the log's time tells events apart.
 */
export function firstWrittenAt(record: Pick<ChunkRecord<unknown>, 'headers' | 'timestamp'>): number {
  const replayed = record.headers[REPLAY_FOR] === undefined ? undefined : record.headers[REPLAY_TIME];
  return replayed !== undefined && /^\d{1,15}$/.test(replayed) ? Number(replayed) : record.timestamp;
}

/** The reason with what a sender could make as long as they like cut to what a log line can bear. */
export const shortReason = (reason: DeadReason): DeadReason => ({
  ...reason,
  ...(reason.field === undefined ? {} : { field: reason.field.slice(0, 200) }),
  detail: reason.detail.slice(0, 500),
});

export interface DeadLetterOptions {
  /** Hides the bytes of topics that carry personal identifiers (the header `dl_sealed` says so). */
  readonly seal?: ((bytes: Buffer) => string) | undefined;
  /** The shop's source that the topic is, `<shop>/<source>`; undefined for our own topics. */
  readonly source?: string | undefined;
}

/** Bytes that fit in one record of a topic as brokers have it by default (message.max.bytes 1048588), with our headers. */
const LARGEST = 1_000_000;
/** The same before sealing, which adds a third. */
const LARGEST_SEALED = 700_000;
/** What is kept of the value of a larger record. */
const KEPT = 65_536;

/**
 * The dead letter of a record: original key, bytes and headers, and `dl_*` headers that say why, where from and when. A
 * record too large for the topic (the shop's own topic may allow more) is cut, and `dl_cut` says how many bytes it had:
 * a dead letter that the broker refuses would stop its partition for good.
 */
export function toDeadLetter(
  client: KafkaClient,
  /** The topic it lay in, name on the cluster. */
  topic: string,
  record: ChunkRecord<unknown>,
  reason: DeadReason,
  { seal, source }: DeadLetterOptions = {},
): OutgoingRecord {
  const whole = sizeOf(record.raw);
  const tooLarge = whole > (seal ? LARGEST_SEALED : LARGEST);
  const { key, value, headers } = tooLarge ? cut(record.raw) : record.raw;
  return {
    topic: client.topic(deadLetters(client.options.service)),
    key: seal && key !== null ? seal(key) : key,
    value: seal && value !== null ? seal(value) : value,
    headers: {
      ...headers,
      dl_service: client.options.service,
      dl_reason: reason.code,
      ...(reason.field === undefined ? {} : { dl_field: reason.field, dl_shape: shapeAt(record.raw, reason.field) }),
      dl_detail: reason.detail,
      dl_topic: topic,
      ...(source === undefined ? {} : { dl_source: source }),
      dl_partition: String(record.partition),
      dl_offset: record.offset.toString(),
      dl_timestamp: String(firstWrittenAt(record)),
      dl_at: String(Date.now()),
      ...(seal ? { dl_sealed: 'true' } : {}),
      ...(tooLarge ? { dl_cut: String(whole) } : {}),
    },
  };
}

const sizeOf = ({ key, value, headers }: RawRecord): number =>
  (key?.length ?? 0) +
  (value?.length ?? 0) +
  Object.entries(headers).reduce((sum, [name, text]) => sum + Buffer.byteLength(name) + Buffer.byteLength(text), 0);

/** The beginning of everything. */
const cut = ({ key, value, headers }: RawRecord): RawRecord => ({
  key: key?.subarray(0, 1000) ?? null,
  value: value?.subarray(0, KEPT) ?? null,
  headers: Object.fromEntries(
    Object.entries(headers)
      .slice(0, 100)
      .map(([name, text]) => [name.slice(0, 200), text.slice(0, 1000)]),
  ),
});
