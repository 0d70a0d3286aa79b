/** The servers of a run, each behind a proxy that can break. Data of their own, gone afterwards. */
import { dirname, join } from 'node:path';
import { mkdirSync, rmSync } from 'node:fs';
import { startStack, type Server, type Stack } from '@beckon/stack';
import { FaultyProxy } from '../proxy.js';
import { SERVERS } from '../faults.js';
import { signalAll, treeOf } from './process-tree.js';

/** A server's name. */
export type ServerName = (typeof SERVERS)[number];

export interface Servers {
  readonly stack: Stack;
  readonly proxies: Readonly<Record<ServerName, FaultyProxy>>;
  /** Addresses through the proxies, as the services get them. */
  readonly broken: { readonly kafka: string; readonly redis: string; readonly postgres: string };
  /** Kills a server with all its processes. `emptied`: its data goes too (Redis). Settles when it is gone. */
  kill(name: ServerName, emptied: boolean): Promise<void>;
  /** Starts it again on what is left of its data. Settles when it answers. */
  restart(name: ServerName): Promise<void>;
  /** Freezes it with all its processes; the answer thaws it. */
  freeze(name: ServerName): () => void;
  stop(): Promise<void>;
}

/** Starts them. @param stateDir where jars are kept and throwaway data goes */
export async function startServers(
  stateDir: string,
  env: Readonly<Record<string, string | undefined>>,
  log: (line: string) => void,
  signal: AbortSignal,
): Promise<Servers> {
  const { KAFKA_BROKERS: _k, REDIS_URL: _r, DATABASE_URL: _d, ...own } = env;
  const kafka = await FaultyProxy.listen([]);
  try {
    const stack = await startStack({ stateDir, persistent: false, env: own, kafkaFront: kafka.port, log, signal });
    kafka.lead([at(`tcp://${stack.kafka.behindFront}`)]);
    const redis = await FaultyProxy.listen([at(stack.redisUrl)]);
    const postgres = await FaultyProxy.listen([at(stack.databaseUrl)]);
    const proxies = { kafka, redis, postgres };
    return {
      stack,
      proxies,
      broken: {
        kafka: `127.0.0.1:${kafka.port}`,
        redis: through(stack.redisUrl, redis),
        postgres: through(stack.databaseUrl, postgres),
      },
      kill: (name, emptied) => kill(stack, name, emptied),
      restart: (name) => stack[name].restart(),
      freeze: (name) => freeze(stack[name]),
      stop: async () => {
        await stack.stop();
        await Promise.all(Object.values(proxies).map((proxy) => proxy.close()));
      },
    };
  } catch (error) {
    await kafka.close();
    throw error;
  }
}

async function kill(stack: Stack, name: ServerName, emptied: boolean): Promise<void> {
  const server = stack[name];
  const tree = server.pid === undefined ? [] : treeOf(server.pid);
  // Frozen first, so that no child notices its parent's end and tidies up.
  signalAll(tree, 'SIGSTOP');
  signalAll(tree.slice(1), 'SIGKILL');
  await server.kill();
  if (!emptied) return;
  const data = join(dirname(stack.logDir), 'data', name);
  rmSync(data, { recursive: true, force: true });
  mkdirSync(data);
}

function freeze(server: Server): () => void {
  if (server.pid === undefined) return () => undefined;
  const root = server.pid;
  const tree = treeOf(root);
  signalAll(tree, 'SIGSTOP');
  // What was being started just then was not in the list.
  const late = treeOf(root).filter((pid) => !tree.includes(pid));
  signalAll(late, 'SIGSTOP');
  return () => signalAll([...late, ...tree].reverse(), 'SIGCONT');
}

const at = (address: string): { host: string; port: number } => {
  const { hostname, port } = new URL(address);
  return { host: hostname, port: Number(port) };
};

function through(address: string, proxy: FaultyProxy): string {
  const url = new URL(address);
  url.port = String(proxy.port);
  return url.href;
}
