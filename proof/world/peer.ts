/**
 * The naive Nest service (bench/peers/naive) in the place of our ten processes: two replicas, as anybody would run it. It
 * stands behind the same proxies and the same load balancer, and what is broken is broken at the same moments: a fault
 * of the first process of any service is one of the first replica, and of the second one of the second.
 */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { environmentOf, type ServiceList } from '@beckon/local/service-list.js';
import type { Guard } from '@beckon/stack';
import pg from 'pg';
import type { NaiveSettings } from '../../bench/peers/naive/settings.js';
import type { InFlight, Kind, QuietHours } from '../checker/evidence.js';
import { SERVICES, type PlannedFault } from '../faults.js';
import type { PlannedShop } from '../load/plan.js';
import { FaultyProxy } from '../proxy.js';
import { askPatiently } from './in-flight.js';
import { FREEZER, type Processes } from './processes.js';
import type { PageAccount } from './sandbox-client.js';
import type { Servers } from './servers.js';
import { sourceTopic, TEXTS } from './shops.js';
import { Supervised } from './supervised.js';

/** Services that run in the place of ours under the same script. */
export const PEERS = ['naive'] as const;
export type Peer = (typeof PEERS)[number];

const REPOSITORY = fileURLToPath(new URL('../../../', import.meta.url));
const HOST = '127.0.0.1';
const SCHEMA = 'naive';
const REPLICAS = 2;
const READY_MS = 60_000;

/** Plans the replicas and the sandbox; nothing runs yet. */
export async function planPeer(o: {
  readonly list: ServiceList;
  readonly guard: Guard;
  readonly pickPort: () => Promise<number>;
  readonly servers: Servers['broken'];
  readonly shops: readonly PlannedShop[];
  readonly accounts: ReadonlyMap<string, PageAccount>;
  readonly topicPrefix: string;
  readonly partitions: number;
  readonly path: string | undefined;
  readonly logDir: string;
  readonly onOwnEnd: (key: string, how: string) => void;
}): Promise<Processes> {
  const all = new Map<string, Supervised>();
  const add = (key: string, port: number, script: string, env: Record<string, string>, niceness?: number): void => {
    const plan = {
      ...{ key, cwd: REPOSITORY, args: ['--no-warnings', '--import', FREEZER, script], url: `http://${HOST}:${port}` },
      env: { ...(o.path === undefined ? {} : { PATH: o.path }), ...env },
      logFile: join(o.logDir, `${key}.log`),
      ...(niceness === undefined ? {} : { niceness }),
    };
    all.set(key, new Supervised(plan, o.guard, (how) => o.onOwnEnd(key, how)));
  };
  const sandbox = o.list.services.find(({ name }) => name === 'sandbox');
  if (!sandbox) throw new Error('deploy/services.json lists no sandbox');
  const sandboxPort = await o.pickPort();
  const places = { ...o.servers, host: HOST, port: () => sandboxPort, url: () => `http://${HOST}:1` };
  add('sandbox', sandboxPort, 'apps/sandbox/dist/main.js', environmentOf(sandbox, o.list, places), -5);

  const messenger = await FaultyProxy.listen([{ host: HOST, port: sandboxPort }]);
  const common: Omit<NaiveSettings, 'instance' | 'port'> = {
    ...{ brokers: [o.servers.kafka], redisUrl: o.servers.redis, databaseUrl: o.servers.postgres, schema: SCHEMA },
    ...{ topicPrefix: o.topicPrefix, redisPrefix: 'naive:', group: 'naive', partitions: o.partitions },
    graphUrl: `http://${HOST}:${messenger.port}`,
    shops: o.shops.map(({ shop, pages, limits, minGapMs }) => ({
      ...{ shop, topic: sourceTopic(shop), texts: TEXTS, quiet: null },
      limits: [...limits, ...(minGapMs > 0 ? [{ scope: 'shopper' as const, limit: 1, period: minGapMs }] : [])],
      pages: Object.fromEntries(
        pages.map((page) => {
          const { token = '', app_secret = '' } = o.accounts.get(page) ?? {};
          return [page, { token, app_secret }];
        }),
      ),
    })),
  };
  const ports: number[] = [];
  for (let n = 1; n <= REPLICAS; n += 1) {
    const port = await o.pickPort();
    ports.push(port);
    const settings: NaiveSettings = { ...common, instance: `naive-${n}`, port };
    add(settings.instance, port, 'bench/dist/peers/naive/main.js', { NAIVE_SETTINGS: JSON.stringify(settings) });
  }
  const balancer = await FaultyProxy.listen(ports.map((port) => ({ host: HOST, port })));
  return { all, sandboxUrl: `http://${HOST}:${sandboxPort}`, optin: balancer, ingestion: balancer, messenger };
}

