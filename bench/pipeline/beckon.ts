/** Our five services as one contender, fed through optin's own store and the platform's topic. */
import { allTopics, freshness, shopperId, shops } from '@beckon/contracts';
import { Emitter, ensureTopics, KafkaClient, kafkaMigrations } from '@beckon/kafka';
import { openDatabase, Sealer } from '@beckon/service';
import { settingsMigrations } from '@beckon/settings';
import { randomBytes, randomUUID } from 'node:crypto';
import pg from 'pg';
import { newPerson, type Person } from '@beckon/optin/dist/domain/person.js';
import { optinMigrations } from '@beckon/optin/dist/outbound/migrations/optin-tables.js';
import { People } from '@beckon/optin/dist/outbound/people.js';
import type { Bed } from '../row.js';
import { startService, within, type ServiceProcess } from './service-process.js';
import { shopSettings } from './shop-settings.js';
import { APP_SECRET, SHOP, ShopFloor, VERIFY_TOKEN, type Waiting } from './shop-floor.js';
import { quietLog } from './quiet-log.js';

const NAMES = ['optin', 'ingestion', 'matching', 'throttling', 'delivery'] as const;
const DAY = 86_400_000;
const AT_ONCE = 500;

/** Beckon, running. */
export class BeckonContender {
  private constructor(
    private readonly name: string,
    private readonly floor: ShopFloor,
    private readonly client: KafkaClient,
    private readonly db: Awaited<ReturnType<typeof openDatabase>>,
    private readonly emitter: Emitter,
    private readonly sealer: Sealer,
    private readonly shopperKey: string,
    private readonly services: readonly ServiceProcess[],
    private readonly pool: pg.Pool,
  ) {}

  /** @param o.pages how many Pages share the load */
  static async open(bed: Bed, o: { pages: number; pacePerSecond: number }): Promise<BeckonContender> {
    const topicPrefix = `${bed.name}.`;
    const floor = await ShopFloor.open({ brokers: bed.brokers, name: bed.name, pages: o.pages, partitions: 6 });
    const client = new KafkaClient({
      ...{ service: 'optin', brokers: bed.brokers, topicPrefix, groupPrefix: topicPrefix, log: quietLog },
    });
    await ensureTopics(client, allTopics);
    await applySettings(client, floor, o.pacePerSecond);
    const secrets = {
      SEAL_KEYS: `k1:${randomBytes(32).toString('base64')}`,
      SHOPPER_KEY: randomBytes(32).toString('hex'),
      REF_KEY: randomBytes(32).toString('hex'),
      ADMIN_TOKEN: randomBytes(8).toString('hex'),
      BENCH_APP_SECRET: APP_SECRET,
      BENCH_VERIFY_TOKEN: VERIFY_TOKEN,
      ...Object.fromEntries(floor.pages.map((page) => [`BENCH_TOKEN_${page}`, `token-${page}`])),
    };
    const services = await Promise.all(
      NAMES.map((name) =>
        startService({
          name,
          repository: bed.repository,
          script: `apps/${name}/dist/main.js`,
          logFile: `${bed.repository}.beckon/bench/${bed.name}/${name}.log`,
          port: /"port":(\d+)/,
          ready: '/health/ready',
          profileFolder: bed.profileFolder,
          env: {
            ...secrets,
            ...{ HTTP_HOST: '127.0.0.1', HTTP_PORT: '0', LOG_LEVEL: 'info' },
            ...{ KAFKA_BROKERS: bed.brokers.join(','), REDIS_URL: bed.redisUrl, DATABASE_URL: bed.databaseUrl },
            ...{ DATABASE_SCHEMA: `${bed.name}_${name}`, REDIS_PREFIX: `${bed.name}:` },
            ...{ TOPIC_PREFIX: topicPrefix, GROUP_PREFIX: topicPrefix, GRAPH_BASE_URL: floor.sandbox.url },
            SERVICE_INSTANCE: `${name}-${randomUUID().slice(0, 8)}`,
          },
        }),
      ),
    );
    const db = await openDatabase({
      url: bed.databaseUrl,
      schema: `${bed.name}_optin`,
      poolSize: 2,
      migrations: [...kafkaMigrations, ...settingsMigrations, ...optinMigrations],
      applicationName: 'bench',
    });
    const emitter = new Emitter(client, db, quietLog);
    const sealer = Sealer.fromKeys(secrets.SEAL_KEYS);
    await floor.connect(`${services[0]!.url}/webhooks/messenger`);
    const pool = new pg.Pool({ connectionString: bed.databaseUrl, max: 5 });
    return new BeckonContender(bed.name, floor, client, db, emitter, sealer, secrets.SHOPPER_KEY, services, pool);
  }

  /** Process ids of the services. */
  get pids(): number[] {
    return this.services.map(({ pid }) => pid);
  }

  /** New shoppers with a subscription each, known to every service; their SKUs are sold out. Gives the SKUs. */
  async prepare(count: number): Promise<string[]> {
    return [...new Set((await this.preparePeople(count)).map(({ sku }) => sku))];
  }

