/** Looks at groups and partitions from outside while a run goes on: asks Kafka and Postgres themselves, past the proxies. */
import { Kafka, logLevel, type Admin, type Consumer } from 'kafkajs';
import pg from 'pg';
import { SERVICES } from '../faults.js';
import { rest } from '../world/patience.js';
import type { LineFile } from '../world/run-folder.js';
import { GROUP_LOG, readGeneration, type Generation } from './group-log.js';
import type { Look, Sample } from './judge.js';

const EVERY_MS = 400;

export class Observer {
  readonly generations: Generation[] = [];
  readonly samples: Sample[] = [];
  /** What went wrong with the looking itself. */
  failure: Error | undefined;
  private readonly kafka: Kafka;
  private readonly admin: Admin;
  private readonly consumer: Consumer;
  private readonly database: pg.Client;
  private readonly stopping = new AbortController();
  private running: Promise<void> | undefined;

  constructor(
    brokers: readonly string[],
    databaseUrl: string,
    private readonly files: { readonly groups: LineFile<Generation>; readonly positions: LineFile<Sample> },
  ) {
    this.kafka = new Kafka({ clientId: 'proof', brokers: [...brokers], logLevel: logLevel.NOTHING });
    this.admin = this.kafka.admin();
    this.consumer = this.kafka.consumer({ groupId: `proof-groups-${process.pid}-${Date.now()}`, maxWaitTimeInMs: 250 });
    this.database = new pg.Client({ connectionString: databaseUrl });
    this.database.on('error', (error) => (this.failure ??= error));
  }

  async start(): Promise<void> {
    await Promise.all([this.admin.connect(), this.consumer.connect(), this.database.connect()]);
    await this.consumer.subscribe({ topics: [GROUP_LOG], fromBeginning: true });
    await this.consumer.run({
      autoCommit: false,
      eachBatch: ({ batch }) => {
        const fresh = batch.messages.flatMap(
          ({ key, value, timestamp }) => readGeneration(key, value, Number(timestamp)) ?? [],
        );
        this.generations.push(...fresh);
        this.files.groups.append(...fresh);
        return Promise.resolve();
      },
    });
    this.running = this.lookForEver();
  }

  async stop(): Promise<void> {
    if (this.stopping.signal.aborted) return;
    this.stopping.abort();
    await this.running;
    await Promise.allSettled([this.admin.disconnect(), this.consumer.disconnect(), this.database.end()]);
  }

  private async lookForEver(): Promise<void> {
    while (!this.stopping.signal.aborted) {
      await this.look().catch((error: unknown) => {
        this.failure ??= error instanceof Error ? error : new Error(String(error));
      });
      await rest(EVERY_MS, this.stopping.signal);
    }
  }

  private async look(): Promise<void> {
    const topics = [...new Set((await this.positions()).map(({ topic }) => topic))];
    const ends = new Map<string, number>();
    await Promise.all(
      topics.map(async (topic) => {
        for (const { partition, high } of await this.admin.fetchTopicOffsets(topic))
          ends.set(`${topic} ${partition}`, Number(high));
      }),
    );
    const at = Date.now();
    // After the ends: who had read everything then has passed them now.
    const looks = (await this.positions()).flatMap((p): Look[] => {
      const end = ends.get(`${p.topic} ${p.partition}`);
      return end === undefined ? [] : [{ ...p, end }];
    });
    const sample = { at, looks };
    this.samples.push(sample);
    this.files.positions.append(sample);
  }

  private async positions(): Promise<Omit<Look, 'end'>[]> {
    const { rows } = await this.database.query<{ service: string; topic: string; partition: number; position: string }>(
      SERVICES.map(
        (s) => `SELECT '${s}' AS service, topic, partition, next_offset AS position FROM ${s}.consumed`,
      ).join(' UNION ALL '),
    );
    return rows.map(({ position, ...row }) => ({ ...row, position: Number(position) }));
  }
}
