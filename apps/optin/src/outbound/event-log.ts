import { binaryHeaders, messengerEvents } from '@beckon/contracts';
import { KafkaClient } from '@beckon/kafka';
import type { OutgoingRecord } from '@beckon/kafka';
import type { LoggableEvent } from '../domain/split-webhook.js';

/** Kafka did not take the events in time, or is so far behind that waiting is pointless. */
export class LogAway extends Error {
  readonly code = 'LOG_AWAY';
}

/** Events that may wait for Kafka at once; more would only fill memory while the platform sends them again. */
const MOST_WAITING = 5000;

/** The durable log that a webhook must have reached before the platform is answered: the topic `messenger.events`. */
export class EventLog {
  private waiting = 0;

  /** @param waitMs how long one append may take, in milliseconds. */
  constructor(
    private readonly client: KafkaClient,
    private readonly waitMs: number,
  ) {}

  /**
   * Resolves when all replicas have the events. After a rejection they may be there or not: the platform sends them
   * again, and readers know them by their key.
   * @throws LogAway
   */
  async append(records: readonly OutgoingRecord[]): Promise<void> {
    if (records.length === 0) return;
    if (this.waiting + records.length > MOST_WAITING) throw new LogAway('too many events wait for Kafka already');
    this.waiting += records.length;
    const sent = this.client.producer
      .send(records)
      .catch((cause: unknown) => {
        throw new LogAway('Kafka refused the events', { cause });
      })
      .finally(() => (this.waiting -= records.length));
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

  /** An event as a record, or undefined when it is nested so deeply that it cannot be written as JSON. */
  record({ key, value }: LoggableEvent): OutgoingRecord | undefined {
    let text: string;
    try {
      text = JSON.stringify(value);
    } catch {
      return undefined;
    }
    return {
      topic: this.client.topic(messengerEvents),
      key: `${value.page}:${value.psid}`,
      value: text,
      headers: binaryHeaders({
        id: `${value.page}:${key}`,
        source: 'beckon/optin',
        type: messengerEvents.type,
        time: value.received_at,
      }),
    };
  }
}
