/**
 * Starts real servers for `npm start` and for tests: Apache Kafka, Redis, PostgreSQL, all on 127.0.0.1, all data in the
 * state folder. An address in the environment replaces a server. Whatever ends this program also ends the servers
 * (`guard-process.ts`).
 */
import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Guard } from './guard.js';
import { haveJars } from './jars.js';
import { startKafka } from './kafka.js';
import { clearLeftovers, isRunAlive, readRun } from './leftovers.js';
import { PortPicker } from './ports.js';
import { startPostgres } from './postgres.js';
import { redisOnPath, startRedis } from './redis.js';
import { requireJava, requireMaven } from './requirements.js';
import { externalServer, type Server } from './server.js';
import { Memory, stateFolder, type Remembered } from './state.js';
import type { Surroundings } from './surroundings.js';
import { type Environment, ownEnvironment } from './environment.js';

/** The servers there are. */
export type ServerName = 'kafka' | 'redis' | 'postgres';

/** How a stack is wanted. */
export interface StackOptions {
  /** State folder; default: `BECKON_STATE`, else `.beckon` in the repository. */
  readonly stateDir?: string;
  /**
   * true (default): the usual ports where free, data kept for the next start, database `beckon`.
   * false: other free ports, a data folder of its own that goes at `stop()`, database `beckon_test`.
   */
  readonly persistent?: boolean;
  /** Only these (default: all three). A test that kills Redis starts just a Redis of its own. */
  readonly servers?: readonly ServerName[];
  /**
   * Port on 127.0.0.1 of a proxy that will stand before Kafka. A broker tells its clients where to come back to, so it
   * must know: whoever comes through the proxy to `kafka.behindFront` is sent back to the proxy.
   */
  readonly kafkaFront?: number;
  /**
   * Kafka with one more listener, `kafka.behindLogin`, at which clients must log in with SASL/PLAIN as this user: somebody
   * else's cluster, to look at from outside.
   */
  readonly kafkaLogin?: { readonly username: string; readonly password: string };
  /** More settings of our own Postgres, for who looks into it: `{ shared_preload_libraries: 'pg_stat_statements' }`. */
  readonly postgresSettings?: Readonly<Record<string, string>>;
  /** Where addresses, PATH and JAVA_HOME are looked up; default: our environment. Without the three addresses: all ours. */
  readonly env?: Environment;
  /** Aborted: the start is given up, and what was started is stopped; `startStack` rejects. Later it means nothing. */
  readonly signal?: AbortSignal;
  /** Told what is done that takes time. */
  readonly log?: (line: string) => void;
}

/** Running servers. */
export interface Stack {
  /** `host:port` of each broker. */
  readonly kafkaBrokers: string[];
  readonly redisUrl: string;
  readonly databaseUrl: string;
  readonly kafka: Server;
  readonly redis: Server;
  readonly postgres: Server;
  /** Milliseconds from the call to the server's first answer (fetching and first-time set-up included); 0 when external. */
  readonly timings: Readonly<Record<ServerName, number>>;
  /** Folder of the servers' log files. */
  readonly logDir: string;
  /** Starts further processes that end with this stack, before the servers. */
  readonly guard: Guard;
  /** Stops everything started through the guard, highest tier first, then the servers; deletes throwaway data. */
  stop(): Promise<void>;
}

const ADDRESS = { kafka: 'KAFKA_BROKERS', redis: 'REDIS_URL', postgres: 'DATABASE_URL' } as const;
const NAME = { kafka: 'Kafka', redis: 'Redis', postgres: 'Postgres' } as const;

/**
 * Starts what the environment does not already give, all at the same time.
 * @throws RequirementError naming the command to type, before anything is started, when a person must install something
 * @throws StateInUseError when another program runs on the same (persistent) state
 * @throws ServerStartError with the end of the server's log
 */
