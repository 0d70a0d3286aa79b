/** What the HTTP API keeps is forgotten in time, in batches, and nothing younger with it. */
import { beforeAll, expect, it } from '@jest/globals';
import { Sealer } from '@beckon/service';
import type { DataSource } from 'typeorm';
import { ownNames, testDatabase } from '../../../../tests/support/real-servers.js';
import { Asks } from './asks.js';
import { optinMigrations } from './migrations/optin-tables.js';
import { OptinKeys } from './optin-keys.js';
import { RememberedAnswers } from './remembered-answers.js';

let dataSource: DataSource;
beforeAll(async () => {
  dataSource = await testDatabase(ownNames().schema('optin'), optinMigrations);
});

it('answers under an Idempotency-Key', async () => {
  const keys = new OptinKeys('k', ['r'], Sealer.fromKeys(`k1:${Buffer.alloc(32, 1).toString('base64')}`));
  const answers = new RememberedAnswers(dataSource, keys);
  for (const [key, at] of [
    ['a', 100],
    ['b', 200],
    ['c', 300],
    ['young', 900],
  ] as const)
    await answers.begin({ shop: 'aurora', key, requestHash: Buffer.from('x') }, at);
  expect(await answers.forget(500, 2)).toBe(2);
  expect(await answers.forget(500, 2)).toBe(1);
  expect(await answers.forget(500, 2)).toBe(0);
  expect(await dataSource.query('SELECT idempotency_key FROM api_answers')).toEqual([{ idempotency_key: 'young' }]);
});

it('asks', async () => {
  await dataSource.query(
    `INSERT INTO shoppers (shopper_id, rev, shop, page, psid_sealed, grants, ended_subs, updated_at)
     VALUES ('shp_1', 1, 'aurora', '1001', 'sealed', '[]', '[]', 1)`,
  );
  for (const [id, at] of [
    ['ask_a', 100],
    ['ask_b', 200],
    ['ask_young', 900],
  ] as const)
    await dataSource.query(
      `INSERT INTO asks (ask_id, shop, page, shopper_id, kind, product, requested_at, expires_at)
       VALUES ($1, 'aurora', '1001', 'shp_1', 'back_in_stock', 'red-coat', $2, $2)`,
      [id, at],
    );
  const asks = new Asks(dataSource);
  expect(await asks.forget(500, 1)).toBe(1);
  expect(await asks.forget(500, 5)).toBe(1);
  expect(await asks.forget(500, 5)).toBe(0);
  expect(await asks.find('aurora', 'ask_young')).toMatchObject({ ask_id: 'ask_young', accepted_at: null });
});
