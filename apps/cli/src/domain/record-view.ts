/** A record of any topic in a form that people and programs can read. */
export interface RecordView {
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
  readonly key: string | null;
  readonly headers: Readonly<Record<string, string>>;
  /** The value where it is JSON; null for a tombstone. */
  readonly value?: unknown;
  /** The value where it is not JSON. */
  readonly value_base64?: string;
}

interface Readable {
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
  readonly timestamp: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, string>>;
}

/** Decodes what can be decoded and keeps the rest as bytes. */
export function viewRecord(record: Readable): RecordView {
  const { topic, partition, offset, timestamp, key, headers } = record;
  const about = { topic, partition, offset: offset.toString(), timestamp, key: key?.toString() ?? null, headers };
  if (record.value === null) return { ...about, value: null };
  const value = parseJson(record.value);
  return value === undefined ? { ...about, value_base64: record.value.toString('base64') } : { ...about, value };
}

/** The JSON in the bytes; undefined when they are not JSON in UTF-8. */
export function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as unknown;
  } catch {
    return undefined;
  }
}

/** `2026-11-23 02:43:36.123`, UTC. */
export const timeText = (ms: number): string => new Date(ms).toISOString().replace('T', ' ').replace('Z', '');
