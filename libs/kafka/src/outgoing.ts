import { randomUUID } from 'node:crypto';
import { binaryHeaders, type Topic } from '@beckon/contracts';
import { context, propagation } from '@opentelemetry/api';
import type { DataSource, EntityManager, QueryRunner } from 'typeorm';
import type { EmitOptions, EmittingTransaction } from './chunk.js';
import type { OutgoingRecord } from './coalescing-producer.js';

/** What is needed to turn an emit into a record. */
export interface EmitContext {
  readonly service: string;
  topic(topic: { readonly name: string }): string;
}

/** A value of one of our topics as a Kafka record: flat JSON, CloudEvents attributes and trace context as headers. */
export function toRecord<V>(
  ctx: EmitContext,
  topic: Topic<V>,
  key: string,
  value: V | null,
  options: EmitOptions = {},
): OutgoingRecord {
  const headers = binaryHeaders({
    id: options.id ?? randomUUID(),
    source: `beckon/${ctx.service}`,
    type: topic.type,
    time: options.time ?? Date.now(),
  });
  propagation.inject(context.active(), headers);
  return { topic: ctx.topic(topic), key, value: value === null ? null : JSON.stringify(value), headers };
}

/** A Postgres transaction that gathers emits; the store writes them to the outbox before the commit. */
export class GatheringTransaction implements EmittingTransaction {
  readonly outgoing: OutgoingRecord[] = [];
  readonly callbacks: (() => void)[] = [];
  readonly manager: EntityManager;

  constructor(
    private readonly runner: QueryRunner,
    private readonly ctx: EmitContext,
  ) {
    this.manager = runner.manager;
  }

  async query<R = Record<string, unknown>>(sql: string, parameters: readonly unknown[] = []): Promise<R[]> {
    const result = await this.runner.query(sql, [...parameters], true);
    return result.records as R[];
  }

  emit<V>(topic: Topic<V>, key: string, value: V | null, options?: EmitOptions): void {
    this.outgoing.push(toRecord(this.ctx, topic, key, value, options));
  }

  afterCommit(callback: () => void): void {
    this.callbacks.push(callback);
  }

  /** Writes what was emitted into the outbox, for whoever takes one of the lanes over; answers the row's id. */
  async writeOutbox(lanes: readonly string[]): Promise<number | undefined> {
    if (this.outgoing.length === 0) return undefined;
    const rows = await this.query<{ id: number }>('INSERT INTO outbox (lanes, records) VALUES ($1, $2) RETURNING id', [
      lanes,
      packRecords(this.outgoing),
    ]);
    return Number(rows[0]?.id);
  }
}

/** Runs work in one transaction on a connection of its own; commits, or rolls back and throws. */
export async function inTransaction<T>(dataSource: DataSource, work: (runner: QueryRunner) => Promise<T>): Promise<T> {
  const runner = dataSource.createQueryRunner();
  try {
    await runner.startTransaction();
    const result = await work(runner);
    await runner.commitTransaction();
    return result;
  } catch (error) {
    if (runner.isTransactionActive) await runner.rollbackTransaction().catch(() => undefined);
    throw error;
  } finally {
    await runner.release();
  }
}

type Packed = [
  topic: string,
  key: string | null | { b: string },
  value: string | null | { b: string },
  headers: Record<string, string | { b: string }>,
];

const pack = (v: string | Buffer | null): string | null | { b: string } =>
  Buffer.isBuffer(v) ? { b: v.toString('base64') } : v;
const unpack = (v: string | null | { b: string }): string | Buffer | null =>
  v !== null && typeof v === 'object' ? Buffer.from(v.b, 'base64') : v;

/** Records as the text of one outbox row; bytes survive unchanged. */
export function packRecords(records: readonly OutgoingRecord[]): string {
  return JSON.stringify(
    records.map((r): Packed => [
      r.topic,
      pack(r.key),
      pack(r.value),
      Object.fromEntries(Object.entries(r.headers).map(([k, v]) => [k, pack(v) as string | { b: string }])),
    ]),
  );
}

/** The records of an outbox row. */
export function unpackRecords(text: string): OutgoingRecord[] {
  return (JSON.parse(text) as Packed[]).map(([topic, key, value, headers]) => ({
    topic,
    key: unpack(key),
    value: unpack(value),
    headers: Object.fromEntries(Object.entries(headers).map(([k, v]) => [k, unpack(v) as string | Buffer])),
  }));
}
