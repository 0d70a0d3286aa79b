/** Optin as a process of its own, with nobody beside it but Kafka and Postgres, and a platform that posts webhooks to it. */
import { allTopics, messengerEvents, ShopSettings, shops } from '@beckon/contracts';
import { ensureTopics, KafkaClient } from '@beckon/kafka';
import { signBody, signBodySha1 } from '@beckon/messenger';
import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import { Pool } from 'undici';
import { cpuOfTrees } from '../cpu.js';
import { quietLog } from '../pipeline/quiet-log.js';
import { startService, within, type ServiceProcess } from '../pipeline/service-process.js';
import type { Bed, Contender } from '../row.js';
import { quantile } from '../statistics.js';

const SECRET = 'bench-app-secret';
const PAGES = Array.from({ length: 10 }, (_, n) => String(300_000 + n));
const PEOPLE = 5_000;
/** What the row asks for: single webhooks a second, and events of a batched one. */
export const PER_SECOND = 500;
export const BATCH = 50;
/** Webhooks that the platform has under way at once, each on a connection of its own. */
const LANES = 8;

/** A body with both signatures. */
interface Post {
  readonly body: Buffer;
  readonly headers: Readonly<Record<string, string>>;
}

/** Makes optin ready. Before each round: single webhooks at a steady rate; the round itself: batched ones, at saturation. */
export async function openEdge(bed: Bed): Promise<Contender> {
  const topicPrefix = `${bed.name}.`;
  const client = new KafkaClient({
    ...{ service: 'optin', brokers: bed.brokers, topicPrefix, groupPrefix: topicPrefix, log: quietLog },
  });
  await ensureTopics(client, allTopics, 6);
  await publishSettings(client);
  const optin = await startOptin(bed, topicPrefix);
  const pool = new Pool(optin.url, { connections: LANES, pipelining: 1 });
  const database = new pg.Pool({ connectionString: bed.databaseUrl, max: 1 });
  const [seconds, events] = bed.quick ? [4, 10_000] : [20, 100_000];
  let [n, latencies, bodies] = [0, [] as number[], [] as Post[]];
  const make = (count: number): Post => signed(bodyOf(n, (n += count)));
  return {
    drivesOnly: true,
    processes: () => [optin.pid],
    before: async () => {
      latencies = await steadily(pool, seconds, () => make(1));
      await caughtUp(client, database, bed);
      bodies = Array.from({ length: events / BATCH }, () => make(BATCH));
    },
    round: async () => {
      const [began, cpu] = [performance.now(), cpuOfTrees([optin.pid])];
      await saturating(pool, bodies);
      const [took, used] = [performance.now() - began, cpuOfTrees([optin.pid]) - cpu];
      // What was taken is then read by the same process: the round is over when that is done.
      await caughtUp(client, database, bed);
      return {
        units: events,
        figures: {
          'p50 ms': quantile(latencies, 0.5),
          'p99 ms': quantile(latencies, 0.99),
          'most ms': quantile(latencies, 1),
          'events/s': (1000 * events) / took,
          'µs CPU while taken': used / events,
        },
      };
    },
    close: async () => {
      const kept = await countOf(client);
      await optin.stop();
      await pool.destroy();
      await database.end();
      await client.close();
      if (kept < n) throw new Error(`${kept} of ${n} events are in the log`);
    },
  };
}

/** Posts at a steady rate whatever the answers take; each one's time counts from when it was due. Milliseconds. */
async function steadily(pool: Pool, seconds: number, next: () => Post): Promise<number[]> {
  const posts = Array.from({ length: seconds * PER_SECOND }, next);
  const times: number[] = [];
  const began = performance.now();
  const under = posts.map(async (one, i) => {
    const due = began + (i * 1000) / PER_SECOND;
    await wait(due - performance.now());
    await post(pool, one);
    times.push(performance.now() - due);
  });
  await Promise.all(under);
  return times;
}

async function saturating(pool: Pool, posts: readonly Post[]): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < posts.length) await post(pool, posts[next++]!);
  };
  await Promise.all(Array.from({ length: LANES }, lane));
}

/** @throws when it is not taken */
async function post(pool: Pool, { body, headers }: Post): Promise<void> {
  const answer = await pool.request({ method: 'POST', path: '/webhooks/messenger', headers, body });
  const text = await answer.body.text();
  if (answer.statusCode !== 200) throw new Error(`a webhook was answered ${answer.statusCode}: ${text}`);
}

