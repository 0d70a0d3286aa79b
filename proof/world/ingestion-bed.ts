/** The smaller world of what only ingestion decides: servers, two processes of it, shops' topics, and readers of its own. */
import { join } from 'node:path';
import { deadLetters, offers, topicName } from '@beckon/contracts';
import { localSecrets } from '@beckon/local/secrets.js';
import { readServiceList } from '@beckon/local/service-list.js';
import { PortPicker, stateFolder } from '@beckon/stack';
import { Kafka, logLevel, type Admin, type Producer } from 'kafkajs';
import type { PlannedShop } from '../load/plan.js';
import type { Run } from '../run.js';
import { planProcesses } from './processes.js';
import { startServers, type Servers } from './servers.js';
import { secretsOf } from './shops.js';
import type { Supervised } from './supervised.js';
import { TopicReader } from './topic-reader.js';
import { newAccount, PREFIX, prepareKafka, stopServers } from './world.js';

const START_MS = 120_000;

export interface IngestionBed {
  readonly servers: Servers;
  readonly ingestion: readonly Supervised[];
  /** The platforms'. */
  readonly producer: Producer;
  readonly admin: Admin;
  /** What ingestion knows of each SKU, as it says it. */
  readonly offers: TopicReader;
  readonly deadLetters: TopicReader;
  stop(): Promise<void>;
}

/** A shop with one Page that nobody ever writes to, and a topic of two partitions. */
export const quietShop = (shop: string, n: number): PlannedShop => ({
  ...{ shop, pages: [String(2001 + n)], limits: [], minGapMs: 0, pacePerSecond: 10 },
});

/** Starts it; settles when ingestion is ready. What was started ends if it throws. */
export async function startIngestion(run: Run, shops: readonly PlannedShop[]): Promise<IngestionBed> {
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
    const processes = await planProcesses({
      ...{ list, guard: servers.stack.guard, pickPort: () => ports.pick(), servers: servers.broken, secrets },
      ...{ path: env['PATH'], logDir: join(folder, 'logs') },
      onOwnEnd: (key, how) => say(`${key} ended by itself (${how}) and is started again`),
    });
    undo.push(() => Promise.all([processes.optin.close(), processes.messenger.close()]));
    const ingestion = [...processes.all.values()].filter(({ plan }) => plan.key.startsWith('ingestion'));
    undo.push(() => ingestion.forEach((process) => process.expectEnd()));
    const brokers = servers.stack.kafkaBrokers;
    const producer = await prepareKafka(brokers, shops);
    undo.push(() => producer.disconnect().catch(() => undefined));
    const kafka = new Kafka({ clientId: 'proof', brokers: [...brokers], logLevel: logLevel.NOTHING });
    const admin = kafka.admin();
    await admin.connect();
    undo.push(() => admin.disconnect().catch(() => undefined));
    say('starting two processes of ingestion');
    await Promise.all(ingestion.map((process) => process.start()));
    await Promise.all(ingestion.map((process) => process.ready(START_MS, signal)));
    const read = async (topic: string): Promise<TopicReader> => {
      const reader = new TopicReader(kafka, topic);
      undo.push(() => reader.stop());
      await reader.start();
      return reader;
    };
    const letters = topicName(PREFIX, deadLetters('ingestion'));
    return {
      ...{ servers, ingestion, producer, admin, stop },
      offers: await read(topicName(PREFIX, offers)),
      deadLetters: await read(letters),
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
