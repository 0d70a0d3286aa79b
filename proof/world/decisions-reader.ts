/** Reads the topic `decisions` with a plain consumer that knows nothing of Beckon, and writes it to a file. */
import { Kafka, logLevel, type Consumer } from 'kafkajs';
import type { Decision } from '../checker/evidence.js';
import type { LineFile } from './run-folder.js';

export class DecisionsReader {
  private consumer: Consumer | undefined;
  private readonly kafka: Kafka;
  private readonly seen = new Set<string>();
  /** Alerts of which a decision speaks and that have no terminal one yet. */
  readonly open = new Set<string>();
  /** Alerts that have a terminal decision. */
  readonly ended = new Set<string>();
  private readonly reached = new Map<number, bigint>();

  constructor(
    brokers: readonly string[],
    private readonly topic: string,
    private readonly file: LineFile<Decision>,
  ) {
    this.kafka = new Kafka({ clientId: 'proof', brokers: [...brokers], logLevel: logLevel.NOTHING });
  }

  /** Begins at the beginning and follows. */
  async start(): Promise<void> {
    const consumer = this.kafka.consumer({ groupId: `proof-${process.pid}-${Date.now()}`, maxWaitTimeInMs: 100 });
    this.consumer = consumer;
    await consumer.connect();
    await consumer.subscribe({ topics: [this.topic], fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachBatch: ({ batch }) => {
        const lines = batch.messages.flatMap(({ offset, value }) => {
          const place = `${batch.partition}:${offset}`;
          if (this.seen.has(place) || value === null) return [];
          this.seen.add(place);
          return [this.note(JSON.parse(value.toString()) as Decision)];
        });
        this.file.append(...lines);
        this.reached.set(batch.partition, BigInt(batch.lastOffset()) + 1n);
        return Promise.resolve();
      },
    });
  }

  /** Whether everything that is in the topic now has been read. */
  async caughtUp(): Promise<boolean> {
    const admin = this.kafka.admin();
    try {
      await admin.connect();
      const ends = await admin.fetchTopicOffsets(this.topic);
      return ends.every(({ partition, high, low }) => (this.reached.get(partition) ?? BigInt(low)) >= BigInt(high));
    } catch {
      return false;
    } finally {
      await admin.disconnect().catch(() => undefined);
    }
  }

  async stop(): Promise<void> {
    await this.consumer?.disconnect();
  }

  private note({ alert_id, decision_id, verdict, reason, terminal, shopper_id, sku, at }: Decision): Decision {
    if (alert_id !== null) {
      if (terminal) {
        this.ended.add(alert_id);
        this.open.delete(alert_id);
      } else if (!this.ended.has(alert_id)) this.open.add(alert_id);
    }
    return { alert_id, decision_id, verdict, reason, terminal, shopper_id, sku, at };
  }
}
