/**
 * Throttling without Kafka, for integration specs: its handlers, loops and stores on a real Postgres and a real Redis,
 * stepped by hand, with a clock that the spec moves. What would go to topics is gathered after each commit.
 */
import {
  ShopSettings,
  alertId,
  exampleSettings,
  matchedExample,
  shoppers as shoppersTopic,
  subscriptions as subscriptionsTopic,
  catalogSignals,
  deliveries as deliveriesTopic,
  type Admission,
  type Decision,
  type Delivery,
  type MatchedAlert,
  type Shopper,
  type Signal,
  type Subscription,
} from '@beckon/contracts';
import type { Chunk, ChunkTransaction, EmittingTransaction } from '@beckon/kafka';
import type { DataSource } from 'typeorm';
import type { z } from 'zod';
import { cleanUp, ownNames, servers, testDatabase, testLog, until } from '../../../tests/support/real-servers.js';
import { AlertsMatchedController } from '../src/inbound/alerts-matched.controller.js';
import { DeliveriesController } from '../src/inbound/deliveries.controller.js';
import { FreshnessController } from '../src/inbound/freshness.controller.js';
import { Loops, type LoopsDeps } from '../src/inbound/loops.js';
import { Pokes } from '../src/inbound/pokes.js';
import { ShoppersController } from '../src/inbound/shoppers.controller.js';
import { SignalsController } from '../src/inbound/signals.controller.js';
import { SubscriptionsController } from '../src/inbound/subscriptions.controller.js';
import { throttlingMigrations } from '../src/outbound/migrations/throttling-tables.js';
import { RedisLink } from '../src/outbound/redis-link.js';

export const PAGE = '1001';
export const DAY = 86_400_000;

/** What went out, in the order of the commits. */
export interface Emitted {
  readonly topic: string;
  readonly key: string;
  readonly value: unknown;
}

export interface BedOptions {
  readonly settings?: Partial<z.input<typeof ShopSettings>>;
  /** Address of a Redis of one's own; the shared one otherwise. */
  readonly redisUrl?: string;
}

export class Bed {
  readonly names = ownNames();
  readonly emitted: Emitted[] = [];
  readonly pokes = new Pokes();
  /** The time of handlers, loops and windows; the leases go by Postgres's. */
  now = Date.UTC(2026, 4, 12, 10, 0, 0);
  /** What the fake of the transport's catch-up says. */
  signalsKnownSince = Number.MAX_SAFE_INTEGER;
  ready = true;
  settings!: ShopSettings;
  dataSource!: DataSource;
  readonly clock = { now: () => this.now, monotonic: () => performance.now() };
  private readonly listeners: (() => void)[] = [];
  private made = 0;

  static async start(o: BedOptions = {}): Promise<Bed> {
    const bed = new Bed(o.redisUrl ?? servers().redisUrl);
    bed.dataSource = await testDatabase(bed.names.schema('throttling'), throttlingMigrations, 20);
    bed.apply(o.settings ?? {});
    return bed;
  }

  private constructor(readonly redisUrl: string) {}

  /** Puts settings in force: no night and hardly any limit unless the spec asks for one. */
  apply(changes: Partial<z.input<typeof ShopSettings>>): void {
    this.settings = ShopSettings.parse({
      ...exampleSettings,
      quiet_hours: null,
      limits: [{ scope: 'shopper', limit: 200, period: '1h' }],
      ...changes,
    });
    for (const listener of this.listeners) listener();
  }

  /** A worker whose loops do not run: the spec steps them. Its Redis is verified and all its shards are open. */
  async worker(name = 'one', changes: Partial<LoopsDeps> = {}): Promise<Loops> {
    const link = new RedisLink({ url: this.redisUrl, log: testLog() });
    cleanUp(() => link.close());
    const shop = () => ({ shop: this.settings.shop, rev: 7, settings: this.settings });
    const loops = new Loops({
      worker: name,
      redisPrefix: this.names.redisPrefix,
      idleMs: 20,
      dataSource: this.dataSource,
      emitter: this.emitter,
      link,
      shops: {
        all: () => [shop()],
        byPage: (id) => {
          const page = this.settings.pages.find((p) => p.page === id);
          return page && { shop: shop(), page };
        },
        onChange: (listener) => void this.listeners.push(listener),
      },
      pokes: new Pokes(),
      clock: this.clock,
      log: testLog(),
      signalsKnownSince: () => this.signalsKnownSince,
      ready: () => this.ready,
      windowsNow: () => this.now,
      ...changes,
    });
    await until('Redis is verified', () => link.identity);
    await loops.shards.openAll();
    return loops;
  }

