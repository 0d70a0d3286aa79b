import { deadLetters } from '@beckon/contracts';
import type { ChunkRecord, DeadReason } from './chunk.js';
import type { OutgoingRecord } from './coalescing-producer.js';
import type { KafkaClient } from './kafka-client.js';

/** The header that sends a replayed record to one service only; others pass over it. */
export const REPLAY_FOR = 'beckon-replay-for';

/**
 * The dead letter of a record: original key, bytes and headers, and `dl_*` headers that say why, where from and when.
 * `seal` hides the bytes of topics that carry personal identifiers (the header `dl_sealed` says so).
 */
export function toDeadLetter(
  client: KafkaClient,
  /** The topic it lay in, name on the cluster. */
  topic: string,
  record: ChunkRecord<unknown>,
  reason: DeadReason,
  seal?: (bytes: Buffer) => string,
): OutgoingRecord {
  const { key, value, headers } = record.raw;
  return {
    topic: client.topic(deadLetters(client.options.service)),
    key: seal && key !== null ? seal(key) : key,
    value: seal && value !== null ? seal(value) : value,
    headers: {
      ...headers,
      dl_service: client.options.service,
      dl_reason: reason.code,
      ...(reason.field === undefined ? {} : { dl_field: reason.field }),
      dl_detail: reason.detail.slice(0, 500),
      dl_topic: topic,
      dl_partition: String(record.partition),
      dl_offset: record.offset.toString(),
      dl_timestamp: String(record.timestamp),
      dl_at: String(Date.now()),
      ...(seal ? { dl_sealed: 'true' } : {}),
    },
  };
}
