/** A service that is nothing but its Kafka side: one input topic, one output topic, one table of what was seen. */
import { defineTopic, deadLetters, type Topic } from '@beckon/contracts';
import {
  ChunkConsumer,
  Emitter,
  kafkaMigrations,
  type ChunkConsumerOptions,
  type ChunkHandler,
  type KafkaClient,
} from '@beckon/kafka';
import { z } from 'zod';
import type { DataSource, MigrationInterface, QueryRunner } from 'typeorm';
import { cleanUp, ownNames, testDatabase, testKafka, testLog } from './real-servers.js';

const Value = z.object({ n: z.int() });
export type Value = z.infer<typeof Value>;

const topic = (name: string): Topic<Value> =>
  defineTopic({
    name,
    key: 'n',
    purpose: 'test',
    owner: 'test',
    schema: Value,
    retention: { policy: 'delete', retentionMs: 86_400_000 },
    example: { n: 1 },
  });
export const input = topic('input');
export const output = topic('output');

class SeenTable1790000000009 implements MigrationInterface {
  readonly name = 'SeenTable1790000000009';
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE TABLE seen (position bigint, partition int, n int)');
  }
  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE seen');
  }
}

export interface ChunkBed {
  readonly client: KafkaClient;
  readonly dataSource: DataSource;
  readonly emitter: Emitter;
  consume(handler: ChunkHandler<Value>, o?: Partial<ChunkConsumerOptions<Value>>): Promise<ChunkConsumer<Value>>;
  /** Numbers become valid records, strings go as they are. */
  put(...values: (number | string)[]): Promise<void>;
  /** What the handler wrote, sorted. */
  rows(): Promise<number[]>;
}

/** A fresh one, cleaned up after the spec file. */
export async function chunkBed(partitions = 1): Promise<ChunkBed> {
  const names = ownNames();
  const client = await testKafka('test', names.topicPrefix, [input, output, deadLetters('test')], partitions);
  const dataSource = await testDatabase(names.schema('kafka'), [...kafkaMigrations, SeenTable1790000000009]);
  const emitter = new Emitter(client, dataSource, testLog());
  cleanUp(() => emitter.stop());
  return {
    client,
    dataSource,
    emitter,
    async consume(handler, o = {}) {
      const consumer = new ChunkConsumer<Value>({
        client,
        dataSource,
        emitter,
        group: client.group('input'),
        topic: client.topic(input),
        source: 'beckon',
        decode: input,
        handler,
        log: testLog(),
        ...o,
      });
      cleanUp(() => consumer.stop());
      await consumer.start();
      return consumer;
    },
    put: (...values) =>
      client.producer.send(
        values.map((v) => ({
          topic: client.topic(input),
          key: String(v),
          value: typeof v === 'number' ? JSON.stringify({ n: v }) : v,
          headers: {},
        })),
      ),
    async rows() {
      const rows: { n: number }[] = await dataSource.query('SELECT n FROM seen ORDER BY n, position');
      return rows.map((r) => r.n);
    },
  };
}

/** Writes what it reads and passes it on. */
export const copy: ChunkHandler<Value> = async (chunk, tx) => {
  for (const r of chunk.records) {
    await tx.query('INSERT INTO seen VALUES ($1, $2, $3)', [r.offset.toString(), r.partition, r.value?.n]);
    tx.emit(output, r.key ?? '', { n: r.value?.n ?? 0 });
  }
};

/** The numbers of records that a plain reader saw, sorted. */
export const numbers = (records: readonly { value: string | null }[]): number[] =>
  records.map((r) => (JSON.parse(r.value ?? '{}') as Value).n).sort((a, b) => a - b);
