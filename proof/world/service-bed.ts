/** A smaller world: servers, some processes of what is run, and readers of topics. Who needs all of it: `world.ts`. */
import { join } from 'node:path';
import { topicName } from '@beckon/contracts';
import { localSecrets } from '@beckon/local/secrets.js';
import { readServiceList } from '@beckon/local/service-list.js';
import { PortPicker, stateFolder } from '@beckon/stack';
import { Kafka, logLevel, type Admin, type Producer } from 'kafkajs';
import type { PlannedShop } from '../load/plan.js';
import type { Run } from '../run.js';
import { planProcesses } from './processes.js';
import type { PageAccount } from './sandbox-client.js';
import { startServers, type Servers } from './servers.js';
import { secretsOf } from './shops.js';
import type { Supervised } from './supervised.js';
import { TopicReader } from './topic-reader.js';
import { newAccount, PREFIX, prepareKafka, stopServers } from './world.js';

const START_MS = 120_000;

export interface ServiceBed {
  readonly servers: Servers;
  /** In the order of their names: `optin-1`, `optin-2`. */
  readonly processes: readonly Supervised[];
  readonly accounts: readonly PageAccount[];
  /** The two processes of optin behind a load balancer, and the sandbox: of use where they run. */
  readonly optinUrl: string;
  readonly sandboxUrl: string;
  /** The platforms'. */
  readonly producer: Producer;
  readonly admin: Admin;
  /** Reads a topic of ours from its beginning. */
  read(topic: { readonly name: string }): Promise<TopicReader>;
  stop(): Promise<void>;
}

/** A shop with one Page that nobody ever writes to, and a topic of two partitions. */
export const quietShop = (shop: string, n: number): PlannedShop => ({
  ...{ shop, pages: [String(2001 + n)], limits: [], minGapMs: 0, notifications: null, pacePerSecond: 10 },
  telling: 'native',
});

/** Starts it; settles when the processes are ready. What was started ends if it throws. */
export async function startServiceBed(
  run: Run,
  shops: readonly PlannedShop[],
  keys: readonly string[],
): Promise<ServiceBed> {
  const { folder, env, screen, signal } = run;
  const say = (line: string): void => screen.say(line);
  const list = readServiceList();
  const servers = await startServers(stateFolder(env), env, say, signal);
  const undo: (() => unknown)[] = [];
  let ended = false;
  const stop = async (): Promise<void> => {
    if (ended) return;
    ended = true;
    for (const act of undo.reverse()) await act();
    await stopServers(servers, folder, run.keep, say);
  };
  try {
    const accounts = shops.flatMap(({ pages }) => pages.map(newAccount));
    const secrets = {
      ...localSecrets(join(folder, 'secrets.json'), list.secrets, {}),
      ...Object.assign({}, ...accounts.map(secretsOf)),
    } as Record<string, string>;
    const ports = new PortPicker();
    const planned = await planProcesses({
      ...{ list, guard: servers.stack.guard, pickPort: () => ports.pick(), servers: servers.broken, secrets },
      ...{ path: env['PATH'], logDir: join(folder, 'logs') },
      onOwnEnd: (key, how) => say(`${key} ended by itself (${how}) and is started again`),
    });
    undo.push(() => Promise.all([planned.optin.close(), planned.messenger.close()]));
    const processes = [...planned.all.values()].filter(({ plan }) => keys.includes(plan.key));
    undo.push(() => processes.forEach((process) => process.expectEnd()));
    const brokers = servers.stack.kafkaBrokers;
    const producer = await prepareKafka(brokers, shops);
    undo.push(() => producer.disconnect().catch(() => undefined));
    const kafka = new Kafka({ clientId: 'proof', brokers: [...brokers], logLevel: logLevel.NOTHING });
    const admin = kafka.admin();
    await admin.connect();
    undo.push(() => admin.disconnect().catch(() => undefined));
    say(`starting ${keys.join(', ')}`);
    await Promise.all(processes.map((process) => process.start()));
    await Promise.all(processes.map((process) => process.ready(START_MS, signal)));
    return {
      ...{ servers, processes, accounts, producer, admin, stop },
      ...{ optinUrl: `http://127.0.0.1:${planned.optin.port}`, sandboxUrl: planned.sandboxUrl },
      read: async (topic) => {
        const reader = new TopicReader(kafka, topicName(PREFIX, topic));
        undo.push(() => reader.stop());
        await reader.start();
        return reader;
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
