/**
 * All that the commands do with Kafka. Reading takes a consumer group of its own per call, named by chance and deleted
 * afterwards, so no command ever moves anybody's offsets.
 */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { connect as tcpConnect } from 'node:net';
import { clientOptions, KafkaClient, type OutgoingRecord } from '@beckon/kafka';
import { createLogger } from '@beckon/service';
import kafkajs, { type Admin, type EachBatchPayload, type IHeaders } from 'kafkajs';
import type { TopicOnCluster } from './domain/topic-differences.js';
import { Fault } from './faults.js';
import type { CliConfig } from './config.js';

// kafkajs is CommonJS, and Node cannot see these two names in it from an ES module.
const { ConfigResourceTypes, Partitioners } = kafkajs;

/** A record as it lies in the log. */
export interface LogRecord {
  /** Topic name on the cluster. */
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, string>>;
}

export interface ReadOptions {
  /** `end`: only what is written from now on. */
  readonly from: 'beginning' | 'end';
  /** false: stop at the end that the topics had at the start of the call. */
  readonly follow: boolean;
  /** Only these partitions of a topic; default all. */
  readonly partitions?: Readonly<Record<string, readonly number[]>>;
  readonly signal?: AbortSignal;
}

const SILENCE_MS = 20_000;
const QUEUE = 2000;
const RESTARTS = 3;

export class Cluster {
  private constructor(
    readonly client: KafkaClient,
    private readonly config: CliConfig,
  ) {}

  /** @throws Fault when no broker answers within three seconds */
  static async connect(config: CliConfig): Promise<Cluster> {
    const brokers = config.KAFKA_BROKERS;
    const answers = await Promise.all(brokers.map((broker) => answersTcp(broker)));
    if (!answers.includes(true))
      throw new Fault(
        `Kafka does not answer at ${brokers.join(', ')}.`,
        'Is it running? Start everything with `npm start`, or set KAFKA_BROKERS=host:port.',
      );
    const log = createLogger({ service: 'cli', level: 'silent' });
    const client = new KafkaClient(clientOptions(config, { name: 'cli', log }));
    return new Cluster(client, config);
  }

  /** Name of one of our topics on this cluster. */
  name(topic: { readonly name: string }): string {
    return this.client.topic(topic);
  }

  admin(): Promise<Admin> {
    return this.client.admin();
  }

  /** Names of all topics on the cluster. */
  async topics(): Promise<string[]> {
    return (await this.admin()).listTopics();
  }

  /** Partitions and the named broker settings of topics that exist. */
  async describe(topics: readonly string[], configNames: string[]): Promise<Map<string, TopicOnCluster>> {
    const admin = await this.admin();
    const metadata = await admin.fetchTopicMetadata({ topics: [...topics] });
    const { resources } = await admin.describeConfigs({
      includeSynonyms: false,
      resources: topics.map((name) => ({ type: ConfigResourceTypes.TOPIC, name, configNames })),
    });
    const configs = new Map(
      resources.map((r) => [
        r.resourceName,
        Object.fromEntries(r.configEntries.map((e) => [e.configName, e.configValue])),
      ]),
    );
    return new Map(
      metadata.topics.map((t) => [t.name, { partitions: t.partitions.length, config: configs.get(t.name) ?? {} }]),
    );
  }

  /** Appends records; resolves when all replicas have them. */
  send(records: readonly OutgoingRecord[]): Promise<void> {
    return this.client.producer.send(records);
  }

  /** The partition in which records of a key are (the partitioner is the producer's). */
  async partitionOf(topic: string, key: string): Promise<number> {
    const [metadata] = (await (await this.admin()).fetchTopicMetadata({ topics: [topic] })).topics;
    if (!metadata) throw new Fault(`There is no topic ${topic}.`);
    return Partitioners.DefaultPartitioner()({
      topic,
      partitionMetadata: metadata.partitions,
      message: { key, value: null },
    });
  }

  /** The last record of each key of a topic, tombstones included; nothing when the topic does not exist. */
  async latest(topic: string, signal?: AbortSignal): Promise<Map<string, LogRecord>> {
    const byKey = new Map<string, LogRecord>();
    for await (const record of this.read([topic], { from: 'beginning', follow: false, ...(signal ? { signal } : {}) }))
      if (record.key !== null) byKey.set(record.key.toString(), record);
    return byKey;
  }

