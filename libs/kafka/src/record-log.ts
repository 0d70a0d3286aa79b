import type { OutgoingRecord } from './coalescing-producer.js';
import type { KafkaClient } from './kafka-client.js';

/** Kafka did not take the records in time, or is so far behind that waiting is pointless. */
export class LogAway extends Error {
  readonly code = 'LOG_AWAY';
}

/** Bytes that may wait for Kafka at once; more would only fill memory while the platform sends them again. */
const MOST_WAITING = 16 * 1024 * 1024;
/** What a record needs beside its value, about. */
const RECORD_BYTES = 500;

/** The durable log that a webhook must have reached before the platform is answered. */
export class RecordLog {
  private waiting = 0;

  /** @param waitMs how long one append may take, in milliseconds. */
  constructor(
    protected readonly client: KafkaClient,
    private readonly waitMs: number,
  ) {}

  /**
   * Resolves when all replicas have the events. After a rejection they may be there or not: the platform sends them
   * again, and readers know them by their key.
   * @throws LogAway
   */
  async append(records: readonly OutgoingRecord[]): Promise<void> {
    if (records.length === 0) return;
    const bytes = records.reduce((sum, { value }) => sum + RECORD_BYTES + (value?.length ?? 0), 0);
    // However large one webhook is: when nothing waits it is taken, or it would be refused for ever.
    if (this.waiting > 0 && this.waiting + bytes > MOST_WAITING)
      throw new LogAway('too many events wait for Kafka already');
    this.waiting += bytes;
    const sent = this.client.producer
      .send(records)
      .catch((cause: unknown) => {
        throw new LogAway('Kafka refused the events', { cause });
      })
      .finally(() => (this.waiting -= bytes));
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new LogAway(`Kafka took more than ${this.waitMs} ms`)), this.waitMs);
    });
    try {
      await Promise.race([sent, late]);
    } finally {
      clearTimeout(timer);
      sent.catch(() => undefined); // a failure after the time-out has been answered already
    }
  }
}
