import { expect } from '@jest/globals';
import {
  allTopics,
  catalogSignals,
  deadLetters,
  decisions,
  exampleSettings,
  freshness,
  offers,
  ShopSettings,
  type Decision,
  type Freshness,
  type Offer,
  type Signal,
} from '@beckon/contracts';
import { Emitter, type KafkaClient } from '@beckon/kafka';
import { systemClock } from '@beckon/service';
import type { ShopDirectory, ShopInForce } from '@beckon/settings';
import {
  cleanUp,
  follow,
  ownNames,
  testDatabase,
  testKafka,
  testLog,
  until,
  type SeenRecord,
} from '../../../../tests/support/real-servers.js';
import { ingestionMigrations } from '../ingestion.module.js';
import { tellFreshness } from './freshness-loop.js';
import { SourceConsumers } from './source-consumers.js';

/** A directory whose settings a test changes by hand. */
class Directory {
  private shops: ShopInForce[] = [];
  private listener: () => void = () => undefined;
  get = (shop: string): ShopInForce | undefined => this.shops.find((s) => s.shop === shop);
  all = (): ShopInForce[] => this.shops;
  onChange = (listener: () => void): void => void (this.listener = listener);
  set(...shops: { shop: string; sources: Record<string, string> }[]): void {
    this.shops = shops.map(({ shop, sources }) => ({
      shop,
      rev: 1,
      settings: ShopSettings.parse({
        ...exampleSettings,
        shop,
        sources: Object.entries(sources).map(([name, topic]) => ({ name, format: 'cloudevents', topic })),
      }),
    }));
    this.listener();
  }
}

async function bed() {
  const names = ownNames();
  const client = await testKafka('ingestion', names.topicPrefix, allTopics, 2);
  const dataSource = await testDatabase(names.schema('ingestion'), ingestionMigrations);
  const emitter = new Emitter(client, dataSource, testLog());
  cleanUp(() => emitter.stop());
  const directory = new Directory();
  const topic = async (name: string): Promise<string> => {
    const admin = await client.admin();
    const full = `${names.id}.${name}`;
    await admin.createTopics({ topics: [{ topic: full, numPartitions: 1 }], waitForLeaders: false });
    await until('the topic', () => client.ends(full).catch(() => undefined));
    return full;
  };
  const worker = (): SourceConsumers => {
    const sources = new SourceConsumers({
      client,
      dataSource,
      emitter,
      directory: directory as unknown as ShopDirectory,
      secrets: { read: () => undefined },
      clock: systemClock,
      log: testLog(),
      onGone: (error) => {
        throw error;
      },
    });
    cleanUp(() => sources.stop());
    sources.start();
    return sources;
  };
  return { client, dataSource, emitter, directory, topic, worker };
}

let counted = 0;
const put = (client: KafkaClient, topic: string, ...events: (object | string)[]): Promise<void> =>
  client.producer.send(
    events.map((data) => ({
      topic,
      key: 'any',
      value: typeof data === 'string' ? data : JSON.stringify(data),
      headers: {
        ce_specversion: '1.0',
        ce_id: `evt-${(counted += 1)}`,
        ce_source: 'test',
        ce_type: 'com.beckon.offer.changed',
      },
    })),
  );
const values = <V>(records: readonly SeenRecord[]): V[] => records.map((r) => JSON.parse(r.value ?? 'null') as V);
const coat = { sku: 'coat-m', product: 'coat' };

