/**
 * One schema of Postgres for one service: made if missing, migrated by whoever comes first, int8 as numbers.
 *
 * Several processes of a service start at the same moment. All of them take the same advisory lock before they look at
 * the migrations, so one migrates and the others find the work done. The lock lives in a session of its own and ends
 * with it, also when the process is killed.
 */
import pg from 'pg';
import { DataSource, type DataSourceOptions, type MigrationInterface } from 'typeorm';
import { systemClock } from './clock.js';
import type { HealthCheck } from './health.js';
import type { Logger } from './logger.js';
import { nameLostConnections } from './lost-connection.js';
import { gauge } from './metrics.js';
import { isPassing } from './passing.js';
import { typeOrmLogger } from './typeorm-logger.js';

/** A TypeORM migration; the class name ends in a JavaScript timestamp, which decides the order. */
export type MigrationClass = new () => MigrationInterface;

export interface DatabaseOptions {
  readonly url: string;
  readonly schema: string;
  readonly poolSize: number;
  /** Talk TLS and verify the server's certificate, against `ca` (PEM) if given. */
  readonly ssl?: boolean;
  readonly ca?: string;
  readonly migrations: readonly MigrationClass[];
  readonly entities?: NonNullable<DataSourceOptions['entities']>;
  /** Shown in pg_stat_activity. */
  readonly applicationName: string;
  /** How long to wait for a Postgres that does not answer yet, in milliseconds (default 60 s). */
  readonly waitMs?: number;
  /** Longest statement, in milliseconds (default 30 s). Migrations have no limit. */
  readonly statementTimeoutMs?: number;
  readonly log?: Logger;
}

const connections = gauge('beckon_database_connections', {
  help: 'Connections of the Postgres pool: open, of these idle, and callers waiting for one.',
  labels: ['state'],
});

/**
 * An initialised data source whose connections have `search_path` = schema. Close it with `destroy()`. A Postgres that does
 * not answer yet, or breaks off while it is asked, is waited for.
 * @throws the error once `waitMs` is over, or at once when waiting cannot help (password, database name, a migration).
 */
export async function openDatabase(o: DatabaseOptions): Promise<DataSource> {
  if (!/^[a-z_][a-z0-9_]{0,62}$/.test(o.schema)) throw new Error(`"${o.schema}" is no name for a schema`);
  const waitMs = o.waitMs ?? 60_000;
  const began = systemClock.monotonic();
  for (let attempt = 1; ; attempt += 1) {
    try {
      const dataSource = await openOnce(o);
      if (attempt > 1) o.log?.info({ ms: Math.round(systemClock.monotonic() - began) }, 'Postgres answers');
      return dataSource;
    } catch (err) {
      if (!isPassing(err) || systemClock.monotonic() - began > waitMs) throw err;
      if (attempt === 1)
        o.log?.warn({ err, host: new URL(o.url).host, waitMs }, 'Postgres does not answer yet; waiting');
      await new Promise((resolve) => setTimeout(resolve, Math.min(2000, 100 * 2 ** Math.min(attempt, 5))));
    }
  }
}

async function openOnce(o: DatabaseOptions): Promise<DataSource> {
  const session = new pg.Client({
    connectionString: o.url,
    application_name: `${o.applicationName} migrations`,
    connectionTimeoutMillis: 10_000,
    ssl: tls(o),
  });
  // Without a listener, a break of this connection would end the process instead of failing the query.
  session.on('error', () => undefined);
  try {
    await session.connect();
    await takeMigrationLock(session, o);
    await session.query(`CREATE SCHEMA IF NOT EXISTS ${pg.escapeIdentifier(o.schema)}`);
    await migrate(o);
  } finally {
    await session.end().catch(() => undefined);
  }
  const dataSource = new DataSource({
    ...connectionOptions(o),
    poolSize: o.poolSize,
    entities: o.entities ?? [],
    extra: {
      ...sessionOptions(o),
      statement_timeout: o.statementTimeoutMs ?? 30_000,
      lock_timeout: 10_000,
      // A process frozen inside a transaction holds its rows; after this the next owner goes on.
      idle_in_transaction_session_timeout: 10_000,
      types: int8AsNumber,
    },
  });
  nameLostConnections(dataSource);
  await dataSource.initialize();
  return withPoolMetrics(dataSource);
}

