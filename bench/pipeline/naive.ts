/** The naive Nest service (bench/peers/naive) as one contender: two replicas, as anybody would run on two cores. */
import { decisions, deliveries } from '@beckon/contracts';
import { ensureTopics, KafkaClient } from '@beckon/kafka';
import pg from 'pg';
import type { Bed } from '../row.js';
import { tablesSql } from '../peers/naive/tables.js';
import type { NaiveSettings } from '../peers/naive/settings.js';
import { quietLog } from './quiet-log.js';
import { startService, type ServiceProcess } from './service-process.js';
import { APP_SECRET, SHOP, ShopFloor } from './shop-floor.js';

const REPLICAS = 2;

/** The naive service, running. */
export class NaiveContender {
  private constructor(
    private readonly schema: string,
    private readonly floor: ShopFloor,
    private readonly pool: pg.Pool,
    private readonly services: readonly ServiceProcess[],
  ) {}

  static async open(bed: Bed, o: { pages: number }): Promise<NaiveContender> {
    const partitions = 6;
    const floor = await ShopFloor.open({ brokers: bed.brokers, name: bed.name, pages: o.pages, partitions });
    const client = new KafkaClient({
      ...{ service: 'naive', brokers: bed.brokers, topicPrefix: `${bed.name}.`, groupPrefix: '', log: quietLog },
    });
    await ensureTopics(client, [decisions, deliveries]);
    await client.close();
    const pool = new pg.Pool({ connectionString: bed.databaseUrl, max: 2 });
    const schema = `${bed.name}_naive`;
    await pool.query(tablesSql(schema));
    const settings: Omit<NaiveSettings, 'instance'> = {
      ...{ brokers: bed.brokers, redisUrl: bed.redisUrl, databaseUrl: bed.databaseUrl, schema, partitions, port: 0 },
      ...{ topicPrefix: `${bed.name}.`, redisPrefix: `${bed.name}:`, group: `${bed.name}.naive` },
      graphUrl: floor.sandbox.url,
      shops: [
        {
          ...{ shop: SHOP, topic: floor.sourceTopic, quiet: null },
          limits: [{ scope: 'shopper', limit: 3, period: 86_400_000 }],
          pages: Object.fromEntries(
            floor.pages.map((page) => [page, { token: `token-${page}`, app_secret: APP_SECRET }]),
          ),
          texts: {
            back_in_stock: '{title} is back in stock for {price}.',
            price_drop: '{title} is now cheaper: {price}.',
          },
        },
      ],
    };
    const services = await Promise.all(
      Array.from({ length: REPLICAS }, (_, i) =>
        startService({
          name: `naive-${i + 1}`,
          repository: bed.repository,
          script: 'bench/dist/peers/naive/main.js',
          logFile: `${bed.repository}.beckon/bench/${bed.name}/naive-${i + 1}.log`,
          port: /listening (\d+)/,
          profileFolder: bed.profileFolder,
          env: { NAIVE_SETTINGS: JSON.stringify({ ...settings, instance: `naive-${i + 1}` }) },
        }),
      ),
    );
    return new NaiveContender(schema, floor, pool, services);
  }

  get pids(): number[] {
    return this.services.map(({ pid }) => pid);
  }

  /** New subscriptions whose SKUs are sold out. Gives the SKUs. */
  async prepare(count: number): Promise<string[]> {
    const people = this.floor.newPeople(count);
    const skus = [...new Set(people.map(({ sku }) => sku))];
    await this.pool.query(
      `INSERT INTO ${this.schema}.offers (sku, product, title, units, price, currency)
       SELECT sku, sku || '-product', 'Red coat', 0, 12900, 'EUR' FROM unnest($1::text[]) AS sku`,
      [skus],
    );
    await this.pool.query(
      `INSERT INTO ${this.schema}.subscriptions (id, page, psid, sku, kind)
       SELECT 'sub-' || psid, page, psid, sku, 'back_in_stock' FROM jsonb_to_recordset($1) AS r(page text, psid text, sku text)`,
      [JSON.stringify(people)],
    );
    return skus;
  }

  /** Restocks the SKUs; over when every alert is settled. */
  async restock(skus: readonly string[], alerts: number): Promise<{ perSecond: number }> {
    await this.floor.tell(skus, 5, 'changed');
    return { perSecond: this.floor.perSecond(await this.floor.accepted(alerts)) };
  }

  async close(): Promise<void> {
    await Promise.all(this.services.map((service) => service.stop()));
    await this.pool.end();
    await this.floor.close();
  }
}
