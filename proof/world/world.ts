/** Everything a run needs, started and stopped as one: servers behind proxies, processes, topics, settings, files. */
import { randomBytes } from 'node:crypto';
import { copyFileSync, readdirSync, renameSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { allTopics, decisions, shopperId, topicName } from '@beckon/contracts';
import { createTopics, ensureTopics, KafkaClient } from '@beckon/kafka';
import { localSecrets } from '@beckon/local/secrets.js';
import { readServiceList } from '@beckon/local/service-list.js';
import { createLogger } from '@beckon/service';
import { PortPicker, stateFolder } from '@beckon/stack';
import { Kafka, logLevel, Partitioners, type Producer } from 'kafkajs';
import type { Accepted, Call, Decision, Doubt, InFlight, QuietHours } from '../checker/evidence.js';
import type { FaultLine, InputLine } from '../checker/fold-lines.js';
import type { PlannedShop } from '../load/plan.js';
import type { LinkWanted } from '../load/prepare.js';
import { tellersOf, type Teller, type Told } from '../load/tellers/teller.js';
import { DecisionsReader } from './decisions-reader.js';
import { inFlightAt } from './in-flight.js';
import { LeaseHistory } from './lease-history.js';
import { rest, until } from './patience.js';
import { peerInFlightAt, peerRefOf, planPeer, quietenPeer, type Peer } from './peer.js';
import { planProcesses, type Processes } from './processes.js';
import { LineFile } from './run-folder.js';
import { SandboxClient, type PageAccount } from './sandbox-client.js';
import { startServers, type Servers } from './servers.js';
import { settingsKnown } from './settings-known.js';
import { ShopApi, type AskWanted } from './shop-api.js';
import { HOOKS_SECRET, publishShops, secretsOf, sourceTopic } from './shops.js';
import { Witness } from './witness.js';

export const PREFIX = 'beckon.';
/** Fewer partitions than by default: two processes of each service on one machine. */
const PARTITIONS = 6;
const START_MS = 120_000;

export interface World {
  readonly servers: Servers;
  readonly processes: Processes;
  readonly sandbox: SandboxClient;
  readonly witness: Witness;
  readonly producer: Producer;
  readonly accounts: ReadonlyMap<string, PageAccount>;
  readonly files: {
    readonly inputs: LineFile<InputLine>;
    readonly faults: LineFile<FaultLine>;
  };
  /** Undefined: a peer runs in our place, which decides nothing. */
  readonly decisions: DecisionsReader | undefined;
  /** What the senders had claimed and not settled at an instant (ms). */
  readonly inFlightAt: (at: number) => Promise<InFlight[]>;
  /** Beckon's names for a person: of before and after they had everything deleted. */
  readonly shopperIds: (page: string, psid: string) => readonly string[];
  /** A signed link from optin; undefined while it does not know the offer. */
  refOf(link: LinkWanted): Promise<string | undefined>;
  /** The shop has Beckon ask somebody, again and again until it is answered. @throws SandboxRefused when it refuses */
  ask(shop: string, what: AskWanted, signal: AbortSignal): Promise<void>;
  /** How each shop's platform tells what happens. */
  tellers(shops: readonly PlannedShop[]): ReadonlyMap<string, Teller>;
  /** Sends a snapshot that may open signals, again and again until all of it was taken. */
  snapshot(shop: string, lines: () => readonly Told[], signal: AbortSignal): Promise<void>;
  /** Gives a shop quiet hours; settles when they are known to whom they concern. */
  quieten(night: Omit<QuietHours, 'since'>): Promise<void>;
  /** Stops everything. `keep`: the servers' data stays in the run folder. */
  stop(keep: boolean): Promise<void>;
}

export interface WorldOptions {
  readonly folder: string;
  readonly shops: readonly PlannedShop[];
  /** Runs in the place of our processes. */
  readonly peer: Peer | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly say: (line: string) => void;
  /** A process ended although nobody had killed it. */
  readonly onOwnEnd: (key: string, how: string) => void;
  readonly signal: AbortSignal;
}

/** Starts it; settles when every process is ready and every Page is connected. What was started ends if it throws. */
export async function startWorld(o: WorldOptions): Promise<World> {
  const { folder, shops, env, say, signal } = o;
  const list = readServiceList();
  const servers = await startServers(stateFolder(env), env, say, signal);
  let ended = false;
  const undo: (() => unknown)[] = [];
  const stop = async (keep: boolean): Promise<void> => {
    if (ended) return;
    ended = true;
    for (const act of undo.reverse()) await act();
    await stopServers(servers, folder, keep, say);
  };
  try {
    const accounts = new Map(shops.flatMap(({ pages }) => pages.map((page) => [page, newAccount(page)] as const)));
    const secrets = {
      ...localSecrets(join(folder, 'secrets.json'), list.secrets, {}),
      ...Object.assign({}, ...[...accounts.values()].map(secretsOf)),
      [HOOKS_SECRET]: randomBytes(16).toString('hex'),
    } as Record<string, string>;
    const ports = new PortPicker();
    const order = {
      ...{ list, guard: servers.stack.guard, pickPort: () => ports.pick(), servers: servers.broken },
      ...{ path: env['PATH'], logDir: join(folder, 'logs'), onOwnEnd: o.onOwnEnd },
    };
    const processes = o.peer
      ? await planPeer({ ...order, shops, accounts, topicPrefix: PREFIX, partitions: PARTITIONS })
      : await planProcesses({ ...order, secrets });
    const { optin, ingestion, messenger } = processes;
    undo.push(() => Promise.all([...new Set([optin, ingestion, messenger])].map((proxy) => proxy.close())));
    undo.push(() => [...processes.all.values()].forEach((process) => process.expectEnd()));
    const producer = await prepareKafka(servers.stack.kafkaBrokers, shops);
    undo.push(() => producer.disconnect().catch(() => undefined));
    say(`starting two processes of ${o.peer ? `the ${o.peer} service` : 'each service'}, and the sandbox`);
    await Promise.all([...processes.all.values()].map((process) => process.start()));
    await Promise.all([...processes.all.values()].map((process) => process.ready(START_MS, signal)));

    const sandbox = new SandboxClient(processes.sandboxUrl);
    const optinUrl = `http://127.0.0.1:${optin.port}`;
    const ingestionUrl = `http://127.0.0.1:${ingestion.port}`;
    const shopApi = new ShopApi({ optinUrl, ingestionUrl }, secrets['ADMIN_TOKEN'] ?? '');
    await connectPages(sandbox, accounts, `${optinUrl}/webhooks/messenger`, signal);
    const file = <T>(name: string): LineFile<T> => new LineFile<T>(join(folder, `${name}.jsonl`));
    const ledger = file<Accepted>('ledger');
    const witness = new Witness(sandbox, { ledger, calls: file<Call>('calls'), doubts: file<Doubt>('doubts') });
    witness.start();
    const key = secrets['SHOPPER_KEY'] ?? '';
    const { databaseUrl, kafkaBrokers } = servers.stack;
    const nameOf = (page: string, psid: string): string => shopperId(key, page, psid);
    const patience = new AbortController().signal;
    const leases = new LeaseHistory(databaseUrl);
    if (!o.peer) {
      leases.start();
      undo.push(() => leases.stop());
    }
    const told = file<Decision>('decisions');
    return {
      ...{ servers, processes, sandbox, witness, producer, accounts, stop },
      shopperIds: (page, psid) => [0, 1].map((generation) => shopperId(key, page, psid, generation)),
      files: { inputs: file<InputLine>('inputs'), faults: file<FaultLine>('faults') },
      decisions: o.peer ? undefined : new DecisionsReader(kafkaBrokers, topicName(PREFIX, decisions), told),
      inFlightAt: (at) =>
        o.peer ? peerInFlightAt(databaseUrl, at, nameOf, patience) : inFlightAt(databaseUrl, at, leases, patience),
      quieten: async (night) => {
        if (o.peer) return quietenPeer(processes, night);
        const shop = shops.filter(({ shop }) => shop === night.shop);
        await publishShops(producer, PREFIX, shop, 2, night);
        await settingsKnown(databaseUrl, night.shop, 2, signal);
      },
      refOf: (link) => (o.peer ? peerRefOf(databaseUrl, link.sku, link.kind) : shopApi.link(link)),
      ask: (shop, what, until) => shopApi.ask(shop, what, until),
      snapshot: (shop, lines, until) => shopApi.snapshot(shop, lines, until),
      tellers: (planned) =>
        tellersOf(planned, {
          ...{ producer, topicOf: sourceTopic, hooksUrl: `${ingestionUrl}/hooks` },
          hooksSecret: secrets[HOOKS_SECRET] ?? '',
        }),
    };
  } catch (error) {
    await stop(false);
    throw error;
  }
}

export const newAccount = (page: string): PageAccount => ({
  page,
  token: `EAA${randomBytes(8).toString('hex')}`,
  app_secret: randomBytes(16).toString('hex'),
  verify_token: randomBytes(8).toString('hex'),
});

/** Topics, settings, and a producer for the platforms. It goes to Kafka itself: what is put in shall get there. */
export async function prepareKafka(brokers: readonly string[], shops: readonly PlannedShop[]): Promise<Producer> {
  const log = createLogger({ service: 'proof', level: 'silent' });
  const client = new KafkaClient({ service: 'proof', brokers, topicPrefix: PREFIX, groupPrefix: PREFIX, log });
  try {
    await ensureTopics(client, allTopics, PARTITIONS);
    await createTopics(
      await client.admin(),
      shops.map(({ shop }) => ({ topic: sourceTopic(shop), numPartitions: 2 })),
    );
  } finally {
    await client.close();
  }
  const kafka = new Kafka({
    ...{ clientId: 'proof-platform', brokers: [...brokers], logLevel: logLevel.NOTHING },
    ...{ connectionTimeout: 2_000, requestTimeout: 5_000, retry: { retries: 2 } },
  });
  const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
  await producer.connect();
  await publishShops(producer, PREFIX, shops);
  return producer;
}

/** Optin has to know a Page before it can answer the verification of its callback. */
async function connectPages(
  sandbox: SandboxClient,
  accounts: ReadonlyMap<string, PageAccount>,
  webhookUrl: string,
  signal: AbortSignal,
): Promise<void> {
  for (const account of accounts.values())
    await until(
      `Page ${account.page} to be connected`,
      () =>
        sandbox.makePage(account, webhookUrl).then(
          () => true,
          () => false,
        ),
      { signal },
    );
}

/** The servers' logs join the run's; their data goes, or stays there. */
export async function stopServers(
  servers: Servers,
  folder: string,
  keep: boolean,
  say: (line: string) => void,
): Promise<void> {
  const { stack } = servers;
  const home = dirname(stack.logDir);
  await Promise.race([stack.guard.stop(), rest(130_000)]);
  for (const name of readdirSync(stack.logDir)) copyFileSync(join(stack.logDir, name), join(folder, 'logs', name));
  if (keep) {
    renameSync(home, join(folder, 'servers'));
    say(`the servers' data: ${join(folder, 'servers')}`);
  }
  await servers.stop();
}
