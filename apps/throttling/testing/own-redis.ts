/** A Redis of one's own, from the same program as the shared one: for specs that empty, stop or restart it. */
import { Redis } from 'ioredis';
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cleanUp, servers, until } from '../../../tests/support/real-servers.js';

export interface OwnRedis {
  readonly url: string;
  readonly client: Redis;
  /** Ends the server at once, as a crash would; it kept nothing on disk. */
  kill(): Promise<void>;
  /** Starts it again at the same address, empty. */
  start(): Promise<void>;
}

/** Starts it; stopped after the spec file. */
export async function ownRedis(): Promise<OwnRedis> {
  const program = await programOfShared();
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'own-redis-'));
  let child: ChildProcess | undefined;
  const client = new Redis({ port, host: '127.0.0.1', lazyConnect: true, retryStrategy: () => 50 });
  client.on('error', () => undefined);

  const start = async (): Promise<void> => {
    const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', folder];
    child = spawn(program, args, { stdio: 'ignore' });
    if (client.status === 'wait') void client.connect().catch(() => undefined);
    await until('the own Redis answers', async () => (await client.ping().catch(() => '')) === 'PONG');
  };
  const kill = async (): Promise<void> => {
    const dying = child;
    if (!dying || dying.exitCode !== null || dying.signalCode !== null) return;
    const gone = new Promise((resolve) => dying.once('exit', resolve));
    dying.kill('SIGKILL');
    await gone;
  };
  cleanUp(async () => {
    client.disconnect();
    await kill();
    rmSync(folder, { recursive: true, force: true });
  });
  await start();
  return { url: `redis://127.0.0.1:${port}`, client, kill, start };
}

async function programOfShared(): Promise<string> {
  const shared = new Redis(servers().redisUrl);
  try {
    const program = /^executable:(.+?)\r?$/m.exec(await shared.info('server'))?.[1];
    if (!program) throw new Error('INFO names no executable');
    return program;
  } finally {
    shared.disconnect();
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