export async function startStack(options: StackOptions = {}): Promise<Stack> {
  const { persistent = true, env = ownEnvironment(), log = () => undefined } = options;
  const stateDir = options.stateDir ?? stateFolder(env);
  const wanted = options.servers ?? (['kafka', 'redis', 'postgres'] as const);
  const ours = wanted.filter((name) => !env[ADDRESS[name]]);
  await checkRequirements(ours, stateDir, env);
  prepareFolder(stateDir);
  await sweepThrowaways(stateDir, log);

  const home = persistent ? stateDir : join(stateDir, 'throwaway', `${process.pid}-${randomBytes(4).toString('hex')}`);
  const dataDir = join(home, 'data');
  const guard = await Guard.start(join(home, 'run.json'), log);
  const memory = new Memory(dataDir);
  const around: Surroundings = {
    guard,
    memory,
    stateDir,
    dataDir,
    log,
    env,
    ports: new PortPicker(),
    logDir: join(home, 'logs'),
    usualPorts: persistent,
    throwaway: !persistent,
    database: persistent ? 'beckon' : 'beckon_test',
    kafkaFront: options.kafkaFront,
    kafkaLogin: options.kafkaLogin,
    postgresSettings: options.postgresSettings ?? {},
    childEnv: serverEnvironment(env),
  };
  mkdirSync(around.logDir, { recursive: true });

  async function stop(): Promise<void> {
    await guard.stop();
    if (!persistent) removeHome(home);
  }

  const giveUp = () => void guard.stop();
  options.signal?.addEventListener('abort', giveUp, { once: true });
  if (options.signal?.aborted) giveUp();
  const begun = performance.now();
  const timings: Record<ServerName, number> = { kafka: 0, redis: 0, postgres: 0 };
  async function provide(name: ServerName, start: (around: Surroundings) => Promise<Server>): Promise<Server> {
    if (!ours.includes(name)) return externalServer(NAME[name], ADDRESS[name], env[ADDRESS[name]]);
    const server = await start(around);
    timings[name] = Math.round(performance.now() - begun);
    return server;
  }
  const results = await Promise.allSettled([
    provide('kafka', startKafka),
    provide('redis', startRedis),
    provide('postgres', startPostgres),
  ]);
  options.signal?.removeEventListener('abort', giveUp);
  const failed = results.find((result) => result.status === 'rejected');
  if (failed) {
    await guard.stop(); // a throwaway's logs stay for a look; the next start removes them
    throw failed.reason;
  }
  const [kafka, redis, postgres] = results.map((result) => (result as PromiseFulfilledResult<Server>).value) as [
    Server,
    Server,
    Server,
  ];
  return {
    get kafkaBrokers() {
      return addressOf(kafka).split(',');
    },
    get redisUrl() {
      return addressOf(redis);
    },
    get databaseUrl() {
      return addressOf(postgres);
    },
    kafka,
    redis,
    postgres,
    timings,
    logDir: around.logDir,
    guard,
    stop,
  };
}

/**
 * Forgets all data of `npm start` (the jars stay).
 * @throws StateInUseError while it runs
 */
export async function resetStack(
  stateDir: string = stateFolder(),
  log: (line: string) => void = () => undefined,
): Promise<void> {
  await clearLeftovers(join(stateDir, 'run.json'), log);
  removeHome(stateDir, ['data', 'logs']);
}

function addressOf(server: Server): string {
  if (server.address) return server.address;
  throw new Error(`this stack was started without ${server.name}`);
}

async function checkRequirements(ours: readonly ServerName[], stateDir: string, env: Environment): Promise<void> {
  const needsJars = ours.includes('kafka') || (ours.includes('redis') && !redisOnPath(env));
  if (ours.includes('kafka')) await requireJava(env);
  if (needsJars && !haveJars(stateDir)) requireMaven(env);
}

function prepareFolder(stateDir: string): void {
  mkdirSync(stateDir, { recursive: true });
  // As root, Postgres runs as another user, who must be able to walk through (not list) this folder.
  if (process.getuid?.() === 0) chmodSync(stateDir, 0o755);
}

/** Throwaway folders of runs that were killed: their servers are gone or are ended now, their data is deleted. */
async function sweepThrowaways(stateDir: string, log: (line: string) => void): Promise<void> {
  const folder = join(stateDir, 'throwaway');
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder)) {
    const home = join(folder, name);
    const runFile = join(home, 'run.json');
    const run = readRun(runFile);
    if (run && isRunAlive(run)) continue;
    if (!run && isOwnerAlive(name)) continue; // it is just starting or stopping
    await clearLeftovers(runFile, log);
    removeHome(home);
  }
}

function isOwnerAlive(name: string): boolean {
  try {
    process.kill(Number(name.split('-')[0]), 0);
    return true;
  } catch {
    return false;
  }
}

function removeHome(home: string, parts?: readonly string[]): void {
  try {
    const remembered = JSON.parse(readFileSync(join(home, 'data', 'remembered.json'), 'utf8')) as Remembered;
    if (remembered.postgresHome) rmSync(remembered.postgresHome, { recursive: true, force: true });
  } catch {
    // nothing remembered: nothing outside this folder
  }
  for (const path of parts ? parts.map((part) => join(home, part)) : [home]) {
    rmSync(path, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** What servers need of our environment and nothing else: no secret of ours reaches them. */
function serverEnvironment(env: Environment): Record<string, string> {
  const pass = ['PATH', 'HOME', 'LANG', 'TZ', 'TMPDIR', 'TEMP', 'TMP', 'SystemRoot', 'LD_LIBRARY_PATH'];
  return Object.fromEntries(pass.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])));
}
