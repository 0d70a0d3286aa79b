import type { Logger } from '@beckon/service';
import { Partitioners, type Kafka, type Producer } from 'kafkajs';

/** A record on its way out. */
export interface OutgoingRecord {
  /** Topic name on the cluster. */
  readonly topic: string;
  readonly key: string | Buffer | null;
  readonly value: string | Buffer | null;
  readonly headers: Readonly<Record<string, string | Buffer>>;
}

interface Waiting {
  readonly records: readonly OutgoingRecord[];
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
}

const MAX_RECORDS = 2000;
const MAX_BYTES = 512 * 1024;

/**
 * One producer, one `sendBatch` in flight, acks from all replicas. Sends that wait meanwhile travel together in the
 * next one, so many small chunks cost few requests and nobody waits for a linger.
 *
 * One in flight because extra concurrent sends can vanish or change places (tulios/kafkajs#598, #1005). Not the
 * idempotent producer: after an error its sequence is stuck, and what makes doubles harmless is the reader's
 * revision or id (docs/decisions/0002). A rejected send may have been written in part (#1303): the caller sends
 * everything again.
 */
export class CoalescingProducer {
  private readonly producer: Producer;
  private connecting: Promise<void> | undefined;
  private waiting: Waiting[] = [];
  private running: Promise<void> | undefined;
  private closed = false;

  constructor(
    kafka: Kafka,
    private readonly log: Logger,
  ) {
    this.producer = kafka.producer({
      allowAutoTopicCreation: false,
      createPartitioner: Partitioners.DefaultPartitioner,
      maxInFlightRequests: 1,
    });
  }

  /** Resolves when all replicas have the records; rejects after a few tries (send them all again later). */
  send(records: readonly OutgoingRecord[]): Promise<void> {
    if (records.length === 0) return Promise.resolve();
    if (this.closed) return Promise.reject(new Error('the producer is closed'));
    return new Promise((done, failed) => {
      this.waiting.push({ records, done, failed });
      this.running ??= this.drain();
    });
  }

  private async drain(): Promise<void> {
    while (this.waiting.length > 0) {
      const group = this.take();
      try {
        await this.connect();
        await this.producer.sendBatch({ acks: -1, topicMessages: byTopic(group) });
        for (const w of group) w.done();
      } catch (error) {
        this.log.warn(
          { err: error, records: group.reduce((n, w) => n + w.records.length, 0) },
          'Kafka did not take a send',
        );
        for (const w of group) w.failed(error);
      }
    }
    this.running = undefined;
  }

  /** The longest head of the queue that fits in one request. */
  private take(): Waiting[] {
    let records = 0;
    let bytes = 0;
    let n = 0;
    for (const w of this.waiting) {
      records += w.records.length;
      for (const r of w.records) bytes += (r.value?.length ?? 0) + 200;
      if (n > 0 && (records > MAX_RECORDS || bytes > MAX_BYTES)) break;
      n += 1;
    }
    return this.waiting.splice(0, n);
  }

  private connect(): Promise<void> {
    this.connecting ??= this.producer.connect().catch((error: unknown) => {
      this.connecting = undefined;
      throw error;
    });
    return this.connecting;
  }

  /** Sends what waits, then disconnects. */
  async close(): Promise<void> {
    this.closed = true;
    await this.running;
    if (this.connecting) await this.producer.disconnect();
  }
}

function byTopic(group: readonly Waiting[]): {
  topic: string;
  messages: { key: string | Buffer | null; value: string | Buffer | null; headers: Record<string, string | Buffer> }[];
}[] {
  const topics = new Map<
    string,
    { key: string | Buffer | null; value: string | Buffer | null; headers: Record<string, string | Buffer> }[]
  >();
  for (const w of group) {
    for (const { topic, key, value, headers } of w.records) {
      const list = topics.get(topic);
      const message = { key, value, headers: { ...headers } };
      if (list) list.push(message);
      else topics.set(topic, [message]);
    }
  }
  return [...topics].map(([topic, messages]) => ({ topic, messages }));
}
