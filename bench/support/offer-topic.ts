/** A shop's topic full of offer updates that open no signal. */
import { KafkaClient, createTopics } from '@beckon/kafka';
import { createLogger } from '@beckon/service';
import { CompressionTypes, type Producer } from 'kafkajs';
import type { Bed } from '../row.js';

export const SHOP = 'nordlys';
const PARTITIONS = 4;
/** SKUs unless told otherwise. */
const SKUS = 10_000;
/** No divisor of it divides a number of SKUs, so each is met once a turn, far away from the one before. */
const STRIDE = 7_919;
const BATCH = 1_000;

/** The service's client on the run's Kafka, under names of the bed's own. */
export function kafkaClient(bed: Bed, service: string): KafkaClient {
  const log = createLogger({ service: 'bench', level: 'error' });
  const { brokers, name } = bed;
  return new KafkaClient({ service, brokers, topicPrefix: `${name}.`, groupPrefix: `${name}.`, log });
}

/**
 * The topic. Updates name all SKUs, again and again, each always in stock at one price: only the number of units changes.
 * The first update of a SKU is its first sight, all others are changes of an offer that is known.
 */
export class OfferTopic {
  private written = 0;
  private left = 0;

  private constructor(
    readonly name: string,
    private readonly skus: number,
    private readonly client: KafkaClient,
    private readonly producer: Producer,
  ) {}

  /** Makes it and writes every SKU's first sight; of only the `first` ones, if somebody else makes the others known. */
  static async create(client: KafkaClient, bed: Bed, skus = SKUS, first = skus): Promise<OfferTopic> {
    const name = `${bed.name}.erp`;
    await createTopics(await client.admin(), [{ topic: name, numPartitions: PARTITIONS, replicationFactor: -1 }]);
    const producer = client.kafka.producer();
    await producer.connect();
    const topic = new OfferTopic(name, skus, client, producer);
    await topic.write(first);
    topic.left = skus - first;
    topic.written = skus;
    return topic;
  }

  /** How many updates are in it. */
  get length(): number {
    return this.written - this.left;
  }

  /** Writes so many more. */
  async write(count: number): Promise<void> {
    for (const end = this.written + count; this.written < end;) {
      const some = Math.min(BATCH, end - this.written);
      const messages = Array.from({ length: some }, (_, i) => update(this.written + i, this.skus));
      await this.producer.send({ topic: this.name, messages, acks: -1, compression: CompressionTypes.None });
      this.written += some;
    }
  }

  /** Removes it. */
  async drop(): Promise<void> {
    await this.producer.disconnect();
    await (await this.client.admin()).deleteTopics({ topics: [this.name] });
  }
}

function update(n: number, skus: number): { key: string; value: string; headers: Record<string, string> } {
  const one = (n * STRIDE) % skus;
  const sku = `coat-${one}`;
  const turn = Math.floor(n / skus);
  const data = {
    ...{ sku, product: `product-${one}`, units: 4 + (turn % 5), version: turn + 1 },
    price: { amount: 7_990, currency: 'EUR' },
  };
  const headers = { ce_specversion: '1.0', ce_id: `evt-${n}`, ce_source: 'erp', ce_type: 'com.beckon.offer.changed' };
  return { key: sku, value: JSON.stringify(data), headers };
}
