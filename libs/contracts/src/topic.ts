import type { z } from 'zod';

/** How Kafka keeps a topic: `compact` holds the last value of each key, `delete` drops records after `retentionMs`. */
export type TopicRetention =
  { readonly policy: 'compact' } | { readonly policy: 'delete'; readonly retentionMs: number };

/**
 * One topic of Beckon: its name (without the configured prefix), what decides order (the key), the shape of a value,
 * and how it is kept. Types, JSON Schemas, the AsyncAPI document and the data dictionary all come from these objects.
 */
export interface Topic<V = unknown> {
  readonly name: string;
  /** What the record key is made of, for people: `shop:sku`. Records of one key stay in order. */
  readonly key: string;
  /** CloudEvents `type` of every record. */
  readonly type: string;
  /** One sentence for the data dictionary. */
  readonly purpose: string;
  /** The service that alone writes it. */
  readonly owner: string;
  readonly schema: z.ZodType<V>;
  readonly partitions: number;
  readonly retention: TopicRetention;
  /** Compacted topics only: whether a record without value (a tombstone) is expected. */
  readonly tombstones: boolean;
  /** A full, valid value; stored examples of older versions must stay readable. */
  readonly example: V;
}

/** The value type of a topic. */
export type ValueOf<T> = T extends Topic<infer V> ? V : never;

/** Days in milliseconds. */
export const days = (n: number): number => n * 86_400_000;

/** Declares a topic; twelve partitions unless said otherwise (12 divides by 2, 3, 4 and 6 consumers). */
export function defineTopic<V>(
  topic: Omit<Topic<V>, 'partitions' | 'tombstones' | 'type'> & { partitions?: number; tombstones?: boolean },
): Topic<V> {
  return { partitions: 12, tombstones: false, type: `beckon.${topic.name}.v1`, ...topic };
}

/** The name of a topic on the cluster: the configured prefix, then its own name. */
export const topicName = (prefix: string, topic: { readonly name: string }): string => `${prefix}${topic.name}`;
