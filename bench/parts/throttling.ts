/**
 * Throttling alone: its own stores, admission rounds and windows, on its own tables and the run's Redis, without Kafka.
 * The emitter keeps the transactions and sends nothing.
 */
import {
  alertId,
  catalogSignals,
  deliveries,
  matchedExample,
  shopperId,
  shoppers,
  subscriptions,
  type Admission,
  type Delivery,
  type MatchedAlert,
} from '@beckon/contracts';
import type { EmittingTransaction } from '@beckon/kafka';
import { foldSignals } from '@beckon/throttling/dist/domain/fold-signals.js';
import { Loops } from '@beckon/throttling/dist/inbound/loops.js';
import { Pokes } from '@beckon/throttling/dist/inbound/pokes.js';
import { FreshnessStore, writeFreshness } from '@beckon/throttling/dist/outbound/freshness-store.js';
import { writeShoppers, writeSignals, writeSubscriptions } from '@beckon/throttling/dist/outbound/knowledge-store.js';
import { ensurePages, joinLine } from '@beckon/throttling/dist/outbound/line-store.js';
import { throttlingMigrations } from '@beckon/throttling/dist/outbound/migrations/throttling-tables.js';
import { RENEW_MS } from '@beckon/throttling/dist/outbound/page-leases.js';
import { RedisLink } from '@beckon/throttling/dist/outbound/redis-link.js';
import { applyAnswers } from '@beckon/throttling/dist/outbound/settlement-store.js';
import type { DataSource } from 'typeorm';
import { quietLog } from '../pipeline/quiet-log.js';
import { within } from '../pipeline/service-process.js';
import { MATCHES, SHOP } from '../pipeline/shop-floor.js';
import { shopSettings } from '../pipeline/shop-settings.js';
import type { Bed, Contender } from '../row.js';
import { dropSchema, ownSchema, transaction, type Gathered } from '../support/database.js';

/** Alerts of one transaction: matched ones that join the line, an admission round, answers. */
export const CHUNK = 500;
const ALERTS = 10_000;
const QUICK_ALERTS = 5_000;
const SOURCE = 'platform';
const DAY = 86_400_000;

/** From the match to the settled answer, chunk by chunk, over so many Pages at such a pace. */
export async function openThrottling(
  bed: Bed,
  o: { readonly pages: number; readonly pacePerSecond: number },
): Promise<Contender> {
  const database = await ownSchema(bed, throttlingMigrations, 10);
  const pages = Array.from({ length: o.pages }, (_, n) => String(1000 + n));
  const link = new RedisLink({ url: bed.redisUrl, log: quietLog });
  const gathered: Gathered[] = [];
  const loops = loopsOf(bed, { database, link, gathered, pages, pacePerSecond: o.pacePerSecond });
  await within('Redis says who it is', () => link.identity);
  await loops.shards.openAll();
  await ensurePages((sql, parameters) => database.query(sql, parameters), pages);
  const inTransaction = <T>(work: (tx: EmittingTransaction) => Promise<T>): Promise<T> =>
    transaction(database, gathered, work);
  let n = 0;
  let chunks: MatchedAlert[][] = [];
  return {
    before: async () => {
      const count = (bed.quick ? QUICK_ALERTS : ALERTS) / CHUNK;
      chunks = Array.from({ length: count }, () => Array.from({ length: CHUNK }, () => matched(bed, pages, n++)));
      for (const chunk of chunks) await inTransaction((tx) => learn(tx, chunk));
      await database.query('ANALYZE');
      gathered.length = 0;
    },
    round: async () => {
      let accepted = 0;
      let keptAt = -Infinity;
      for (const chunk of chunks) {
        if (performance.now() - keptAt > RENEW_MS) {
          keptAt = performance.now();
          await keepUp(database, inTransaction, loops);
        }
        await inTransaction((tx) => joinLine(tx, chunk));
        while (await loops.round.run());
        const admitted = gathered.splice(0).filter(({ topic }) => topic === 'alerts.admitted');
        const answers = admitted.map(({ value }) => acceptance(value as Admission));
        accepted += await inTransaction((tx) => applyAnswers(tx, answers, Date.now()));
        while (await loops.teller.run());
      }
      const wanted = chunks.length * CHUNK;
      if (accepted !== wanted) throw new Error(`${accepted} of ${wanted} alerts were admitted and settled`);
      return { units: accepted };
    },
    close: async () => {
      await link.close();
      await dropSchema(database, bed);
    },
  };
}

