/**
 * A source whose topic is on somebody else's cluster, which asks for a login: read from there, remembered in our Postgres,
 * told on our cluster; and nobody else's trouble when it goes wrong.
 */
import { beforeAll, expect, it } from '@jest/globals';
import { allTopics, catalogSignals, deadLetters, exampleSettings, freshness, ShopSettings } from '@beckon/contracts';
import { Emitter, KafkaClient, createTopics } from '@beckon/kafka';
import { metricsText, systemClock } from '@beckon/service';
import type { ShopDirectory, ShopInForce } from '@beckon/settings';
import { startStack, type Stack } from '@beckon/stack';
import type { DataSource } from 'typeorm';
import {
  cleanUp,
  follow,
  ownNames,
  testDatabase,
  testKafka,
  testLog,
  until,
} from '../../../../tests/support/real-servers.js';
import { ingestionMigrations } from '../ingestion.module.js';
import { tellFreshness } from './freshness-loop.js';
import { SourceConsumers } from './source-consumers.js';

const LOGIN = { username: 'beckon', password: 'of the other cluster' };
const THEIRS = 'their.catalog';

const names = ownNames();
const secrets = new Map([
  ['env:USER', LOGIN.username],
  ['env:PASSWORD', LOGIN.password],
]);
let shops: ShopInForce[] = [];
let changed = (): void => undefined;
let [own, emitter, dataSource, sources]: [KafkaClient, Emitter, DataSource, SourceConsumers] = [] as never;
let [stack, them]: [Stack, KafkaClient] = [] as never;

beforeAll(async () => {
  stack = await startStack({ persistent: false, servers: ['kafka'], env: withoutAddresses(), kafkaLogin: LOGIN });
  cleanUp(() => stack.stop());
  them = new KafkaClient({
    ...{ service: 'them', brokers: stack.kafkaBrokers, topicPrefix: '', groupPrefix: '', log: testLog() },
  });
  cleanUp(() => them.close());
  await createTopics(await them.admin(), [{ topic: THEIRS, numPartitions: 2 }]);
  own = await testKafka('ingestion', names.topicPrefix, allTopics, 1);
  await createTopics(await own.admin(), [{ topic: `${names.id}.ours`, numPartitions: 1 }]);
  dataSource = await testDatabase(names.schema('ingestion'), ingestionMigrations);
  emitter = new Emitter(own, dataSource, testLog());
  cleanUp(() => emitter.stop());
  const directory = {
    get: (shop: string) => shops.find((s) => s.shop === shop),
    all: () => shops,
    onChange: (listener: () => void) => (changed = listener),
  };
  sources = new SourceConsumers({
    ...{ client: own, dataSource, emitter, clock: systemClock, log: testLog() },
    directory: directory as unknown as ShopDirectory,
    secrets: { read: (reference) => secrets.get(reference) },
    onGone: (error) => {
      throw error;
    },
  });
  cleanUp(() => sources.stop());
  sources.start();
}, 120_000);

function withoutAddresses(): Record<string, string | undefined> {
  const { KAFKA_BROKERS: _1, REDIS_URL: _2, DATABASE_URL: _3, ...env } = process.env;
  return env;
}

const sasl = { mechanism: 'plain', username: 'env:USER', password: 'env:PASSWORD' } as const;
const theirs = (over: object = {}): object => ({
  ...{ name: 'theirs', format: 'cloudevents', topic: THEIRS },
  cluster: { brokers: [stack.kafka.behindLogin], tls: false, sasl, ...over },
});
const ours = { name: 'ours', format: 'cloudevents', topic: `${names.id}.ours` };
function apply(...wanted: object[]): void {
  const settings = ShopSettings.parse({ ...exampleSettings, sources: wanted as never });
  shops = [{ shop: 'aurora', rev: (shops[0]?.rev ?? 0) + 1, settings }];
  changed();
}

let counted = 0;
const put = (client: KafkaClient, topic: string, sku: string, value: object | string): Promise<void> =>
  client.producer.send([
    {
      ...{ topic, key: sku },
      value: typeof value === 'string' ? value : JSON.stringify({ sku, product: 'coat', ...value }),
      headers: {
        ...{ ce_specversion: '1.0', ce_id: `evt-${(counted += 1)}`, ce_source: 'test' },
        ce_type: 'com.beckon.offer.changed',
      },
    },
  ]);
const units = async (sku: string): Promise<number | undefined> => {
  const rows: { units: number }[] = await dataSource.query('SELECT units FROM offers WHERE sku = $1', [sku]);
  return rows[0]?.units;
};
const reader = (name: string) => sources.running().find(({ source }) => source.name === name);