  /** The same; gives who waits for what. */
  async preparePeople(count: number): Promise<Waiting[]> {
    const people = this.floor.newPeople(count);
    const saved = new People();
    for (let i = 0; i < people.length; i += AT_ONCE) {
      const some = people.slice(i, i + AT_ONCE).map((one) => ({ after: this.personOf(one) }));
      await this.emitter.transaction((tx) => saved.save(tx, some));
    }
    const skus = [...new Set(people.map(({ sku }) => sku))];
    await this.floor.tell(skus, 0, 'snapshot');
    await this.quiet();
    return people;
  }

  /** Restocks the SKUs; over when all that follows is done: answers, echoes, ended subscriptions. */
  async restock(skus: readonly string[], alerts: number): Promise<{ perSecond: number }> {
    await this.floor.tell(skus, 5, 'changed');
    const perSecond = this.floor.perSecond(await this.floor.accepted(alerts));
    await this.settled();
    return { perSecond };
  }

  /** Every answer is read, every echo taken, every subscription that was told has ended. */
  async settled(): Promise<void> {
    await this.floor.webhooksTaken();
    await this.quiet();
  }

  /** Records that each service has handled since its start, by topic on the cluster: its own metric. */
  async recordsRead(): Promise<{ service: string; topic: string; records: number }[]> {
    const texts = await Promise.all(this.services.map(async ({ url }) => (await fetch(`${url}/metrics`)).text()));
    return texts.flatMap((text, i) =>
      [...text.matchAll(/^beckon_kafka_records_total\{topic="([^"]+)"[^}]*\} (\d+)/gm)].map(([, topic, count]) => ({
        ...{ service: NAMES[i]!, topic: topic!, records: Number(count) },
      })),
    );
  }

  /** The sandbox and the platform, for rows that go their own way. */
  get shopFloor(): ShopFloor {
    return this.floor;
  }

  async close(): Promise<void> {
    await Promise.all(this.services.map((service) => service.stop()));
    await this.pool.end();
    await this.db.destroy();
    await this.client.close();
    await this.floor.close();
  }

  private personOf({ page, psid, sku }: Waiting): Person {
    const now = Date.now();
    const shopper_id = shopperId(this.shopperKey, page, psid);
    const nobody = newPerson({ shopper_id, shop: SHOP, page, psid_sealed: this.sealer.seal(psid) });
    return {
      shopper: { ...nobody.shopper, rev: 1, window_until: now + DAY - 60_000, seen_at: now, updated_at: now },
      subs: [
        {
          ...{ rev: 1, sub_id: `sub_${randomBytes(16).toString('hex')}`, state: 'active', ended_reason: null },
          ...{ shopper_id, shopper_rev: 1, page, shop: SHOP, product: `${sku}-product`, sku, topic: null },
          ...{ kind: 'back_in_stock', condition: { type: 'units_at_least', units: 1 }, seen_price: null, mode: 'once' },
          ...{ locale: 'en', tier: null, consented_at: now, ended_at: null, consents: [], changes: [] },
        },
      ],
    };
  }

  /** Every service has applied every record of every topic that it reads, and nothing new came of it. */
  private quiet(): Promise<true> {
    return within(
      'all services have read everything',
      async () => {
        const ends = await this.ends();
        const behind = await Promise.all(NAMES.map((name) => this.isBehind(name, ends)));
        if (behind.some(Boolean)) return false;
        const later = await this.ends();
        return [...later].every(([place, end]) => ends.get(place) === end);
      },
      { everyMs: 200 },
    );
  }

  /** The end of each partition of our topics and the platform's, by `topic:partition`; but for freshness. */
  async ends(): Promise<Map<string, bigint>> {
    const ends = new Map<string, bigint>();
    // Freshness is told every two seconds, whatever happens.
    const topics = allTopics.filter((topic) => topic !== freshness).map((topic) => this.client.topic(topic));
    for (const topic of [...topics, this.floor.sourceTopic])
      for (const [partition, { high }] of await this.client.ends(topic)) ends.set(`${topic}:${partition}`, high);
    return ends;
  }

  private async isBehind(service: string, ends: ReadonlyMap<string, bigint>): Promise<boolean> {
    const { rows } = await this.pool.query<{ topic: string; partition: number; next: string }>(
      `SELECT topic, partition, next_offset::text AS next FROM ${this.name}_${service}.consumed`,
    );
    return rows.some(({ topic, partition, next }) => BigInt(next) < (ends.get(`${topic}:${partition}`) ?? 0n));
  }
}

/** Publishes the shop's settings. */
async function applySettings(client: KafkaClient, { pages, sourceTopic }: ShopFloor, pace: number): Promise<void> {
  const settings = shopSettings({ pages, sourceTopic, pacePerSecond: pace });
  const value = shops.schema.parse({ shop: SHOP, rev: 1, settings, updated_at: Date.now() });
  await client.producer.send([{ topic: client.topic(shops), key: SHOP, value: JSON.stringify(value), headers: {} }]);
}
