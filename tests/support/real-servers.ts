/**
 * For `int` and `flow` specs: names of one's own on the shared real servers, and things that clean up after
 * themselves. Refuses a database that is not for tests.
 */
import { afterAll } from '@jest/globals';
import { createLogger, openDatabase, type DatabaseOptions, type Logger } from '@beckon/service';
import { KafkaClient, ensureTopics } from '@beckon/kafka';
import type { Topic } from '@beckon/contracts';
import { randomBytes } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { DataSource } from 'typeorm';

const cleanups: (() => unknown)[] = [];
afterAll(async () => {
  for (const cleanup of cleanups.reverse()) await cleanup();
  cleanups.length = 0;
});

/** Runs after the spec file, last registered first. */
export const cleanUp = (cleanup: () => unknown): void => void cleanups.push(cleanup);

/** The addresses that the suite's setup started. */
export function servers(): { brokers: string[]; redisUrl: string; databaseUrl: string } {
  const { KAFKA_BROKERS, REDIS_URL, DATABASE_URL } = process.env;
  if (!KAFKA_BROKERS || !REDIS_URL || !DATABASE_URL) throw new Error('run this suite through tools/jest.mjs int|flow');
  if (!/test/.test(new URL(DATABASE_URL).pathname)) throw new Error('DATABASE_URL is not a test database');
  return { brokers: KAFKA_BROKERS.split(','), redisUrl: REDIS_URL, databaseUrl: DATABASE_URL };
}

/** Names nobody else has: topic and group prefix, Redis prefix, schema prefix. */
export function ownNames(): {
  id: string;
  topicPrefix: string;
  redisPrefix: string;
  schema: (service: string) => string;
} {
  const id = `t${randomBytes(4).toString('hex')}`;
  return { id, topicPrefix: `${id}.`, redisPrefix: `${id}:`, schema: (service) => `${id}_${service}` };
}

/** Logs at `TEST_LOG_LEVEL`, silent unless set. */
export const testLog = (service = 'test'): Logger =>
  createLogger({ service, level: process.env['TEST_LOG_LEVEL'] ?? 'silent' });

/** A schema of its own, migrated; dropped and closed after the spec file. */
export async function testDatabase(
  schema: string,
  migrations: DatabaseOptions['migrations'],
  poolSize = 10,
): Promise<DataSource> {
  const dataSource = await openDatabase({
    url: servers().databaseUrl,
    schema,
    poolSize,
    migrations,
    applicationName: 'test',
    log: testLog(),
  });
  cleanUp(async () => {
    await dataSource.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`).catch(() => undefined);
    await dataSource.destroy();
  });
  return dataSource;
}

/** A Kafka client for one service under a topic prefix of the test, with the topics it needs. */
export async function testKafka(
  service: string,
  topicPrefix: string,
  topics: readonly Topic[],
  partitions = 2,
): Promise<KafkaClient> {
  const client = new KafkaClient({
    service,
    brokers: servers().brokers,
    topicPrefix,
    groupPrefix: topicPrefix,
    log: testLog(service),
  });
  cleanUp(() => client.close());
  await ensureTopics(client, topics, partitions);
  return client;
}

/** Waits until the condition holds (its answer is returned; 0 and '' do not hold), or fails naming what was waited for. */
export async function until<T>(
  what: string,
  condition: () => T | undefined | false | null | Promise<T | undefined | false | null>,
  ms = 20_000,
): Promise<T> {
  const end = Date.now() + ms;
  for (;;) {
    const answer = await condition();
    if (answer) return answer;
    if (Date.now() > end) throw new Error(`waited ${ms} ms in vain for: ${what}`);
    await wait(20);
  }
}

/** A record as any Kafka tool sees it. */
export interface SeenRecord {
  key: string | null;
  value: string | null;
  headers: Record<string, string>;
  partition: number;
  offset: string;
}

/** Follows a topic from its beginning with a plain consumer that knows nothing of Beckon; grows while it is read. */
export async function follow(client: KafkaClient, topic: { name: string } | string): Promise<SeenRecord[]> {
  const seen: SeenRecord[] = [];
  const places = new Set<string>();
  const consumer = client.kafka.consumer({
    groupId: `reader-${randomBytes(6).toString('hex')}`,
    maxWaitTimeInMs: 50,
    retry: { retries: 20 },
  });
  await consumer.connect();
  await consumer.subscribe({ topics: [typeof topic === 'string' ? topic : client.topic(topic)], fromBeginning: true });
  await consumer.run({
    autoCommit: false,
    eachMessage: ({ message, partition }) => {
      const place = `${partition}:${message.offset}`;
      if (places.has(place)) return Promise.resolve();
      places.add(place);
      const headers = Object.fromEntries(Object.entries(message.headers ?? {}).map(([k, v]) => [k, String(v)]));
      seen.push({
        key: message.key?.toString() ?? null,
        value: message.value?.toString() ?? null,
        headers,
        partition,
        offset: message.offset,
      });
      return Promise.resolve();
    },
  });
  cleanUp(() => consumer.disconnect());
  return seen;
}