/** Ready while Postgres answers a trivial query. */
export function databaseAnswers(dataSource: DataSource): HealthCheck {
  return async () => {
    await dataSource.query('SELECT 1');
    return undefined;
  };
}

function connectionOptions(o: DatabaseOptions) {
  return {
    type: 'postgres',
    url: o.url,
    schema: o.schema,
    applicationName: o.applicationName,
    ssl: tls(o),
    installExtensions: false,
    connectTimeoutMS: 10_000,
    synchronize: false,
    logger: typeOrmLogger(o.log),
    // An idle connection that breaks is replaced at the next use; without a handler it would end the process.
    poolErrorHandler: (err: unknown) => o.log?.warn({ err }, 'an idle Postgres connection broke'),
  } as const;
}

const tls = (o: DatabaseOptions) => (o.ssl ? { rejectUnauthorized: true, ...(o.ca ? { ca: o.ca } : {}) } : undefined);

/** Sent when a connection opens, so that every connection of the pool has them from its first statement on. */
const sessionOptions = (o: DatabaseOptions) => ({
  options: `-c search_path=${o.schema}`,
  keepAlive: true,
  keepAliveInitialDelayMillis: 10_000,
});

async function takeMigrationLock(session: pg.Client, o: DatabaseOptions): Promise<void> {
  const key = [`beckon.migrations.${o.schema}`];
  const tried = await session.query('SELECT pg_try_advisory_lock(hashtextextended($1, 0)) AS ours', key);
  if (tried.rows[0].ours) return;
  o.log?.info({ schema: o.schema }, 'another process is migrating; waiting for it');
  await session.query('SELECT pg_advisory_lock(hashtextextended($1, 0))', key);
}

async function migrate(o: DatabaseOptions): Promise<void> {
  const dataSource = new DataSource({
    ...connectionOptions(o),
    applicationName: `${o.applicationName} migrations`,
    poolSize: 1,
    migrations: [...o.migrations],
    migrationsTableName: 'migrations',
    extra: sessionOptions(o),
  });
  await dataSource.initialize();
  try {
    for (const done of await dataSource.runMigrations({ transaction: 'each' })) {
      o.log?.info({ schema: o.schema, migration: done.name }, 'migrated');
    }
  } finally {
    await dataSource.destroy();
  }
}

const INT8 = 20;
const INT8_ARRAY = 1016;
/** The parser of node-postgres, which leaves int8 as text; the published types know only scalar type ids. */
const int8ArrayToTexts = (pg.types.getTypeParser as (oid: number) => (text: string) => unknown)(INT8_ARRAY);

/**
 * Our bigint columns hold milliseconds, counters and minor currency units, all far below 2^53, and code wants numbers.
 * A value that a number cannot hold fails the query instead of being rounded. Set per connection: nobody else's pool
 * in this process changes.
 */
const int8AsNumber = {
  getTypeParser(oid: number, format?: 'text' | 'binary'): unknown {
    if (format !== 'binary' && oid === INT8) return toSafeNumber;
    if (format !== 'binary' && oid === INT8_ARRAY) return (text: string) => eachNumber(int8ArrayToTexts(text));
    return pg.types.getTypeParser(oid, format as 'text');
  },
};

function toSafeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`int8 value ${text} does not fit a JavaScript number`);
  return value;
}

function eachNumber(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(eachNumber);
  return value === null ? null : toSafeNumber(String(value));
}

function withPoolMetrics(dataSource: DataSource): DataSource {
  const pool = (dataSource.driver as unknown as { master: pg.Pool }).master;
  const stops = [
    connections.observe(() => pool.totalCount, { state: 'open' }),
    connections.observe(() => pool.idleCount, { state: 'idle' }),
    connections.observe(() => pool.waitingCount, { state: 'waiting' }),
  ];
  const destroy = dataSource.destroy.bind(dataSource);
  dataSource.destroy = async () => {
    for (const stop of stops) stop();
    await destroy();
  };
  return dataSource;
}
