import { execFileSync } from 'node:child_process';
import { createConnection, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { startStack, type Stack } from '@beckon/stack';
import pg from 'pg';
import { EntitySchema, type DataSource, type MigrationInterface, type QueryRunner } from 'typeorm';
import { RunningProcess } from '../fixtures/running-process.js';
import { databaseAnswers, openDatabase, type DatabaseOptions } from './database.js';
import { createLogger } from './logger.js';
import { ConnectionLostError } from './lost-connection.js';
import { isPassing, passingTexts } from './passing.js';

const url = process.env.DATABASE_URL!;
let schemas = 0;
const made: string[] = [];
const open: DataSource[] = [];

function newSchema(): string {
  const schema = `service_test_${process.pid}_${(schemas += 1)}`;
  made.push(schema);
  return schema;
}

async function openTest(o: Partial<DatabaseOptions> = {}): Promise<DataSource> {
  const dataSource = await openDatabase({
    url,
    schema: o.schema ?? newSchema(),
    poolSize: 2,
    applicationName: 'database spec',
    migrations: [],
    ...o,
  });
  open.push(dataSource);
  return dataSource;
}

/** What a promise rejects with; fails the test when it does not. */
async function rejection(promise: Promise<unknown>): Promise<Error> {
  const resolved = Symbol('resolved');
  const outcome = await promise.then(
    () => resolved,
    (error: unknown) => error,
  );
  if (outcome === resolved) throw new Error('expected a rejection');
  return outcome as Error;
}

afterEach(async () => {
  await RunningProcess.endAll();
  for (const dataSource of open.splice(0)) if (dataSource.isInitialized) await dataSource.destroy();
});

afterAll(async () => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  for (const schema of made) await client.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`);
  await client.end();
});

describe('openDatabase', () => {
  class Broken1700000000000 implements MigrationInterface {
    async up(runner: QueryRunner) {
      await runner.query('CREATE TABLE half_made (id int)');
      await runner.query('SELECT * FROM nowhere');
    }
    async down() {}
  }

  it('makes the schema, and every connection of the pool works in it', async () => {
    const schema = newSchema();
    const dataSource = await openTest({ schema });
    const both = await Promise.all(
      [1, 2].map(() => dataSource.query(`SELECT current_schema() AS schema, pg_backend_pid() AS pid, pg_sleep(0.05)`)),
    );
    expect(both.map((rows) => rows[0].schema)).toEqual([schema, schema]);
    expect(new Set(both.map((rows) => rows[0].pid)).size).toBe(2);
    expect(await databaseAnswers(dataSource)()).toBeUndefined();
    await openTest({ schema }); // a second time finds it
  });

  it('several processes that start at once: one migrates, all go on', async () => {
    execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-b', 'libs/service'], {
      cwd: fileURLToPath(new URL('../../..', import.meta.url)),
    });
    const env = { DATABASE_URL: url, DATABASE_SCHEMA: newSchema() };
    const processes = Array.from({ length: 3 }, () => RunningProcess.start('migrating-process.mjs', { env }));
    await Promise.all(processes.map((p) => p.line('waiting')));
    for (const p of processes) p.child.stdin!.write('go\n');
    expect(await Promise.all(processes.map((p) => p.exit))).toEqual([0, 0, 0]);
    for (const p of processes) expect(p.lines).toContain('{"rows":[{"made_at":1700000000000}]}');
    const messages = processes.flatMap((p) => p.messages());
    expect(messages.filter((m) => m === 'migrated')).toHaveLength(2);
    // Without this the processes did not meet and the test would show nothing.
    expect(messages).toContain('another process is migrating; waiting for it');
  });

  it('a migration that fails leaves nothing of it, and frees the lock', async () => {
    const schema = newSchema();
    const failed = await rejection(openTest({ schema, migrations: [Broken1700000000000] }));
    expect(failed.message).toContain('nowhere');
    expect(isPassing(failed)).toBe(false);
    const dataSource = await openTest({ schema });
    expect(await dataSource.query(`SELECT to_regclass('half_made') AS t`)).toEqual([{ t: null }]);
  });

  it('int8 comes back as a number, alone, in arrays, counted, and through an entity', async () => {
    interface Row {
      id: number;
      at: number | null;
    }
    const entity = new EntitySchema<Row>({
      name: 'stamped',
      columns: { id: { type: 'bigint', primary: true }, at: { type: 'bigint', nullable: true } },
    });
    const dataSource = await openTest({ entities: [entity] });
    await dataSource.query('CREATE TABLE stamped (id bigint PRIMARY KEY, at bigint)');
    const rows = dataSource.getRepository(entity);
    await rows.save({ id: 1, at: 1763769600123 });
    await rows.save({ id: 2, at: null });
    expect(await rows.find({ order: { id: 'ASC' } })).toEqual([
      { id: 1, at: 1763769600123 },
      { id: 2, at: null },
    ]);
    const sql = `SELECT at, count(*) OVER () AS n, ARRAY[at, NULL, -1] AS list, '{{1,2}}'::bigint[] AS nested FROM stamped`;
    expect((await dataSource.query(`${sql} WHERE id = 1`))[0]).toEqual({
      at: 1763769600123,
      n: 1,
      list: [1763769600123, null, -1],
      nested: [[1, 2]],
    });
  });

  it('an int8 that a number cannot hold fails the query instead of being rounded', async () => {
    const dataSource = await openTest();
    const error = await rejection(dataSource.query('SELECT 9007199254740993::bigint AS n'));
    expect(error.message).toContain('int8 value 9007199254740993 does not fit');
    expect(await dataSource.query('SELECT 1::int8 AS n')).toEqual([{ n: 1 }]); // the connection is still good
  });

  it('leaves other pools in this process alone', async () => {
    await openTest();
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    expect((await client.query('SELECT 1::int8 AS n')).rows).toEqual([{ n: '1' }]);
    await client.end();
  });

  it('a statement that takes too long is ended, as trouble that may pass', async () => {
    const dataSource = await openTest({ statementTimeoutMs: 50 });
    const error = await rejection(dataSource.query('SELECT pg_sleep(10)'));
    expect(error).toMatchObject({ code: '57014' });
    expect(isPassing(error)).toBe(true);
  });

  it('does not wait when waiting cannot help', async () => {
    const wrong = new URL(url);
    wrong.pathname = '/no_such_database';
    expect(await rejection(openTest({ url: wrong.toString() }))).toMatchObject({ code: '3D000' });
  });

  it.each(['Shop', 'a b', 'x"; DROP SCHEMA public; --'])('refuses the schema name %p', async (schema) => {
    expect((await rejection(openTest({ schema }))).message).toContain('no name for a schema');
  });
});

describe('a server that goes and comes back', () => {
  let stack: Stack;

  beforeAll(async () => {
    // Without addresses in its environment the stack starts a server of our own.
    stack = await startStack({ persistent: false, servers: ['postgres'], env: { PATH: process.env.PATH } });
    await stack.postgres.stop();
  });
  afterAll(() => stack.stop());

  it('is waited for at start, with one line; a restart is trouble that passes, and the pool goes on', async () => {
    const lines: string[] = [];
    const log = createLogger({ service: 'test', level: 'info', destination: { write: (l) => void lines.push(l) } });
    const opening = openTest({ url: stack.databaseUrl, log });
    await until(() => lines.length > 0);
    await stack.postgres.restart();
    const dataSource = await opening;
    const messages = lines.map((l) => (JSON.parse(l) as { msg: string }).msg);
    expect(messages).toEqual(['Postgres does not answer yet; waiting', 'Postgres answers']);

    await dataSource.query('CREATE TABLE kept (n int8)');
    const inFlight = rejection(dataSource.query('SELECT pg_sleep(60)'));
    const inTransaction = rejection(
      dataSource.transaction(async (manager) => {
        await manager.query('INSERT INTO kept VALUES (1)');
        await stack.postgres.stop();
        await manager.query('INSERT INTO kept VALUES (2)');
      }),
    );
    const errors = [await inFlight, await inTransaction, await rejection(dataSource.query('SELECT 1'))];
    expect(errors[1]).toBeInstanceOf(ConnectionLostError);
    for (const error of errors) expect([error.message, isPassing(error)]).toEqual([error.message, true]);

    await stack.postgres.restart();
    expect(await dataSource.query('SELECT count(*) AS n FROM kept')).toEqual([{ n: 0 }]);
    await dataSource.query('INSERT INTO kept VALUES (3)');
    expect(await dataSource.query('SELECT n FROM kept')).toEqual([{ n: 3 }]);
  });
});

/** A way to Postgres that breaks off at the first connection on which `word` is asked. */
async function breakingWay(word: string): Promise<{ url: string; broken: () => boolean; close: () => void }> {
  const { hostname, port } = new URL(url);
  const sockets = new Set<Socket>();
  let broken = false;
  const way = createServer((near) => {
    const far = createConnection(Number(port), hostname);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => undefined).on('close', () => [near, far].forEach((s) => s.destroy()));
    }
    far.pipe(near);
    near.on('data', (bytes) => {
      if (broken || !bytes.includes(word)) return void far.write(bytes);
      broken = true;
      near.destroy();
    });
  });
  await new Promise<void>((resolve) => way.listen(0, '127.0.0.1', resolve));
  const there = new URL(url);
  there.host = `127.0.0.1:${(way.address() as AddressInfo).port}`;
  const close = (): void => {
    for (const socket of sockets) socket.destroy();
    way.close();
  };
  return { url: there.href, broken: () => broken, close };
}

describe('a connection that breaks while a service starts', () => {
  class Things1700000000000 implements MigrationInterface {
    async up(runner: QueryRunner) {
      await runner.query('CREATE TABLE things (id int)');
    }
    async down() {}
  }

  it.each(['pg_try_advisory_lock', 'CREATE SCHEMA', 'CREATE TABLE things'])('is made anew (at %s)', async (word) => {
    const way = await breakingWay(word);
    try {
      const dataSource = await openTest({ url: way.url, migrations: [Things1700000000000] });
      expect(way.broken()).toBe(true);
      expect(await dataSource.query('SELECT count(*) AS n FROM things')).toEqual([{ n: 0 }]);
      await dataSource.destroy();
    } finally {
      way.close();
    }
  });
});

/** Errors of node-postgres that have no code: each is provoked, so that an upgrade which words them anew is noticed. */
describe('texts that isPassing knows', () => {
  const seen = new Set<string>();
  const sockets: Socket[] = [];
  let silent: Server;
  let deaf: number;

  beforeAll(async () => {
    silent = createServer((socket) => sockets.push(socket)); // accepts and never says a word
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    deaf = (silent.address() as AddressInfo).port;
  });
  afterAll(() => {
    for (const socket of sockets) socket.destroy();
    silent.close();
  });

  async function expectPassing(promise: Promise<unknown>): Promise<void> {
    const error = await rejection(promise);
    expect([error.message, isPassing(error)]).toEqual([error.message, true]);
    seen.add(error.message);
  }
  async function connect(config: pg.ClientConfig = {}): Promise<pg.Client> {
    const client = new pg.Client({ connectionString: url, ...config });
    client.on('error', () => undefined);
    await client.connect();
    return client;
  }

  it('are what node-postgres says', async () => {
    const unanswered = { host: '127.0.0.1', port: deaf, user: 'x', password: 'x', connectionTimeoutMillis: 30 };
    await expectPassing(new pg.Client(unanswered).connect());
    await expectPassing(new pg.Pool(unanswered).connect());

    const small = new pg.Pool({ connectionString: url, max: 1, connectionTimeoutMillis: 1000 });
    const held = await small.connect();
    await expectPassing(small.connect());
    held.release();
    await small.end();

    const slow = await connect({ query_timeout: 30 });
    await expectPassing(slow.query('SELECT pg_sleep(1)'));
    await slow.end();

    const closed = await connect();
    const unfinished = closed.query('SELECT pg_sleep(60)');
    const ending = closed.end();
    await expectPassing(unfinished);
    await ending;
    await expectPassing(closed.query('SELECT 1'));

    const cut = await connect();
    const lost = cut.query('SELECT pg_sleep(60)');
    (cut as unknown as { connection: { stream: Socket } }).connection.stream.destroy();
    await expectPassing(lost);
    await expectPassing(cut.query('SELECT 1'));

    expect([...seen].sort()).toEqual([...passingTexts].sort());
  });
});

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}