function loopsOf(
  bed: Bed,
  o: {
    readonly database: DataSource;
    readonly link: RedisLink;
    readonly gathered: Gathered[];
    readonly pages: readonly string[];
    readonly pacePerSecond: number;
  },
): Loops {
  const settings = shopSettings({ pages: o.pages, sourceTopic: SOURCE, pacePerSecond: o.pacePerSecond });
  const shop = { shop: SHOP, rev: 1, settings };
  const byPage = new Map(settings.pages.map((page) => [page.page, { shop, page }]));
  return new Loops({
    ...{ worker: 'bench', redisPrefix: `${bed.name}:`, idleMs: 1000, dataSource: o.database, link: o.link },
    emitter: { transaction: (work) => transaction(o.database, o.gathered, work) },
    shops: { all: () => [shop], byPage: (page) => byPage.get(page), onChange: () => undefined },
    pokes: new Pokes(),
    clock: { now: () => Date.now(), monotonic: () => performance.now() },
    ...{ log: quietLog, signalsKnownSince: () => Date.now(), ready: () => true },
  });
}

/** What loops do every two seconds, however many alerts there are: leases are renewed, the source is fresh. */
async function keepUp(
  database: DataSource,
  inTransaction: <T>(work: (tx: EmittingTransaction) => Promise<T>) => Promise<T>,
  loops: Loops,
): Promise<void> {
  await loops.leases.renew();
  const now = Date.now();
  const claims = [{ shop: SHOP, source: SOURCE, partition: 0, at: now }];
  await inTransaction((tx) => writeFreshness(tx, claims, now));
  await new FreshnessStore(database).confirm(claims);
}

/** The n-th alert; ten of a signal, each of another shopper and Page. */
function matched({ name }: Bed, pages: readonly string[], n: number): MatchedAlert {
  const now = Date.now();
  const page = pages[n % pages.length]!;
  const signal = Math.floor(n / MATCHES);
  const [sub_id, signal_id] = [`sub_${name}_${n}`, `sig_${name}_${signal}`];
  return {
    ...matchedExample,
    ...{ alert_id: alertId(sub_id, signal_id), sub_id, sub_rev: 1, signal_id, page, shop: SHOP },
    ...{ shopper_id: shopperId('bench', page, `${name}:${n}`), shopper_rev: 1, rank: n },
    ...{ sku: `sku-${signal}`, product: `sku-${signal}-product`, kind: 'back_in_stock', source: SOURCE },
    condition: { type: 'units_at_least', units: 1 },
    ...{ signal_opened_at: now, source_at: now, signal_at: now, matched_at: now, expires_at: now + 2 * DAY },
  };
}

/** Everything that throttling must know before these may leave; in the pipeline other topics tell it. */
async function learn(tx: EmittingTransaction, alerts: readonly MatchedAlert[]): Promise<void> {
  const signals = new Map(alerts.map((alert) => [alert.signal_id, alert]));
  const opened = [...signals.values()].map(({ signal_id, sku, product, kind, signal_opened_at: at }) => ({
    ...catalogSignals.example,
    ...{ op: 'opened' as const, signal_id, shop: SHOP, sku, product, kind, seq: 1, source: SOURCE },
    ...{ opened_at: at, source_at: at, at, units: 5, new_price: { amount: 12_900, currency: 'EUR' } },
  }));
  await writeSignals(tx, foldSignals(new Map(), opened), Date.now());
  await writeSubscriptions(
    tx,
    alerts.map(({ sub_id }) => ({ sub_id, value: { ...subscriptions.example, sub_id, rev: 1, state: 'active' } })),
  );
  await writeShoppers(
    tx,
    alerts.map(({ shopper_id }) => ({
      shopper_id,
      value: { ...shoppers.example, shopper_id, rev: 1, stopped_at: null, suspended_at: null, erased_at: null },
    })),
  );
}

function acceptance(admission: Admission): Delivery {
  const { alert_id, admission_no, shopper_id, sub_id, signal_id, shop, page, product, sku, kind } = admission;
  const at = Date.now();
  return {
    ...deliveries.example,
    ...{ alert_id, admission_no, shopper_id, sub_id, signal_id, shop, page, product, sku, kind, state: 'accepted' },
    ...{ reason: null, not_before: null, posted_at: at, answered_at: at, at },
  };
}