test('a stock event becomes an offer, a signal and a decision; a poison record goes aside and its neighbours go on', async () => {
  const { client, directory, topic, worker } = await bed();
  const catalog = await topic('catalog');
  const [seenOffers, seenSignals, seenDecisions, dead] = await Promise.all(
    [offers, catalogSignals, decisions, deadLetters('ingestion')].map((t) => follow(client, t)),
  );
  directory.set({ shop: 'aurora', sources: { catalog } });
  worker();
  await put(
    client,
    catalog,
    { ...coat, units: 0, version: 1, title: 'Coat' },
    '{"sku": "coat-m", "product": "coat", "units": ',
    { ...coat, units: -3, version: 2 },
    { ...coat, units: 5, version: 3 },
  );
  await until('the signal', () => seenSignals?.length === 1);
  const [signal] = values<Signal>(seenSignals ?? []);
  expect(signal).toMatchObject({ op: 'opened', kind: 'back_in_stock', sku: 'coat-m', units: 5, source: 'catalog' });
  expect(seenSignals?.[0]).toMatchObject({ key: 'aurora:coat-m:back_in_stock' });
  await until('the offer', () => values<Offer>(seenOffers ?? []).some((o) => o.units === 5 && o.title === 'Coat'));
  await until('the decisions', () => seenDecisions?.length === 2);
  expect(values<Decision>(seenDecisions ?? []).map((d) => [d.verdict, d.reason])).toEqual([
    ['ignored', 'no_baseline'],
    ['opened', null],
  ]);
  await until('the dead letters', () => dead?.length === 2);
  expect(dead?.map((d) => d.headers['dl_field']).sort()).toEqual(['units', 'value']);
  expect(dead?.map((d) => d.value)).toContain('{"sku": "coat-m", "product": "coat", "units": ');
});

test('settings start and stop sources without touching the others; another worker goes on where one stopped', async () => {
  const { client, dataSource, directory, topic, worker } = await bed();
  const [a, b] = [await topic('a'), await topic('b')];
  directory.set({ shop: 'aurora', sources: { a } });
  const first = worker();
  const units = async (sku: string): Promise<number | undefined> => {
    const rows: { units: number }[] = await dataSource.query('SELECT units FROM offers WHERE sku = $1', [sku]);
    return rows[0]?.units;
  };
  await put(client, a, { ...coat, units: 1 });
  await until('a is read', async () => (await units('coat-m')) === 1);
  const readerOfA = first.running()[0];

  directory.set({ shop: 'aurora', sources: { a, b } });
  await put(client, b, { sku: 'hat', product: 'hat', units: 2 });
  await until('b is read', async () => (await units('hat')) === 2);
  expect(first.running().map((s) => s.source.name)).toEqual(['a', 'b']);
  await put(client, a, { ...coat, units: 3 });
  await until('a goes on', async () => (await units('coat-m')) === 3);
  expect(readerOfA?.positions()[0]?.position).toBe(2n);
  expect(first.running()[0]).toBe(readerOfA);

  directory.set({ shop: 'aurora', sources: { b } });
  await until('a is stopped', () => first.running().length === 1);
  await put(client, a, { ...coat, units: 4 });
  await put(client, b, { sku: 'hat', product: 'hat', units: 5 });
  await until('b goes on', async () => (await units('hat')) === 5);
  expect(await units('coat-m')).toBe(3);

  await first.stop();
  directory.set({ shop: 'aurora', sources: { a, b } });
  worker();
  await until('the second worker reads what came meanwhile', async () => (await units('coat-m')) === 4);
  const seen: { seq: number }[] = await dataSource.query('SELECT seq FROM offers WHERE sku = $1', ['coat-m']);
  expect(seen[0]?.seq).toBe(3);
});

test('freshness: at the end of the log the source is fresh now; stopped workers say nothing', async () => {
  const { client, emitter, directory, topic, worker } = await bed();
  const catalog = await topic('catalog');
  const seen = await follow(client, freshness);
  directory.set({ shop: 'aurora', sources: { catalog } });
  const sources = worker();
  await put(client, catalog, { ...coat, units: 1 });
  await until('it is read', () => sources.running()[0]?.positions()[0]?.settledPosition === 1n);
  const before = Date.now();
  const o = { sources, emitter, clock: systemClock, log: testLog() };
  await tellFreshness(o);
  await until('freshness', () => seen.length === 1);
  const [said] = values<Freshness>(seen);
  expect(said).toMatchObject({ shop: 'aurora', source: 'catalog', partition: 0 });
  expect(said?.at).toBeGreaterThanOrEqual(before);
  expect(said?.at).toBeLessThanOrEqual(Date.now());
  expect(seen[0]?.key).toBe('aurora:catalog:0');
  await sources.stop();
  await tellFreshness(o);
  expect(seen).toHaveLength(1);
});