it('is read with the login of the settings; its signals, dead letters and freshness are on our own cluster', async () => {
  const [signals, dead, fresh] = await Promise.all(
    [catalogSignals, deadLetters('ingestion'), freshness].map((t) => follow(own, t)),
  );
  apply(theirs(), ours);
  await put(them, THEIRS, 'coat-m', { units: 0 });
  await put(them, THEIRS, 'coat-m', '{"sku":');
  await put(them, THEIRS, 'coat-m', { units: 5 });
  await until('the signal', () => signals?.some((r) => r.key === 'aurora:coat-m:back_in_stock'));
  await until('the dead letter', () => dead?.some((r) => r.headers['dl_topic'] === THEIRS));
  const rows: { source: string; topic: string }[] = await dataSource.query(
    'SELECT DISTINCT source, topic FROM consumed WHERE topic = $1',
    [THEIRS],
  );
  expect(rows).toEqual([{ source: 'aurora/theirs', topic: THEIRS }]);
  await until('both partitions are at their ends', () =>
    reader('theirs')
      ?.positions()
      .every(({ status }) => status === 'running'),
  );
  await until('it is said to be fresh', async () => {
    await tellFreshness({ sources, emitter, clock: systemClock, log: testLog() });
    return ['0', '1'].every((p) => fresh?.some((r) => r.key === `aurora:theirs:${p}`));
  });
}, 60_000);

it('goes on where it was after it was away: what is read is remembered on our side', async () => {
  apply(theirs(), ours);
  await put(them, THEIRS, 'bag', { units: 5 });
  await until('it is read', async () => (await units('bag')) === 5);
  const before = reader('theirs');
  apply(ours);
  await put(them, THEIRS, 'bag', { units: 6 });
  apply(theirs(), ours);
  await until('what came meanwhile is read', async () => (await units('bag')) === 6);
  expect(reader('theirs') === before).toBe(false);
  const [row]: { seq: number }[] = await dataSource.query(`SELECT seq FROM offers WHERE sku = 'bag'`);
  expect(row?.seq).toBe(2);
}, 60_000);

it('a password that changes is used without a restart of anything else; a missing or wrong one stops only this source', async () => {
  apply(theirs(), ours);
  await put(them, THEIRS, 'shoe', { units: 6 });
  await until('it is read', async () => (await units('shoe')) === 6);
  const [oursBefore, theirsBefore] = [reader('ours'), reader('theirs')];
  sources.follow();
  expect(reader('theirs') === theirsBefore).toBe(true);

  secrets.set('env:PASSWORD', 'wrong');
  sources.follow();
  expect(reader('theirs') === theirsBefore).toBe(false);
  await put(them, THEIRS, 'shoe', { units: 7 });
  await put(own, ours.topic, 'hat', { units: 1 });
  await until('ours is read', async () => (await units('hat')) === 1);

  secrets.delete('env:PASSWORD');
  sources.follow();
  expect(reader('theirs') === undefined).toBe(true);
  expect(await units('shoe')).toBe(6);

  secrets.set('env:PASSWORD', LOGIN.password);
  sources.follow();
  await until('theirs is read again', async () => (await units('shoe')) === 7);
  expect(reader('ours') === oursBefore).toBe(true);
}, 60_000);

it('while that cluster is away nothing is said of it, and the others are neither late nor stopped', async () => {
  apply(theirs(), ours);
  await put(them, THEIRS, 'belt', { units: 1 });
  await until('it is read', async () => (await units('belt')) === 1);
  const [fresh, oursBefore] = [await follow(own, freshness), reader('ours')];
  await stack.kafka.kill();
  await put(own, ours.topic, 'hat', { units: 2 });
  await until('ours is read', async () => (await units('hat')) === 2);
  const [since, began] = [fresh.length, performance.now()];
  await tellFreshness({ sources, emitter, clock: systemClock, log: testLog() });
  expect(performance.now() - began).toBeLessThan(5000);
  await until('ours is said to be fresh', () => fresh.slice(since).some((r) => r.key === 'aurora:ours:0'));
  expect(fresh.slice(since).filter((r) => r.key?.startsWith('aurora:theirs:'))).toEqual([]);
  expect(sources.silent()).toBeUndefined();
  expect(await metricsText()).toMatch(/beckon_ingestion_sources_away(\{[^}]*\})? 1\b/);

  // Leaving a cluster that does not answer takes its time, which nobody else waits for.
  apply(ours, { ...ours, name: 'again' });
  await until('a new source is read', () => (reader('again')?.positions()[0]?.settledPosition ?? 0n) > 0n);
  expect(reader('ours') === oursBefore).toBe(true);

  await stack.kafka.restart();
  apply(theirs(), ours);
  await put(them, THEIRS, 'belt', { units: 8 });
  await until('theirs is read again', async () => (await units('belt')) === 8, 60_000);
}, 120_000);
