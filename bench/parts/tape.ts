/**
 * What one round of the whole pipeline wrote to Kafka and read from it: the record of a real round, on its own topics,
 * which the parts "consume" and "produce" go by.
 */
import { KafkaClient } from '@beckon/kafka';
import type { Consumer, KafkaMessage } from 'kafkajs';
import { BeckonContender } from '../pipeline/beckon.js';
import { quietLog } from '../pipeline/quiet-log.js';
import { alertsOfRound, LIFTED, PAGES } from '../pipeline/saturated.js';
import { within } from '../pipeline/service-process.js';
import type { Bed } from '../row.js';

/** Part of a partition: offsets from the first to before the second. JSON has no bigint: as text. */
export interface Stretch {
  readonly partition: number;
  readonly from: string;
  readonly to: string;
}

/** One round. */
export interface Tape {
  readonly alerts: number;
  /** Before the names of our topics. */
  readonly prefix: string;
  /** What was written, by topic on the cluster; partitions without anything are left out. */
  readonly written: Readonly<Record<string, readonly Stretch[]>>;
  /** Which service read which of these topics. */
  readonly reads: readonly { readonly service: string; readonly topic: string }[];
}

/** Lets the pipeline alert once and notes what moved; its topics stay. @throws if a service reads only some of a topic */
export async function recordTape(bed: Bed): Promise<Tape> {
  const pipeline = await BeckonContender.open(bed, { pages: PAGES, pacePerSecond: LIFTED });
  try {
    const alerts = alertsOfRound(bed);
    const skus = await pipeline.prepare(alerts);
    const [ends, before] = [await pipeline.ends(), await pipeline.recordsRead()];
    await pipeline.restock(skus, alerts);
    const written = difference(ends, await pipeline.ends());
    const readBefore = new Map(before.map(({ service, topic, records }) => [`${service} ${topic}`, records]));
    const reads = await within('each reader of a topic has counted all of it', async () => {
      const now = (await pipeline.recordsRead())
        .map((one) => ({ ...one, records: one.records - (readBefore.get(`${one.service} ${one.topic}`) ?? 0) }))
        .filter(({ topic, records }) => records > 0 && written[topic]);
      return now.every(({ topic, records }) => records === lengthOf(written[topic]!)) && now;
    });
    return { alerts, prefix: `${bed.name}.`, written, reads: reads.map(({ service, topic }) => ({ service, topic })) };
  } finally {
    await pipeline.close();
  }
}

/** How many records. */
export const lengthOf = (stretches: readonly Stretch[]): number =>
  stretches.reduce((sum, { from, to }) => sum + Number(BigInt(to) - BigInt(from)), 0);

function difference(
  before: ReadonlyMap<string, bigint>,
  after: ReadonlyMap<string, bigint>,
): Record<string, Stretch[]> {
  const written: Record<string, Stretch[]> = {};
  for (const [place, to] of after) {
    const from = before.get(place) ?? 0n;
    const colon = place.lastIndexOf(':');
    const [topic, partition] = [place.slice(0, colon), Number(place.slice(colon + 1))];
    if (to > from) (written[topic] ??= []).push({ partition, from: from.toString(), to: to.toString() });
  }
  return written;
}

interface Playing {
  readonly onRecord: (message: KafkaMessage) => void;
  readonly left: Set<number>;
  readonly done: () => void;
  records: number;
}

/** Longest that one reading may take, in milliseconds. */
const LIMIT_MS = 120_000;

/** Reads stretches of one topic, again and again, in a group of its own; between two readings it fetches nothing. */
export class TapeReader {
  private playing: Playing | undefined;

  private constructor(
    private readonly consumer: Consumer,
    private readonly topic: string,
    private readonly stretches: readonly Stretch[],
  ) {}

  /** Joins its group, with the settings of the services' consumers. */
  static async open(
    client: KafkaClient,
    { group, topic, stretches }: { group: string; topic: string; stretches: readonly Stretch[] },
  ): Promise<TapeReader> {
    const consumer = client.kafka.consumer({
      ...{ groupId: group, sessionTimeout: 6000, heartbeatInterval: 1000, rebalanceTimeout: 10_000 },
      ...{ maxWaitTimeInMs: 250, maxBytesPerPartition: 2 * 1024 * 1024, allowAutoTopicCreation: false },
    });
    const reader = new TapeReader(consumer, topic, stretches);
    let joined = false;
    consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
      // One by one: kafkajs forgets that a topic is paused as a whole when a partition of it is paused later.
      consumer.pause([{ topic, partitions: payload.memberAssignment[topic] ?? [] }]);
      joined = true;
    });
    await consumer.connect();
    await consumer.subscribe({ topics: [topic], fromBeginning: true });
    await consumer.run({
      ...{ autoCommit: false, partitionsConsumedConcurrently: 16 },
      eachBatch: ({ batch }) => Promise.resolve(reader.take(batch.partition, batch.messages)),
    });
    await within(`${group} has joined`, () => joined);
    return reader;
  }

  /** Reads all of it once. @throws if a record came twice or not at all, or it takes too long */
  async play(onRecord: (message: KafkaMessage) => void): Promise<void> {
    const { topic, stretches, consumer } = this;
    let late: NodeJS.Timeout | undefined;
    await new Promise<void>((done, failed) => {
      late = setTimeout(() => failed(new Error(`${topic} was not read within ${LIMIT_MS / 1000} s`)), LIMIT_MS);
      this.playing = { onRecord, left: new Set(stretches.map(({ partition }) => partition)), done, records: 0 };
      for (const { partition, from } of stretches) consumer.seek({ topic, partition, offset: from });
      consumer.resume([{ topic, partitions: stretches.map(({ partition }) => partition) }]);
    }).finally(() => clearTimeout(late));
    const came = this.playing?.records;
    this.playing = undefined;
    if (came !== lengthOf(stretches)) throw new Error(`${came} records of ${lengthOf(stretches)} of ${topic} came`);
  }

  close(): Promise<void> {
    return this.consumer.disconnect();
  }

  private take(partition: number, messages: readonly KafkaMessage[]): void {
    const { playing } = this;
    const stretch = this.stretches.find((one) => one.partition === partition);
    if (!stretch || !playing?.left.has(partition)) return;
    const [from, to] = [BigInt(stretch.from), BigInt(stretch.to)];
    for (const message of messages) {
      const offset = BigInt(message.offset);
      if (offset < from || offset >= to) continue;
      playing.onRecord(message);
      playing.records += 1;
      if (offset !== to - 1n) continue;
      playing.left.delete(partition);
      this.consumer.pause([{ topic: this.topic, partitions: [partition] }]);
      if (playing.left.size === 0) playing.done();
    }
  }
}

/** A client under the bed's name. */
export function tapeClient(bed: Bed, service: string): KafkaClient {
  const names = { topicPrefix: `${bed.name}.`, groupPrefix: `${bed.name}.` };
  return new KafkaClient({ service, brokers: bed.brokers, ...names, log: quietLog });
}