  /** Rounds, tells Redis, and again, until nothing moves. */
  async settleDown(loops: Loops): Promise<void> {
    await loops.leases.renew();
    for (let turn = 0; turn < 50; turn += 1) {
      await loops.freshness.run();
      const moved = await loops.round.run();
      await loops.teller.run();
      if (!moved && !(await loops.round.run())) return;
    }
    throw new Error('the line does not come to rest');
  }

  // What other services say -------------------------------------------------------------------------------------------

  /** A shopper with a subscription and an open signal, and the alert of both, all known; the source is fresh. */
  async aMatch(changes: Partial<MatchedAlert> = {}): Promise<MatchedAlert> {
    const [alert] = await this.matches(changes);
    return alert!;
  }

  /** The same for several alerts of one source, in one chunk of each topic. */
  async matches(...changes: Partial<MatchedAlert>[]): Promise<MatchedAlert[]> {
    const alerts = changes.map((c) => this.anAlert(c));
    await this.signals(...alerts.map((a) => this.opened(a)));
    await this.subscriptions(...alerts.map((a) => this.active(a)));
    await this.shoppers(...alerts.map((a) => this.person(a)));
    for (const alert of alerts.slice(0, 1)) await this.fresh(alert);
    await this.matched(...alerts);
    return alerts;
  }

  anAlert(changes: Partial<MatchedAlert> = {}): MatchedAlert {
    this.made += 1;
    const n = this.made;
    const ids = { sub_id: `sub_${n}`, signal_id: `sig_${n}`, shopper_id: `shp_${n}`, sku: `sku-${n}`, ...changes };
    return {
      ...matchedExample,
      ...{ sub_rev: 1, shopper_rev: 1, rank: n, page: PAGE, shop: this.settings.shop },
      ...{ kind: 'back_in_stock', condition: { type: 'units_at_least', units: 1 } },
      ...{ signal_opened_at: this.now, signal_at: this.now, source_at: this.now, matched_at: this.now },
      expires_at: this.now + 2 * DAY,
      ...ids,
      alert_id: alertId(ids.sub_id, ids.signal_id),
      ...changes,
    };
  }

  opened(alert: MatchedAlert, changes: Partial<Signal> = {}): Signal {
    const { signal_id, shop, product, sku, kind, source, source_partition } = alert;
    return {
      ...catalogSignals.example,
      ...{ op: 'opened', signal_id, shop, product, sku, kind, source, source_partition, seq: 1 },
      ...{ opened_at: alert.signal_opened_at, source_at: this.now, at: this.now, units: 5 },
      ...changes,
    };
  }

  active(alert: MatchedAlert, changes: Partial<Subscription> = {}): Subscription {
    const { sub_id, shopper_id, page, shop, sku, kind, condition, mode } = alert;
    return {
      ...subscriptionsTopic.example,
      ...{ rev: 1, sub_id, state: 'active', shopper_id, page, shop, sku, kind, condition, mode },
      ...changes,
    };
  }

  person(alert: MatchedAlert, changes: Partial<Shopper> = {}): Shopper {
    const { shopper_id, page, shop } = alert;
    return { ...shoppersTopic.example, ...{ rev: 1, shopper_id, page, shop, grants: [] }, ...changes };
  }

  answer(admission: Admission, state: Delivery['state'], changes: Partial<Delivery> = {}): Delivery {
    const { alert_id, admission_no, shopper_id, sub_id, signal_id, shop, page, product, sku, kind } = admission;
    return {
      ...deliveriesTopic.example,
      ...{ alert_id, admission_no, shopper_id, sub_id, signal_id, shop, page, product, sku, kind, state },
      ...{ answered_at: this.now, at: this.now, reason: null, not_before: null },
      ...changes,
    };
  }

