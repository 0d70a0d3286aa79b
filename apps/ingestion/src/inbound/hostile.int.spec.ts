/** Hostile records on a real broker: each is put aside with its reason, and every neighbour goes on. */
import { expect, test } from '@jest/globals';
import { allTopics, deadLetters, exampleSettings, offers, ShopSettings } from '@beckon/contracts';
import { createTopics, Emitter } from '@beckon/kafka';
import { systemClock } from '@beckon/service';
import type { ShopDirectory } from '@beckon/settings';
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
import { SourceConsumers } from './source-consumers.js';

test('neighbours of hostile records go on, and each hostile record is put aside, also one too large to be kept', async () => {
  const names = ownNames();
  const dataSource = await testDatabase(names.schema('ingestion'), ingestionMigrations);
  const client = await testKafka('ingestion', names.topicPrefix, allTopics);
  const emitter = new Emitter(client, dataSource, testLog());
  cleanUp(() => emitter.stop());
  const catalog = `${names.topicPrefix}catalog`;
  // The shop's own topic may hold more than ours can.
  const configEntries = [{ name: 'max.message.bytes', value: '4000000' }];
  await createTopics(await client.admin(), [{ topic: catalog, numPartitions: 1, configEntries }]);
  const sources = [{ name: 'catalog', format: 'cloudevents', topic: catalog }];
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

  const headers = { ce_specversion: '1.0', ce_source: 'test', ce_type: 'com.beckon.offer.changed' };
  const good = (i: number) => JSON.stringify({ sku: `good-${i}`, product: 'good', units: i });
  const raw = (field: string) => `{"sku":"bad","product":"bad",${field}}`;
  const hostile: [value: string | Buffer | null, field: string, shape: string, header?: Record<string, string>][] = [
    [Buffer.from([0x7b, 0xff, 0xfe, 0x00]), 'value', '4 bytes, not JSON'],
    [null, 'data', 'no value'],
    [raw(`"units":${'9'.repeat(900_000)}`), 'units', 'number too large for a double'],
    [raw(`"units":${'9'.repeat(3_000_000)}`), 'units', 'number too large for a double'],
    [raw(`"units":${'['.repeat(100_000)}${']'.repeat(100_000)}`), 'units', 'list of 1'],
    [raw('"units":NaN'), 'value', '41 bytes, not JSON'],
    [raw('"units":-3'), 'units', 'whole number below 0'],
    [raw('"units":1,"units":-3'), 'units', 'whole number below 0'],
    [raw('"price":{"amount":1,"currency":"ZZZ"}'), 'price.currency', 'text of 3 characters'],
    ['{"__proto__":{"sku":"bad"},"product":"bad","units":1}', 'sku', 'absent'],
    ['{"sku":"topic:autumn","product":"bad","units":1}', 'sku', 'text of 12 characters'],
    [raw('"title":"a\\u0000b"'), 'title', 'text of 3 characters'],
    [raw('"units":1'), 'ce_id', 'text of 1000000 characters', { ce_id: 'x'.repeat(1_000_000) }],
  ];
  const [seenOffers, seenDead] = await Promise.all([follow(client, offers), follow(client, deadLetters('ingestion'))]);
  consumers.start();
  for (const [i, [value, , , header]] of hostile.entries()) {
    const put = { topic: catalog, key: 'any' };
    await client.producer.send([
      { ...put, value: good(2 * i), headers: { ...headers, ce_id: `a${i}` } },
      { ...put, value, headers: { ...headers, ce_id: `b${i}`, ...header } },
      { ...put, value: good(2 * i + 1), headers: { ...headers, ce_id: `c${i}` } },
    ]);
  }
  await until('all good records', () => seenOffers.length === 2 * hostile.length, 40_000);
  await until('all hostile ones', () => seenDead.length === hostile.length, 40_000);
  expect(new Set(seenOffers.map((o) => o.key))).toEqual(
    new Set(Array.from({ length: 2 * hostile.length }, (_, i) => `aurora:good-${i}`)),
  );
  const byOffset = seenDead.toSorted((a, b) => Number(a.headers['dl_offset']) - Number(b.headers['dl_offset']));
  expect(byOffset.map((d) => [d.headers['dl_field'], d.headers['dl_shape']])).toEqual(
    hostile.map(([, field, shape]) => [field, shape]),
  );
  expect(byOffset.filter((d) => d.headers['dl_cut'] !== undefined)).toHaveLength(2);
  expect(byOffset.every((d) => d.headers['dl_source'] === 'aurora/catalog')).toBe(true);
});
