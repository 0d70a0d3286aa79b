import { ShopSettings, catalogSignals, decisions, exampleSettings, offers } from '@beckon/contracts';
import { foldChunk } from '@beckon/ingestion/dist/inbound/fold-chunk.js';
import { ingestionMigrations } from '@beckon/ingestion/dist/ingestion.module.js';
import { ChunkConsumer, Emitter, ensureTopics } from '@beckon/kafka';
import { createLogger } from '@beckon/service';
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { OFFERS_TABLE, startNestUpsert } from '../peers/nest-upsert.js';
import type { Bed, Contender, Row } from '../row.js';
import { dropSchema, ownSchema } from '../support/database.js';
import { OfferTopic, SHOP, kafkaClient } from '../support/offer-topic.js';

const UPDATES = 100_000;
const QUICK_UPDATES = 20_000;
const SKUS = 10_000;
/** So many SKUs are seen by ingestion itself; the others are known as it has left the first, or filling would take an hour. */
const SEEN = 1_000;
/** The peer that upserts one by one gets fewer, or a run would take all day; figures are per update anyway. */
const FEWER = 10;

const row: Row = {
  id: 'P3',
  title: 'Offer updates that open no signal',
  unit: 'update',
  about:
    'Updates of 10,000 SKUs wait in a topic of four partitions; a round is from the start of the consumer to the last ' +
    'update settled. ' +
    'Ours: ingestion’s own consumer and fold, with its transaction, outbox, cursor and the emitted `offers` record. ' +
    'Peer: a Nest microservice, `@EventPattern` for each message, an upsert each, nothing emitted. Raw: kafkajs ' +
    '`eachBatch` and `JSON.parse`. Floor: Kafka’s own kafka-consumer-perf-test (a JVM’s start is in its CPU).',
  servers: ['kafka', 'postgres'],
  contenders: [
    { id: 'ingestion', title: 'ingestion', open: (bed) => openIngestion(bed) },
    { id: 'nest', title: 'Nest, one by one', open: (bed) => openNest(bed) },
    { id: 'raw', title: 'kafkajs eachBatch, JSON.parse', open: (bed) => openRaw(bed) },
    { id: 'java', title: 'kafka-consumer-perf-test', open: (bed) => openJava(bed) },
  ],
  goals: [
    { kind: 'times', peer: 'nest', cost: 'all', atLeast: 15 },
    { kind: 'times', peer: 'raw', cost: 'cpu', atLeast: 0.25 },
  ],
  growth: [
    {
      axis: 'SKUs that are known',
      contender: 'ingestion',
      sizes: [10_000, 100_000, 1_000_000],
      quickSizes: [10_000, 100_000],
      open: (bed) => openIngestion(bed, bed.size),
      atMost: 1.5,
    },
  ],
};

export default row;

const KNOWN_LIKE_THE_FIRST = `
  INSERT INTO offers
  SELECT (jsonb_populate_record(o, jsonb_build_object('sku', 'coat-' || n, 'product', 'product-' || n))).*
    FROM offers o, generate_series(0, $1::int - 1) AS n
   WHERE o.sku = 'coat-0'
      ON CONFLICT DO NOTHING`;

const updates = ({ quick }: Bed): number => (quick ? QUICK_UPDATES : UPDATES);

/** Resolves when so many were counted. */
class Countdown {
  private counted = 0;
  private waiting: { at: number; resolve: () => void } | undefined;

  add(count = 1): void {
    this.counted += count;
    if (this.waiting && this.counted >= this.waiting.at) this.waiting.resolve();
  }

  async reach(at: number): Promise<void> {
    if (this.counted < at) await new Promise<void>((resolve) => (this.waiting = { at, resolve }));
  }
}