  /**
   * Records of topics, in order per partition. Topics that do not exist are passed over when not following.
   * @throws Fault when Kafka goes away meanwhile
   */
  async *read(wanted: readonly string[], options: ReadOptions): AsyncGenerator<LogRecord> {
    const existing = new Set(await this.topics());
    const topics = wanted.filter((topic) => existing.has(topic));
    const places = new Map((await this.places(topics, options)).map((p) => [placeName(p), p]));
    const open = (p: Place): boolean => !p.skipped && (options.follow || p.next < p.end);
    const ended = (): boolean => ![...places.values()].some(open);
    if (ended()) return;

    const feed = new Feed();
    let restarts = 0;
    const groupId = `${this.config.GROUP_PREFIX}cli.${randomUUID()}`;
    const consumer = this.client.kafka.consumer({
      groupId,
      allowAutoTopicCreation: false,
      maxWaitTimeInMs: 200,
      heartbeatInterval: 2000,
      retry: { retries: 8, initialRetryTime: 100, restartOnFailure: () => Promise.resolve(++restarts <= RESTARTS) },
    });
    consumer.on(consumer.events.CRASH, ({ payload }) => {
      if (!payload.restart) feed.fail(payload.error);
    });
    // Also after a restart: nothing is committed, so the place to go on at is ours.
    consumer.on(consumer.events.GROUP_JOIN, () => {
      for (const place of places.values()) {
        const { topic, partition, next } = place;
        if (open(place)) consumer.seek({ topic, partition, offset: next.toString() });
        else consumer.pause([{ topic, partitions: [partition] }]);
      }
    });
    const interrupt = (): void => feed.close();
    options.signal?.addEventListener('abort', interrupt, { once: true });
    if (options.signal?.aborted) feed.close();
    try {
      await consumer.connect();
      await consumer.subscribe({ topics, fromBeginning: true });
      await consumer.run({
        autoCommit: false,
        eachBatchAutoResolve: false,
        eachBatch: async (payload) => {
          const place = places.get(placeName(payload.batch));
          if (!place || !open(place)) return;
          const bounds = { from: place.next, to: options.follow ? undefined : place.end };
          place.next = BigInt(payload.batch.lastOffset()) + 1n;
          await feed.put(payload, bounds);
          if (ended()) feed.close();
        },
      });
      yield* feed.records(options.follow ? undefined : SILENCE_MS);
    } catch (error) {
      if (error instanceof Fault) throw error;
      throw new Fault(`Kafka stopped answering: ${(error as Error).message}`, undefined, { cause: error });
    } finally {
      options.signal?.removeEventListener('abort', interrupt);
      feed.close();
      await consumer.disconnect().catch(() => undefined);
      await this.forget(groupId);
    }
  }

  async close(): Promise<void> {
    await this.client.close().catch(() => undefined);
  }

  private async places(topics: readonly string[], options: ReadOptions): Promise<Place[]> {
    const perTopic = await Promise.all(
      topics.map(async (topic) =>
        [...(await this.client.ends(topic))].map(([partition, { low, high }]): Place => {
          const chosen = options.partitions?.[topic];
          const skipped = chosen !== undefined && !chosen.includes(partition);
          return { topic, partition, next: options.from === 'end' ? high : low, end: high, skipped };
        }),
      ),
    );
    return perTopic.flat();
  }

  /** A group of ours is nobody else's business; if it cannot be deleted, Kafka forgets it after a week. */
  private async forget(groupId: string): Promise<void> {
    await (await this.admin()).deleteGroups([groupId]).catch(() => undefined);
  }
}

/** Where reading of one partition stands. */
interface Place {
  readonly topic: string;
  readonly partition: number;
  /** The offset to read next. */
  next: bigint;
  /** The offset after the last one there was at the start of the call. */
  readonly end: bigint;
  readonly skipped: boolean;
}

const placeName = (p: { topic: string; partition: number }): string => `${p.topic} ${p.partition}`;

/** Hands records from kafkajs's callback to a loop that takes its time, holding at most a few batches. */
class Feed {
  private readonly queue: LogRecord[] = [];
  private closed = false;
  private error: Error | undefined;
  private wake: (() => void) | undefined;
  private room: (() => void) | undefined;

  fail(error: Error): void {
    this.error ??= error;
    this.close();
  }

  close(): void {
    this.closed = true;
    this.wake?.();
    this.room?.();
  }

  /** Takes the records with offsets from `from` up to, not including, `to`. */
  async put(payload: EachBatchPayload, bounds: { from: bigint; to: bigint | undefined }): Promise<void> {
    const { batch, resolveOffset, heartbeat } = payload;
    const { topic, partition } = batch;
    for (const { key, value, ...m } of batch.messages) {
      const [offset, timestamp] = [BigInt(m.offset), Number(m.timestamp)];
      if (offset < bounds.from || (bounds.to !== undefined && offset >= bounds.to)) continue;
      this.queue.push({ topic, partition, offset, timestamp, key, value, headers: headerText(m.headers) });
    }
    resolveOffset(batch.lastOffset());
    this.wake?.();
    while (this.queue.length > QUEUE && !this.closed) {
      await Promise.race([new Promise<void>((resolve) => (this.room = resolve)), pause(1000)]);
      await heartbeat();
    }
  }

  /** @param silenceMs how long nothing may come before that is a fault; undefined: for ever */
  async *records(silenceMs: number | undefined): AsyncGenerator<LogRecord> {
    for (;;) {
      while (this.queue.length > 0) {
        const record = this.queue.shift() as LogRecord;
        if (this.queue.length <= QUEUE / 2) this.room?.();
        yield record;
      }
      if (this.error) throw this.error;
      if (this.closed) return;
      const woken = new Promise<'woken'>((resolve) => (this.wake = () => resolve('woken')));
      const first = silenceMs === undefined ? await woken : await Promise.race([woken, pause(silenceMs)]);
      if (first !== 'woken')
        throw new Fault(`Kafka sent nothing for ${SILENCE_MS / 1000} s though there is more to read.`);
    }
  }
}

/** Header values as text; of a header given twice the last value. */
function headerText(headers: IHeaders | undefined): Record<string, string> {
  const text: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers ?? {})) {
    const last = Array.isArray(value) ? value.at(-1) : value;
    if (last !== undefined) text[name] = last.toString();
  }
  return text;
}

function pause(ms: number): Promise<'over'> {
  return new Promise((resolve) => setTimeout(() => resolve('over'), ms).unref());
}

/** Whether a TCP connection to `host:port` succeeds within three seconds. */
async function answersTcp(address: string): Promise<boolean> {
  const at = address.lastIndexOf(':');
  const socket = tcpConnect({ host: address.slice(0, at), port: Number(address.slice(at + 1)) });
  socket.setTimeout(3000, () => socket.destroy(new Error('time-out')));
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
