/** Sealing anew on a real Postgres: in batches, beside other work, and honest about what is left. */
import { beforeAll, beforeEach, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import type { DataSource } from 'typeorm';
import { ownNames, testDatabase, testLog, until } from '../../../tests/support/real-servers.js';
import { RESEAL_BATCH, resealAll } from './reseal.js';
import { sealedColumn } from './sealed-column.js';
import { Sealer } from './sealer.js';

const [one, two] = ['k_1', 'k_2'].map((id) => `${id}:${randomBytes(32).toString('base64')}`) as [string, string];
const before = Sealer.fromKeys(one);
const during = Sealer.fromKeys(`${two},${one}`);
const after = Sealer.fromKeys(two);

let db: DataSource;
beforeAll(async () => {
  db = await testDatabase(ownNames().schema('sealed'), []);
  await db.query('CREATE TABLE texts (a text, b text, sealed text, body jsonb, PRIMARY KEY (a, b))');
});
beforeEach(() => db.query('DELETE FROM texts'));

const places = () => [
  sealedColumn(db, { table: 'texts', key: ['a', 'b'], column: 'sealed' }),
  sealedColumn(db, { table: 'texts', key: ['a', 'b'], column: 'body', field: 'psid', where: `a <> 'left'` }),
];
const pass = (sealer: Sealer): Promise<number> => resealAll({ sealer, places: places(), log: testLog() });
const put = (a: string, b: string, sealed: string | null, body: object | null = null): Promise<unknown> =>
  db.query('INSERT INTO texts VALUES ($1, $2, $3, $4)', [a, b, sealed, body && JSON.stringify(body)]);

it('seals every row anew that another key sealed, keeps what is in it, and touches nothing else', async () => {
  const many = RESEAL_BATCH * 2 + 7;
  for (let i = 0; i < many; i += 1)
    await put(`a${i % 9}`, `b${i}`, before.seal(`text ${i}`), { psid: before.seal(`psid ${i}`), text: 'x' });
  await put('new', '', during.seal('new'));
  await put('empty', '', '');
  await put('null', '', null, { text: 'no psid' });
  await put('left', '', null, { psid: before.seal('not asked for') });
  const [{ sealed: untouched }] = await db.query(`SELECT sealed FROM texts WHERE a = 'new'`);

  expect(await pass(before)).toBe(1);
  expect(await pass(during)).toBe(0);
  const rows: { a: string; b: string; sealed: string; body: { psid: string } }[] = await db.query(
    `SELECT * FROM texts WHERE b <> ''`,
  );
  expect(rows).toHaveLength(many);
  for (const { b, sealed, body } of rows) {
    expect(after.open(sealed)).toBe(`text ${b.slice(1)}`);
    expect(body).toEqual({ psid: expect.any(String), text: 'x' });
    expect(after.open(body.psid)).toBe(`psid ${b.slice(1)}`);
  }
  expect((await db.query(`SELECT sealed FROM texts WHERE a = 'new'`))[0].sealed).toBe(untouched);
  expect((await db.query(`SELECT sealed FROM texts WHERE a = 'empty'`))[0].sealed).toBe('');
  expect(await pass(after)).toBe(0);
});

it('with one key alone counts what it does not open, and leaves it', async () => {
  const sealed = before.seal('kept');
  await put('a', 'b', sealed);
  expect(await pass(after)).toBe(1);
  expect(before.open((await db.query('SELECT sealed FROM texts'))[0].sealed)).toBe('kept');
});

it('goes past a text that no key opens, and says that it is left', async () => {
  const lost = Sealer.fromKeys(`lost:${randomBytes(32).toString('base64')}`).seal('lost');
  await put('a', '', lost);
  await put('b', '', before.seal('fine'));
  expect(await pass(during)).toBe(1);
  const rows = await db.query('SELECT sealed FROM texts ORDER BY a');
  expect([rows[0].sealed, after.open(rows[1].sealed)]).toEqual([lost, 'fine']);
});

it('waits for nobody: a row that is being written is left for the next pass, and keeps what was written', async () => {
  await put('a', '', before.seal('old'));
  const writer = db.createQueryRunner();
  await writer.startTransaction();
  await writer.query(`UPDATE texts SET sealed = $1`, [before.seal('written meanwhile')]);
  let left: number | undefined;
  const passing = pass(during).then((n) => (left = n));
  const waits = await until('the pass to end, or to wait', async () => {
    const [row] = await db.query(
      `SELECT count(*)::int AS n FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%texts%'`,
    );
    return left !== undefined ? { waits: false } : (row as { n: number }).n > 0 && { waits: true };
  });
  await writer.commitTransaction();
  await writer.release();
  await passing;
  expect([waits, left]).toEqual([{ waits: false }, 1]);
  expect(await pass(during)).toBe(0);
  expect(after.open((await db.query('SELECT sealed FROM texts'))[0].sealed)).toBe('written meanwhile');
});
