import { randomUUID } from 'node:crypto';
import type { KafkaClient } from '@beckon/kafka';
import { CATALOGUE, offerOf, offerRecord, type OfferChange } from './catalogue.js';

/** The demo shop's commerce platform: it knows stock and prices, and writes every change to the shop's topic. */
export class Platform {
  constructor(
    private readonly client: KafkaClient,
    private readonly topic: string,
    private readonly now: () => number,
  ) {}

  /** Everything as it is now, as snapshots: nobody is told anything. */
  async publishAll(): Promise<void> {
    const time = this.now();
    await this.client.producer.send(
      CATALOGUE.map((offer) => offerRecord(this.topic, offer, offer, { type: 'snapshot', id: randomUUID(), time })),
    );
  }

  /** One change; answers the event's time in milliseconds, taken just before it is appended. */
  async change(sku: string, change: OfferChange): Promise<number> {
    const time = this.now();
    const event = { type: 'changed', id: randomUUID(), time } as const;
    await this.client.producer.send([offerRecord(this.topic, offerOf(sku), change, event)]);
    return time;
  }
}
