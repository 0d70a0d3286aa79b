import { type DatabaseOptions, type Logger } from '@beckon/service';
import { KafkaClient } from '@beckon/kafka';
import type { Topic } from '@beckon/contracts';
import type { DataSource } from 'typeorm';
/** Runs after the spec file, last registered first. */
export declare const cleanUp: (cleanup: () => unknown) => void;
/** The addresses that the suite's setup started. */
export declare function servers(): {
  brokers: string[];
  redisUrl: string;
  databaseUrl: string;
};
/** Names nobody else has: topic and group prefix, Redis prefix, schema prefix. */
export declare function ownNames(): {
  id: string;
  topicPrefix: string;
  redisPrefix: string;
  schema: (service: string) => string;
};
/** Logs at `TEST_LOG_LEVEL`, silent unless set. */
export declare const testLog: (service?: string) => Logger;
/** A schema of its own, migrated; dropped and closed after the spec file. */
export declare function testDatabase(
  schema: string,
  migrations: DatabaseOptions['migrations'],
  poolSize?: number,
): Promise<DataSource>;
/** A Kafka client for one service under a topic prefix of the test, with the topics it needs. */
export declare function testKafka(
  service: string,
  topicPrefix: string,
  topics: readonly Topic[],
  partitions?: number,
): Promise<KafkaClient>;
/** Waits until the condition holds (its answer is returned), or fails naming what was waited for. */
export declare function until<T>(
  what: string,
  condition: () => T | undefined | false | null | Promise<T | undefined | false | null>,
  ms?: number,
): Promise<T>;
/** A record as any Kafka tool sees it. */
export interface SeenRecord {
  key: string | null;
  value: string | null;
  headers: Record<string, string>;
  partition: number;
  offset: string;
}
/** Follows a topic from its beginning with a plain consumer that knows nothing of Beckon; grows while it is read. */
export declare function follow(
  client: KafkaClient,
  topic:
    | {
        name: string;
      }
    | string,
): Promise<SeenRecord[]>;
