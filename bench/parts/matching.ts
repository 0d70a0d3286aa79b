/** Matching alone: its own handler and fan-out on its own tables, without Kafka. */
import { catalogSignals, exampleSettings, ShopSettings, type Signal } from '@beckon/contracts';
import { servePages } from '@beckon/matching/dist/inbound/fan-out.js';
import { takeSignals } from '@beckon/matching/dist/inbound/signals.controller.js';
import { matchingMigrations } from '@beckon/matching/dist/matching.module.js';
import type { DataSource } from 'typeorm';
import type { Bed, Contender } from '../row.js';
import { dropSchema, ownSchema, transaction, type Gathered } from '../support/database.js';

export const SHOP = 'nordlys';
/** As many signals as one transaction of the fan-out serves. */
export const CHUNK = 256;

/** Writes `count` subscriptions to SKU 0, 1, 2, ... (`toSku` each) with thresholds 1 to `toSku`. */
export async function fill(database: DataSource, skus: number, toSku: number, prefix = 'sku'): Promise<void> {
  await database.query(
    `INSERT INTO subscriptions (sub_id, rev, active, shop, kind, target, product, sku, scale, threshold, rank,
                                shopper_id, shopper_rev, page, condition, mode, locale)
     SELECT 'sub_' || md5($4 || n), 1, true, $1, 'price_drop', 'sku:' || $4 || '-' || n / $3, 'product-' || n / $3,
            $4 || '-' || n / $3, 'EUR', 1 + n % $3, 1790000000000 + n, 'shp_' || md5('shopper' || n), 1, '100',
            jsonb_build_object('type', 'price_at_most', 'amount', 1 + n % $3, 'currency', 'EUR'), 'once', 'de_DE'
       FROM generate_series(0, $2::int - 1) AS n`,
    [SHOP, skus * toSku, toSku, prefix],
  );
  await database.query('VACUUM ANALYZE subscriptions');
}

/** A signal that meets the `matches` highest thresholds of its SKU. */
export function signal(sku: number, toSku: number, matches: number, seq: number): Signal {
  return {
    ...catalogSignals.example,
    ...{ shop: SHOP, sku: `sku-${sku}`, product: `product-${sku}`, kind: 'price_drop', op: 'opened', seq, units: 5 },
    signal_id: `sig_${sku}_${seq}`,
    new_price: { amount: toSku - matches + 1, currency: 'EUR' },
  };
}

/** What matching has to do in a round, and what counts as a unit of it. */
export interface MatchingLoad {
  readonly skus: number;
  /** Subscriptions to each SKU. */
  readonly toSku: number;
  readonly signals: (round: number) => Signal[];
  readonly unit: 'event' | 'match';
}

/** Signals taken in and fanned out, with all that makes it survive a crash. */
export async function openMatching(bed: Bed, { skus, toSku, signals, unit }: MatchingLoad): Promise<Contender> {
  const database = await ownSchema(bed, matchingMigrations);
  await fill(database, skus, toSku);
  const settings = ShopSettings.parse({ ...exampleSettings, shop: SHOP });
  const shop = { shop: SHOP, rev: 1, settings };
  const shops = { get: (name: string) => (name === SHOP ? shop : undefined), all: () => [shop] };
  const clock = { now: () => Date.now(), monotonic: () => performance.now() };
  let round = 0;
  let chunks: Signal[][] = [];
  return {
    before: async () => {
      chunks = inChunks(signals(round++));
    },
    round: async () => {
      const gathered: Gathered[] = [];
      let events = 0;
      for (const chunk of chunks) {
        await transaction(database, gathered, (tx) => takeSignals(tx, chunk, clock.now()));
        let more = true;
        while (more) more = await transaction(database, gathered, (tx) => servePages(tx, { shops, clock }));
        events += chunk.length;
      }
      const matches = gathered.filter(({ topic }) => topic === 'alerts.matched').length;
      return { units: unit === 'event' ? events : matches, figures: { 'matches for each event': matches / events } };
    },
    close: () => dropSchema(database, bed),
  };
}

/** Pieces of {@link CHUNK}. */
export function inChunks<T>(items: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(items.length / CHUNK) }, (_, i) => items.slice(i * CHUNK, (i + 1) * CHUNK));
}
