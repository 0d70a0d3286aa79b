/** Reads a topic from its beginning and remembers every record: with a plain consumer that knows nothing of Beckon. */
import type { Consumer, IHeaders, Kafka } from 'kafkajs';

/** A record as it lies in the log. */
export interface ReadRecord {
  readonly key: string | null;
  readonly value: Buffer | null;
  /** When its writer made it, milliseconds. */
  readonly at: number;
  readonly header: (name: string) => string | undefined;
}

export class TopicReader {
  readonly records: ReadRecord[] = [];
  private readonly consumer: Consumer;
  private readonly seen = new Set<string>();

  constructor(
    kafka: Kafka,
    readonly topic: string,
  ) {
    this.consumer = kafka.consumer({ groupId: `proof-${topic}-${process.pid}-${Date.now()}`, maxWaitTimeInMs: 100 });
  }

  async start(): Promise<void> {
    await this.consumer.connect();
    await this.consumer.subscribe({ topics: [this.topic], fromBeginning: true });
    await this.consumer.run({
      autoCommit: false,
      eachBatch: ({ batch }) => {
        for (const { offset, key, value, headers, timestamp } of batch.messages) {
          const place = `${batch.partition}:${offset}`;
          if (this.seen.has(place)) continue;
          this.seen.add(place);
          const header = (name: string): string | undefined => textOf(headers, name);
          this.records.push({ key: key?.toString() ?? null, value, at: Number(timestamp), header });
        }
        return Promise.resolve();
      },
    });
  }

  async stop(): Promise<void> {
    await this.consumer.disconnect().catch(() => undefined);
  }
}

const textOf = (headers: IHeaders | undefined, name: string): string | undefined => {
  const value = headers?.[name];
  return (Array.isArray(value) ? value.at(-1) : value)?.toString();
};