async function openIngestion(bed: Bed, skus = SKUS): Promise<Contender> {
  const log = createLogger({ service: 'bench', level: 'error' });
  const client = kafkaClient(bed, 'ingestion');
  await ensureTopics(client, [offers, catalogSignals, decisions], 4);
  const topic = await OfferTopic.create(client, bed, skus, SEEN);
  const dataSource = await ownSchema(bed, ingestionMigrations, 10);
  const emitter = new Emitter(client, dataSource, log);
  const { rules, currency } = ShopSettings.parse({ ...exampleSettings, shop: SHOP });
  const source = { shop: SHOP, name: 'erp', format: 'cloudevents', topic: topic.name } as const;
  const drain = async (): Promise<void> => {
    const consumer = new ChunkConsumer<unknown>({
      ...{ client, dataSource, emitter, log, group: client.group('erp'), topic: topic.name, source: `${SHOP}/erp` },
      handler: (chunk, tx) => foldChunk(chunk, tx, source, { rules, currency, settingsRev: 1, now: Date.now() }),
    });
    void consumer.start();
    const settled = (): number =>
      consumer.positions().reduce((sum, { settledPosition }) => sum + Number(settledPosition), 0);
    while (settled() < topic.length) await new Promise((resolve) => setTimeout(resolve, 5));
    await consumer.stop();
  };
  await drain();
  await dataSource.query(KNOWN_LIKE_THE_FIRST, [skus]);
  await dataSource.query('ANALYZE offers');
  return {
    before: () => topic.write(updates(bed)),
    round: async () => {
      await drain();
      return { units: updates(bed) };
    },
    close: async () => {
      const [kept] = await dataSource.query('SELECT count(*)::int AS skus, sum(seq)::int AS changes FROM offers');
      const wanted = topic.length + skus - SEEN;
      if (kept.changes !== wanted) throw new Error(`${kept.changes} changes of ${wanted} were kept`);
      await topic.drop();
      await emitter.stop();
      await client.close();
      await dropSchema(dataSource, bed);
    },
  };
}

async function openNest(bed: Bed): Promise<Contender> {
  const client = kafkaClient(bed, 'nest');
  const topic = await OfferTopic.create(client, bed);
  const pool = new pg.Pool({
    connectionString: bed.databaseUrl,
    options: `-c search_path=${bed.name}`,
    max: 8,
  });
  await pool.query(`CREATE SCHEMA ${bed.name}`);
  await pool.query(OFFERS_TABLE);
  const seen = new Countdown();
  const drain = async (): Promise<void> => {
    const nest = { brokers: bed.brokers, topic: topic.name, group: `${bed.name}.nest`, pool };
    const app = await startNestUpsert({ ...nest, onUpsert: () => seen.add() });
    await seen.reach(topic.length);
    await app.close();
  };
  await drain();
  return {
    before: () => topic.write(updates(bed) / FEWER),
    round: async () => {
      await drain();
      return { units: updates(bed) / FEWER };
    },
    close: async () => {
      await topic.drop();
      await client.close();
      await pool.query(`DROP SCHEMA ${bed.name} CASCADE`);
      await pool.end();
    },
  };
}

async function openRaw(bed: Bed): Promise<Contender> {
  const client = kafkaClient(bed, 'raw');
  const topic = await OfferTopic.create(client, bed);
  const seen = new Countdown();
  let units = 0;
  const drain = async (): Promise<void> => {
    const consumer = client.kafka.consumer({ groupId: `${bed.name}.raw`, maxWaitTimeInMs: 100 });
    await consumer.connect();
    await consumer.subscribe({ topics: [topic.name], fromBeginning: true });
    await consumer.run({
      partitionsConsumedConcurrently: 4,
      eachBatch: async ({ batch }) => {
        for (const { value } of batch.messages) {
          units += (JSON.parse(value?.toString() ?? '{}') as { units: number }).units;
        }
        seen.add(batch.messages.length);
      },
    });
    await seen.reach(topic.length);
    await consumer.disconnect();
  };
  await drain();
  return {
    before: () => topic.write(updates(bed)),
    round: async () => {
      await drain();
      if (units < topic.length * 2) throw new Error('not every update was parsed');
      return { units: updates(bed) };
    },
    close: async () => {
      await topic.drop();
      await client.close();
    },
  };
}

/** Reads the whole topic with Kafka's own client; needs the jars of libs/stack. */
async function openJava(bed: Bed): Promise<Contender> {
  const { jars } = bed;
  if (jars === undefined) throw new Error('kafka-consumer-perf-test needs the jars of our own Kafka');
  const client = kafkaClient(bed, 'java');
  const topic = await OfferTopic.create(client, bed);
  await topic.write(updates(bed));
  const classPath = readdirSync(jars)
    .filter((name) => name.endsWith('.jar'))
    .map((name) => join(jars, name))
    .join(':');
  let n = 0;
  return {
    // Ourselves, because the tool's time is ours once it has ended.
    drivesOnly: true,
    processes: () => [process.pid],
    round: async () => {
      const wanted = ['--bootstrap-server', bed.brokers.join(','), '--topic', topic.name];
      const args = [...wanted, '--num-records', String(topic.length), '--group', `${bed.name}.java.${n++}`];
      const child = spawn('java', ['-cp', classPath, 'org.apache.kafka.tools.ConsumerPerformance', ...args], {
        stdio: ['ignore', 'ignore', 'inherit'],
      });
      const code = await new Promise<number | null>((resolve) => child.once('exit', resolve));
      if (code !== 0) throw new Error(`kafka-consumer-perf-test ended with ${code}`);
      return { units: topic.length };
    },
    close: async () => {
      await topic.drop();
      await client.close();
    },
  };
}
