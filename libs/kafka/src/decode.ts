import { readJson, type Topic } from '@beckon/contracts';
import type { ChunkRecord, DeadReason, RawRecord } from './chunk.js';

/** What kafkajs hands over for one record. */
export interface FetchedMessage {
  readonly offset: string;
  readonly timestamp: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers?: Record<string, Buffer | string | (Buffer | string)[] | undefined>;
}

/** Kafka headers as text. */
export function headerText(headers: FetchedMessage['headers']): Record<string, string> {
  const text: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers ?? {})) {
    const last = Array.isArray(value) ? value.at(-1) : value;
    if (last !== undefined) text[name] = last.toString();
  }
  return text;
}

/** A record before its value is understood. */
export function toRecord(partition: number, message: FetchedMessage): ChunkRecord<never> {
  const headers = headerText(message.headers);
  const raw: RawRecord = { key: message.key, value: message.value, headers };
  return {
    partition,
    offset: BigInt(message.offset),
    timestamp: Number(message.timestamp),
    key: message.key === null ? null : message.key.toString(),
    value: null,
    headers,
    raw,
  };
}

/**
 * Understands a record of one of our topics: JSON in UTF-8, valid by the topic's schema. Text with a NUL character is
 * refused here, because Postgres cannot hold it and one such record would stop its whole chunk.
 */
export function decodeValue<V>(topic: Topic<V>, record: ChunkRecord<never>): ChunkRecord<V> | DeadReason {
  const bytes = record.raw.value;
  if (bytes === null) {
    if (topic.tombstones) return record;
    return { code: 'no_value', field: 'value', detail: `records of ${topic.name} must have a value` };
  }
  const json = readJson(bytes);
  if (!json.ok) return { code: 'not_json', field: 'value', detail: json.detail };
  if (bytes.includes('\\u0000')) return { code: 'nul_character', field: 'value', detail: 'text holds a NUL character' };
  const parsed = topic.schema.safeParse(json.value);
  if (parsed.success) return { ...record, value: parsed.data };
  const issue = parsed.error.issues[0];
  return { code: 'invalid', field: issue?.path.join('.') || 'value', detail: issue?.message ?? 'not valid' };
}

/** Whether the decoder answered a reason instead of a record. */
export const isDead = <V>(r: ChunkRecord<V> | DeadReason): r is DeadReason => 'code' in r;
