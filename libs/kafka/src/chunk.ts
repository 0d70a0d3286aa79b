import type { Topic } from '@beckon/contracts';
import type { EntityManager } from 'typeorm';

/** A Kafka record as it lies in the log. */
export interface RawRecord {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  /** Header values as text; a header given twice keeps its last value. */
  readonly headers: Readonly<Record<string, string>>;
}

/** One record of a chunk, decoded. */
export interface ChunkRecord<V> {
  readonly partition: number;
  readonly offset: bigint;
  /** The record's time in the log, milliseconds since the epoch. */
  readonly timestamp: number;
  readonly key: string | null;
  /** The decoded value; null is a tombstone (or, for a topic that is not ours, always: read `raw`). */
  readonly value: V | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly raw: RawRecord;
}

/**
 * At most 500 records of one topic, handled in one Postgres transaction. Those of a partition (so all of one key) are in
 * the order of the log and without a gap; there may be several partitions.
 */
export interface Chunk<V> {
  /** Topic name on the cluster, with prefix. */
  readonly topic: string;
  readonly records: readonly ChunkRecord<V>[];
}

/** Why a record is put aside: a code for people to group by, the faulty field, and what to do about it. */
export interface DeadReason {
  readonly code: string;
  readonly field?: string;
  readonly detail: string;
}

/** Attributes of an emitted record that are not its value. */
export interface EmitOptions {
  /** CloudEvents id; equal ids are equal events. Default: a random UUID. */
  readonly id?: string;
  /** Time of the event in milliseconds; default now. */
  readonly time?: number;
}

/**
 * One Postgres transaction whose emits leave only after its commit, and then surely: they are written to the outbox
 * in the same transaction (design: §4.1).
 */
export interface EmittingTransaction {
  readonly manager: EntityManager;
  /** Runs SQL in the transaction; rows as objects, int8 as number. */
  query<R = Record<string, unknown>>(sql: string, parameters?: readonly unknown[]): Promise<R[]>;
  /** Appends a record to a topic after the commit. `null` writes a tombstone. */
  emit<V>(topic: Topic<V>, key: string, value: V | null, options?: EmitOptions): void;
  /** Called once after the commit, never after a rollback: to poke a loop. */
  afterCommit(callback: () => void): void;
}

/** The transaction of one chunk. */
export interface ChunkTransaction extends EmittingTransaction {
  /** Puts a record aside with its original bytes; the rest of the chunk goes on. */
  deadLetter(record: ChunkRecord<unknown>, reason: DeadReason): void;
}

/**
 * What a service writes: reads the chunk, decides with pure functions, writes tables and emits through `tx`.
 * It may run again for the same records after a crash or rebalance only if nothing of the first run was committed.
 * Whatever it throws rolls everything back: trouble that may pass pauses the partition and the chunk comes again.
 */
export type ChunkHandler<V> = (chunk: Chunk<V>, tx: ChunkTransaction) => Promise<void>;