/** Both are started again with a shop's quiet hours in their settings. */
export async function quietenPeer({ all }: Processes, { shop, ...quiet }: Omit<QuietHours, 'since'>): Promise<void> {
  const replicas = [...all.values()].filter(({ plan }) => plan.key.startsWith('naive-'));
  for (const replica of replicas) {
    const settings = JSON.parse(replica.plan.env['NAIVE_SETTINGS'] ?? '') as NaiveSettings;
    const shops = settings.shops.map((one) => (one.shop === shop ? { ...one, quiet } : one));
    await replica.change({ NAIVE_SETTINGS: JSON.stringify({ ...settings, shops }) });
  }
  for (const replica of replicas) await replica.ready(READY_MS);
}

/** The same faults at the same moments, for the replicas. */
export const forPeer = (faults: readonly PlannedFault[]): PlannedFault[] =>
  faults.map((fault) => {
    const [, service = '', n] = /^(.+)-(\d)$/.exec(fault.target) ?? [];
    return (SERVICES as readonly string[]).includes(service) ? { ...fault, target: `naive-${n}` } : fault;
  });

/** What the payload of a card has to say; undefined while the service does not know the SKU. */
export async function peerRefOf(databaseUrl: string, sku: string, kind: Kind): Promise<string | undefined> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query(`SELECT FROM ${SCHEMA}.offers WHERE sku = $1`, [sku]);
    return rows.length > 0 ? `${kind}:${sku}` : undefined;
  } finally {
    await client.end();
  }
}

/** The longest a send of the naive service can take: three times ten seconds. What is older was left behind. */
const LONGEST_SEND_MS = 31_000;

/** What the replicas had claimed and not settled at an instant (ms). */
export const peerInFlightAt = (
  databaseUrl: string,
  at: number,
  shopperId: (page: string, psid: string) => string,
  signal: AbortSignal,
): Promise<InFlight[]> =>
  askPatiently(databaseUrl, signal, async (client) => {
    const { rows } = await client.query<
      Pick<InFlight, 'id' | 'worker' | 'sku' | 'claimed_at'> & { page: string; psid: string }
    >(
      `SELECT 'alr_' || l.id AS id, l.instance AS worker, s.page, s.psid, s.sku,
              extract(epoch FROM l.claimed_at)::float8 * 1000 AS claimed_at
         FROM ${SCHEMA}.ledger l JOIN ${SCHEMA}.subscriptions s ON s.id = l.subscription
        WHERE l.claimed_at BETWEEN to_timestamp(($1::float8 - ${LONGEST_SEND_MS}) / 1000) AND to_timestamp($1::float8 / 1000)
          AND (l.state = 'sending' OR l.settled_at >= to_timestamp($1::float8 / 1000))`,
      [at],
    );
    return rows.map(({ page, psid, ...row }) => ({
      // A life that made a claim had begun by then.
      ...{ ...row, shopper_id: shopperId(page, psid), seen_at: at, worker_since: row.claimed_at },
    }));
  });