/** As they come when a shop has told many: of ten events four are delivered, three read, two echoes, one a text. */
function bodyOf(from: number, to: number): Buffer {
  const page = PAGES[from % PAGES.length]!;
  const now = Date.now();
  const messaging = Array.from({ length: to - from }, (_, i) => {
    const n = from + i;
    const psid = String(4_000_000_000_000_000 + (n % PEOPLE));
    const person = { sender: { id: psid }, recipient: { id: page }, timestamp: now };
    const metadata = `beckon:1:alr_${n.toString(16).padStart(24, '0')}`;
    if (n % 10 < 4) return { ...person, delivery: { mids: [`m_${n}`], watermark: now } };
    if (n % 10 < 7) return { ...person, read: { watermark: now - (n % 1000) } };
    const message = { mid: `m_${n}`, text: 'The red coat in your size is back \u2764' };
    if (n % 10 === 9) return { ...person, message };
    const out = { sender: person.recipient, recipient: person.sender, timestamp: now };
    return { ...out, message: { ...message, is_echo: true, app_id: 77, metadata } };
  });
  const body = JSON.stringify({ object: 'page', entry: [{ id: page, time: now, messaging }] });
  return Buffer.from(body.replaceAll('\u2764', String.raw`\u2764`));
}

const signed = (body: Buffer): Post => ({
  body,
  headers: {
    'content-type': 'application/json',
    'x-hub-signature-256': signBody(SECRET, body),
    'x-hub-signature': signBodySha1(SECRET, body),
  },
});

/** Optin has read all that is in the log. */
function caughtUp(client: KafkaClient, database: pg.Pool, bed: Bed): Promise<true> {
  return within('optin has read its log', async () => {
    const ends = await client.ends(client.topic(messengerEvents));
    const { rows } = await database.query<{ partition: number; next: string }>(
      `SELECT partition, next_offset::text AS next FROM ${bed.name}_optin.consumed WHERE topic = $1`,
      [client.topic(messengerEvents)],
    );
    const next = new Map(rows.map((row) => [row.partition, BigInt(row.next)]));
    return [...ends].every(([partition, { high }]) => high === 0n || (next.get(partition) ?? 0n) >= high);
  });
}

async function countOf(client: KafkaClient): Promise<number> {
  const ends = await client.ends(client.topic(messengerEvents));
  return [...ends.values()].reduce((sum, { high }) => sum + Number(high), 0);
}

async function publishSettings(client: KafkaClient): Promise<void> {
  const settings = ShopSettings.parse({
    ...{ shop: 'bench', name: 'Bench', currency: 'EUR', bot: { read_profile: false } },
    pages: PAGES.map((page) => ({
      ...{ page, name: `Page ${page}`, access_token: 'env:BENCH_TOKEN', app_secret: 'env:BENCH_APP_SECRET' },
      verify_token: 'env:BENCH_VERIFY_TOKEN',
    })),
    sources: [{ name: 'platform', format: 'cloudevents', topic: 'bench.catalog' }],
  });
  const value = shops.schema.parse({ shop: 'bench', rev: 1, settings, updated_at: Date.now() });
  await client.producer.send([{ topic: client.topic(shops), key: 'bench', value: JSON.stringify(value), headers: {} }]);
}

function startOptin(bed: Bed, topicPrefix: string): Promise<ServiceProcess> {
  return startService({
    ...{ name: 'optin', repository: bed.repository, script: 'apps/optin/dist/main.js' },
    logFile: `${bed.repository}.beckon/bench/${bed.name}/optin.log`,
    ...{ port: /"port":(\d+)/, ready: '/health/ready', profileFolder: bed.profileFolder },
    env: {
      SEAL_KEYS: `k1:${randomBytes(32).toString('base64')}`,
      ...{ SHOPPER_KEY: randomBytes(32).toString('hex'), REF_KEY: randomBytes(32).toString('hex') },
      ...{ BENCH_TOKEN: 'token', BENCH_APP_SECRET: SECRET, BENCH_VERIFY_TOKEN: 'verify', ADMIN_TOKEN: 'admin' },
      ...{ HTTP_HOST: '127.0.0.1', HTTP_PORT: '0', LOG_LEVEL: 'info' },
      ...{ KAFKA_BROKERS: bed.brokers.join(','), DATABASE_URL: bed.databaseUrl },
      ...{ DATABASE_SCHEMA: `${bed.name}_optin`, TOPIC_PREFIX: topicPrefix, GROUP_PREFIX: topicPrefix },
      ...{ GRAPH_BASE_URL: 'http://127.0.0.1:1', PAGE_WATCH_MS: '0' }, // there is no platform to ask
      SERVICE_INSTANCE: `optin-${randomUUID().slice(0, 8)}`,
    },
  });
}
