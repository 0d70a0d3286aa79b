import { Kafka } from 'kafkajs';
import { setTimeout as wait } from 'node:timers/promises';
import { BeckonContender } from '../pipeline/beckon.js';
import { quantile } from '../statistics.js';
import type { Bed, Contender, Row } from '../row.js';

const PAGES = 30;
/** Milliseconds between two events: a small part of what the pipeline can take. */
const EVERY_MS = 300;

/** Event by event, ten shoppers each: from before the append to the acceptance on the sandbox's socket. */
async function beckon(bed: Bed): Promise<Contender> {
  const pipeline = await BeckonContender.open(bed, { pages: PAGES, pacePerSecond: 300 });
  const floor = pipeline.shopFloor;
  const alerts = bed.quick ? 200 : 500;
  let skuOf = new Map<string, string>();
  return {
    before: async () => {
      skuOf = new Map((await pipeline.preparePeople(alerts)).map(({ psid, sku }) => [psid, sku]));
    },
    round: async () => {
      const told = new Map<string, number>();
      const since = Date.now();
      for (const sku of new Set(skuOf.values())) {
        told.set(sku, Date.now());
        await floor.tell([sku], 5, 'changed');
        await wait(EVERY_MS);
      }
      const taken = await floor.accepted(alerts, since);
      await pipeline.settled();
      return { units: alerts, figures: figuresOf(taken.map(({ psid, at }) => at - (told.get(skuOf.get(psid)!) ?? 0))) };
    },
    processes: () => pipeline.pids,
    drivesOnly: true,
    close: () => pipeline.close(),
  };
}

/** What Kafka and kafkajs alone take: one record at a time from produce to eachBatch. */
async function bare(bed: Bed): Promise<Contender> {
  const kafka = new Kafka({ brokers: [...bed.brokers], logLevel: 1 });
  const topic = `${bed.name}.bare`;
  const admin = kafka.admin();
  await admin.connect();
  await admin.createTopics({ waitForLeaders: true, topics: [{ topic, numPartitions: 6 }] });
  await admin.disconnect();
  const producer = kafka.producer();
  const consumer = kafka.consumer({ groupId: topic, maxWaitTimeInMs: 250 });
  await producer.connect();
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  let arrived: (at: number) => void = () => undefined;
  await consumer.run({ eachBatch: () => Promise.resolve(arrived(Date.now())) });
  const once = async (): Promise<number> => {
    const began = Date.now();
    const at = new Promise<number>((resolve) => (arrived = resolve));
    await producer.send({ topic, acks: -1, messages: [{ key: String(began), value: 'x' }] });
    return (await at) - began;
  };
  await once(); // the group has joined
  return {
    round: async () => {
      const times: number[] = [];
      for (let i = 0; i < 50; i += 1) {
        times.push(await once());
        await wait(20);
      }
      return { units: times.length, figures: figuresOf(times) };
    },
    close: async () => {
      await consumer.disconnect();
      await producer.disconnect();
    },
  };
}

const figuresOf = (times: readonly number[]): Record<string, number> => ({
  'p50 ms': quantile(times, 0.5),
  'p99 ms': quantile(times, 0.99),
});

const row: Row = {
  id: 'P10',
  title: 'From the event to the POST, far from saturation',
  unit: 'alert',
  about:
    `One event every ${EVERY_MS} ms, ten shoppers each: milliseconds from before the event is appended until the sandbox ` +
    'takes the message. Beside it: what Kafka and kafkajs alone take from produce to consume.',
  servers: ['kafka', 'redis', 'postgres'],
  contenders: [
    { id: 'beckon', title: 'Beckon', open: beckon },
    { id: 'bare', title: 'produce to consume alone', open: bare },
  ],
  goals: [
    { kind: 'figure', figure: 'p50 ms', unit: 'ms', atMost: 150 },
    { kind: 'figure', figure: 'p99 ms', unit: 'ms', atMost: 500 },
  ],
  rounds: 3,
};
export default row;
