/** A replay of dead letters yields exactly what was missing: what the real command puts back, ingestion folds once. */
import { expect, test } from '@jest/globals';
import {
  allTopics,
  catalogSignals,
  deadLetters,
  exampleSettings,
  offers,
  ShopSettings,
  type Offer,
  type Signal,
} from '@beckon/contracts';
import { createTopics, Emitter } from '@beckon/kafka';
import { systemClock } from '@beckon/service';
import type { ShopDirectory } from '@beckon/settings';
import pc from 'picocolors';
import { tmpdir } from 'node:os';
import { run } from '../../../cli/src/run.js';
import {
  cleanUp,
  follow,
  ownNames,
  servers,
  testDatabase,
  testKafka,
  testLog,
  until,
} from '../../../../tests/support/real-servers.js';
import { ingestionMigrations } from '../ingestion.module.js';
import { SourceConsumers } from './source-consumers.js';

const HOUR = 3_600_000;

test('replayed once, twice, and by hand again: each missing change once, and nothing that is over', async () => {
  const names = ownNames();
  const dataSource = await testDatabase(names.schema('ingestion'), ingestionMigrations);
  const client = await testKafka('ingestion', names.topicPrefix, allTopics);
  const emitter = new Emitter(client, dataSource, testLog());
  cleanUp(() => emitter.stop());
  const catalog = `${names.topicPrefix}catalog`;
  await createTopics(await client.admin(), [{ topic: catalog, numPartitions: 1 }]);
  const sources = [{ name: 'catalog', format: 'cloudevents' as const, topic: catalog }];
  const shop = { shop: 'aurora', rev: 1, settings: ShopSettings.parse({ ...exampleSettings, sources }) };
  const consumers = new SourceConsumers({
    client,
    dataSource,
    emitter,
    directory: { get: () => shop, all: () => [shop], onChange: () => undefined } as unknown as ShopDirectory,
    secrets: { read: () => undefined },
    clock: systemClock,
    log: testLog(),
    onGone: (error) => {
      throw error;
    },
  });
  cleanUp(() => consumers.stop());

  const now = Date.now();
  let count = 0;
  const event = (data: object, extra: Record<string, string> = {}) => ({
    key: 'any',
    value: JSON.stringify(data),
    headers: {
      ...{
        ce_specversion: '1.0',
        ce_id: `evt-${(count += 1)}`,
        ce_source: 'test',
        ce_type: 'com.beckon.offer.changed',
      },
      ...extra,
    },
  });
  const at = (ms: number) => ({ ce_time: new Date(ms).toISOString() });
  // As an older release put them aside: it could not read them, ours can. None of them says when it happened.
  const aside = (data: object, offset: number, writtenAt: number) => ({
    topic: client.topic(deadLetters('ingestion')),
    ...event(data, {
      ...{ dl_reason: 'invalid_field', dl_field: 'units', dl_detail: 'test', dl_topic: catalog },
      ...{ dl_source: 'aurora/catalog', dl_partition: '0', dl_offset: String(offset), dl_at: String(now) },
      dl_timestamp: String(writtenAt),
    }),
  });
  await client.producer.send([
    { topic: catalog, ...event({ sku: 'coat', product: 'coat', units: 0 }, at(now - 2 * HOUR)) },
    { topic: catalog, ...event({ sku: 'hat', product: 'hat', units: 7 }, at(now)) },
    // The coat came back after what is known of it; of the hat there is later news already.
    aside({ sku: 'coat', product: 'coat', units: 3 }, 1, now - HOUR),
    aside({ sku: 'hat', product: 'hat', units: 0 }, 2, now - HOUR),
  ]);
  const [seenOffers, seenSignals] = await Promise.all([follow(client, offers), follow(client, catalogSignals)]);
  consumers.start();
  await until('what was read before', () => seenOffers.length === 2);

  const replay = async (...args: string[]): Promise<number> => {
    const code = await run(['dead-letters', 'replay', 'ingestion', ...args], {
      out: () => undefined,
      err: () => undefined,
      colors: pc.createColors(false),
      env: {
        ...{ BECKON_STATE: tmpdir(), KAFKA_BROKERS: servers().brokers.join(',') },
        ...{ TOPIC_PREFIX: names.topicPrefix, GROUP_PREFIX: names.topicPrefix },
      },
      signal: new AbortController().signal,
      now: () => Date.now(),
    });
    const end = (await client.ends(catalog)).get(0)?.high;
    await until('the replay to be read', () => consumers.running()[0]?.positions()[0]?.settledPosition === end);
    return code;
  };
  expect(await replay('--reason', 'invalid_field')).toBe(0);
  expect(await replay('--all')).toBe(0);
  expect(await replay('--all', '--again')).toBe(0);
  // A last record shows that all that could come out before it has come out.
  await client.producer.send([{ topic: catalog, ...event({ sku: 'end', product: 'end', units: 1 }) }]);
  await until('the end', () => seenOffers.some((o) => o.key === 'aurora:end'));

  const told = seenOffers.map((o) => JSON.parse(o.value ?? '') as Offer).map((o) => [o.sku, o.units]);
  expect(told.filter(([sku]) => sku === 'coat')).toEqual([
    ['coat', 0],
    ['coat', 3],
  ]);
  expect(told.filter(([sku]) => sku === 'hat')).toEqual([['hat', 7]]);
  expect(seenSignals.map((s) => JSON.parse(s.value ?? '') as Signal)).toMatchObject([{ op: 'opened', sku: 'coat' }]);
});
