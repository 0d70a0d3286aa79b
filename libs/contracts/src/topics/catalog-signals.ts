import { z } from 'zod';
import { Money } from '../money.js';
import { defineTopic } from '../topic.js';
import { Kind, Millis } from '../vocabulary.js';

/** What the SKU of a topic's signal begins with; no offer's SKU does (ingestion refuses it). */
const OF_TOPIC = 'topic:';

/** What stands for the SKU, and for the product, where a signal, an alert or a delivery is about a topic of the shop. */
export const skuOfTopic = (topic: string): string => `${OF_TOPIC}${topic}`;

/** The topic that a record is about, by its SKU; undefined: it is about an offer. */
export const topicOfSku = (sku: string): string | undefined =>
  sku.startsWith(OF_TOPIC) ? sku.slice(OF_TOPIC.length) : undefined;

/**
 * An offer crossed a line. A signal is opened once, may move (a price signal only ever falls, a stock signal changes
 * its units) and is closed once. A price that rises closes its signal; if it is still under the line, a new signal
 * opens with the same record's `seq`. An `opened` of another id implies the end of the one before: a reader of the
 * compacted topic may not see the `closed`.
 *
 * A topic of the shop (a collection, a sale) is told of in the same way: its signal has `topic:` and the topic's id for a
 * SKU, no price and no units, and moves when others are let in.
 */
export const Signal = z.object({
  op: z.enum(['opened', 'moved', 'closed']),
  signal_id: z.string(),
  shop: z.string(),
  product: z.string(),
  sku: z.string(),
  kind: Kind,
  seq: z.int().min(1).describe('the offer’s seq; readers ignore a lower one of the same key'),
  source: z.string().describe('name of the source; freshness is told per source and partition'),
  source_partition: z.int().min(0),
  opened_at: Millis,
  source_at: Millis.describe('time of the platform’s event that caused this record'),
  at: Millis.describe('when ingestion decided it'),
  old_price: Money.nullable(),
  new_price: Money.nullable(),
  units: z.int().min(0).nullable(),
  tiers: z
    .array(z.string())
    .nullable()
    .default(null)
    .describe('a collection or sale that is open early: the tiers that are in; null: everybody'),
});
export type Signal = z.infer<typeof Signal>;

/** Signals, one key per SKU and kind. */
export const catalogSignals = defineTopic({
  name: 'catalog.signals',
  key: 'shop:sku:kind',
  purpose:
    'Lines that offers crossed: back in stock, price dropped, few left; collections and sales that opened; and when that ceased to be true.',
  owner: 'ingestion',
  schema: Signal,
  retention: { policy: 'compact' },
  example: {
    op: 'opened',
    signal_id: 'sig_1c2d3e4f5a6b7c8d9e0f1a2b3c4d5e6f',
    shop: 'aurora',
    product: 'red-coat',
    sku: 'red-coat-m',
    kind: 'price_drop',
    seq: 7,
    source: 'catalog',
    source_partition: 0,
    opened_at: 1_790_000_000_000,
    source_at: 1_790_000_000_000,
    at: 1_790_000_000_012,
    old_price: { amount: 12_900, currency: 'EUR' },
    new_price: { amount: 9_900, currency: 'EUR' },
    units: 4,
    tiers: null,
  },
});