  /** The alert's source is read, as of now, and that is confirmed. */
  async fresh(alert: Pick<MatchedAlert, 'shop' | 'source' | 'source_partition'>): Promise<void> {
    const { shop, source, source_partition: partition } = alert;
    const records = [{ shop, source, partition, at: this.now }];
    await this.handle((tx) => new FreshnessController(this.clock).onFreshness(chunkOf(records), tx));
    await this.dataSource.query('UPDATE freshness SET confirmed_at = at WHERE shop = $1 AND source = $2', [
      shop,
      source,
    ]);
  }

  /** Only says so; whether it is believed is for the loop to find out. */
  claimed(shop: string, source: string, at: number): Promise<void> {
    const records = [{ shop, source, partition: 0, at }];
    return this.handle((tx) => new FreshnessController(this.clock).onFreshness(chunkOf(records), tx));
  }

  matched(...records: MatchedAlert[]): Promise<void> {
    return this.handle((tx) => new AlertsMatchedController(this.pokes).onMatched(chunkOf(records), tx));
  }
  signals(...records: Signal[]): Promise<void> {
    return this.handle((tx) => new SignalsController(this.pokes, this.clock).onSignals(chunkOf(records), tx));
  }
  subscriptions(...records: Subscription[]): Promise<void> {
    const chunk = chunkOf(records, (s) => s.sub_id);
    return this.handle((tx) => new SubscriptionsController(this.pokes, this.clock).onSubscriptions(chunk, tx));
  }
  shoppers(...records: Shopper[]): Promise<void> {
    const chunk = chunkOf(records, (s) => s.shopper_id);
    return this.handle((tx) => new ShoppersController(this.pokes, this.clock).onShoppers(chunk, tx));
  }
  deliveries(...records: Delivery[]): Promise<void> {
    return this.handle((tx) => new DeliveriesController(this.pokes, this.clock).onDeliveries(chunkOf(records), tx));
  }

  // What came of it ---------------------------------------------------------------------------------------------------

  admissions(): Admission[] {
    return this.emitted.filter((e) => e.topic === 'alerts.admitted').map((e) => e.value as Admission);
  }

  /** The story of an alert: `verdict:reason`, in order. */
  story(alert: { readonly alert_id: string }): string[] {
    return this.decisions(alert).map((d) => (d.reason ? `${d.verdict}:${d.reason}` : d.verdict));
  }

  decisions(alert: { readonly alert_id: string }): Decision[] {
    return this.emitted
      .filter((e) => e.topic === 'decisions')
      .map((e) => e.value as Decision)
      .filter((d) => d.alert_id === alert.alert_id);
  }

  async row(alert: { readonly alert_id: string }): Promise<Record<string, unknown>> {
    const [row] = (await this.dataSource.query('SELECT * FROM alerts WHERE alert_id = $1', [alert.alert_id])) as [
      Record<string, unknown>,
    ];
    return row;
  }

  /** The outbox rule without Kafka: what a transaction emits counts only once it is committed. */
  readonly emitter = {
    transaction: async <T>(work: (tx: EmittingTransaction) => Promise<T>): Promise<T> => {
      const out: Emitted[] = [];
      const callbacks: (() => void)[] = [];
      const result = await this.dataSource.transaction((manager) =>
        work({
          manager,
          query: async <R>(sql: string, parameters: readonly unknown[] = []) => {
            const answer = await manager.queryRunner!.query(sql, [...parameters], true);
            return answer.records as R[];
          },
          emit: (topic, key, value) => void out.push({ topic: topic.name, key, value }),
          afterCommit: (callback) => void callbacks.push(callback),
        }),
      );
      this.emitted.push(...out);
      for (const callback of callbacks) callback();
      return result;
    },
  };

  private handle(work: (tx: ChunkTransaction) => Promise<void>): Promise<void> {
    const deadLetter = (): void => {
      throw new Error('no handler of throttling makes dead letters');
    };
    return this.emitter.transaction((tx) => work({ ...tx, deadLetter }));
  }
}

function chunkOf<V>(values: readonly V[], keyOf: (value: V) => string = () => 'key'): Chunk<V> {
  const raw = { key: null, value: null, headers: {} };
  return {
    topic: 'test',
    records: values.map((value, i) => ({
      ...{ partition: 0, offset: BigInt(i), timestamp: 0, key: keyOf(value), value, headers: {}, raw },
    })),
  };
}
