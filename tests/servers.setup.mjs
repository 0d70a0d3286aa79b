/**
 * Jest's globalSetup for the `int` and `flow` suites: real servers on free ports, with data that goes afterwards.
 * Addresses already in the environment are respected. Workers inherit what is set here. Both suites name this file;
 * the second call finds the servers of the first.
 */
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const STACK = Symbol.for('beckon.tests.stack');
const repository = fileURLToPath(new URL('..', import.meta.url));

export default async function startServers() {
  if (globalThis[STACK]) return;
  rmSync(`${repository}.beckon/flow-logs`, { recursive: true, force: true });
  // Jest loads this file without its own compiler, and the guard is a process of its own: both need the built library.
  execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-b', 'libs/stack'], {
    cwd: repository,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const { startStack } = await import('../libs/stack/dist/index.js');
  const stack = await startStack({ persistent: false, log: (line) => console.error(line) });
  globalThis[STACK] = stack;
  process.env.KAFKA_BROKERS = stack.kafkaBrokers.join(',');
  process.env.REDIS_URL = stack.redisUrl;
  process.env.DATABASE_URL = stack.databaseUrl;
}
