import { Kind, Money, isCurrency, nameOfTopic } from '@beckon/contracts';
import type { Condition, Offer, TopicSettings } from '@beckon/contracts';
import { z } from 'zod';
import type { SubState } from './person.js';

/** The kinds that a shopper can ask for. */
export const ASKABLE = Kind.options;
/** Those that are about a topic of the shop, not about a product. */
export const TOPIC_KINDS: readonly Kind[] = ['new_collection', 'early_sale'];

/**
 * From which price on a shopper wants to be told: any lower one than they saw, so many per cent less, or at most an
 * amount (minor units).
 */
export const Threshold = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('any') }),
  z.strictObject({ type: z.literal('percent'), percent: z.int().min(1).max(99) }),
  z.strictObject({ type: z.literal('at_most'), ...Money.shape }),
]);
export type Threshold = z.infer<typeof Threshold>;

/** What a link is about: one SKU, (sku null) any SKU of a product, or a topic of the shop. */
export interface Wish {
  readonly shop: string;
  /** Null: a topic. */
  readonly product: string | null;
  readonly sku: string | null;
  readonly topic: string | null;
  readonly kind: Kind;
  /** Of a price drop; null: not chosen yet. */
  readonly threshold: Threshold | null;
  /** The language of the page that showed the link. */
  readonly locale: string | null;
  /** The shop's own id of the customer for whom the link was made. */
  readonly external_id: string | null;
}

/** What a message needs to know about the thing that was wished for. */
export interface Item {
  /** Title and options, "Red coat, Size M", or the topic's name; null while nobody has said how it is called. */
  readonly name: string | null;
  /** The price now; for a product, the lowest of its SKUs; a topic has none. */
  readonly price: Money | null;
}

/** The wish behind a subscription, as a link would name it. */
export function wishOf(
  sub: Pick<SubState, 'shop' | 'product' | 'sku' | 'topic' | 'kind'> & Partial<Pick<SubState, 'condition'>>,
): Wish {
  const { shop, product, sku, topic, kind, condition } = sub;
  const threshold: Threshold | null =
    condition?.type === 'price_at_most'
      ? { type: 'at_most', amount: condition.amount, currency: condition.currency }
      : null;
  return { shop, product, sku, topic, kind, threshold, locale: null, external_id: null };
}

/** Two wishes with the same key are the same wish: at most one subscription of a shopper may be active for it. */
export function wishKey(w: Pick<Wish, 'product' | 'sku' | 'topic' | 'kind'>): string {
  if (w.topic !== null) return `${w.kind}:topic:${w.topic}`;
  return `${w.kind}:${w.sku === null ? `product:${w.product ?? ''}` : `sku:${w.sku}`}`;
}

/**
 * The item behind a wish, out of the offers that are known (others than the wished ones may be among them). Unpublished
 * offers name the item but do not price it.
 */
export function itemOf(wish: Wish, offers: readonly Offer[]): Item {
  const mine = offers
    .filter((o) => o.shop === wish.shop && (wish.sku === null ? o.product === wish.product : o.sku === wish.sku))
    .sort((a, b) => (a.sku < b.sku ? -1 : 1));
  const title = mine.find((o) => o.title !== null)?.title ?? null;
  const options = wish.sku === null ? [] : (mine[0]?.options ?? []);
  const prices = mine.flatMap((o) => (o.published && o.price && isCurrency(o.price.currency) ? [o.price] : []));
  const price = prices.filter((p) => p.currency === prices[0]?.currency).sort((a, b) => a.amount - b.amount)[0] ?? null;
  return { name: title === null ? null : [title, ...options].join(', '), price };
}

/**
 * The topic behind a wish, named in the first of the locales in which the shop names it (by language, if not exactly),
 * else in the first that it wrote down. Without a name: the shop does not have this topic (any more).
 */
export function topicItemOf(
  wish: Wish,
  topics: readonly TopicSettings[],
  locales: readonly (string | null | undefined)[],
): Item {
  const topic = topics.find((t) => t.topic === wish.topic && t.kind === wish.kind);
  return { name: topic ? nameOfTopic(topic, locales) : null, price: null };
}

/**
 * The highest price at which the shopper is to be told. Not chosen yet counts as any drop: one minor unit under the
 * price that they saw. Undefined when there is no price to compare with.
 */
export function limitOf(threshold: Threshold | null, price: Money | null): Money | undefined {
  if (threshold?.type === 'at_most') return { amount: threshold.amount, currency: threshold.currency };
  if (price === null || price.amount < 1) return undefined;
  const { amount, currency } = price;
  const less = threshold?.type === 'percent' ? Math.floor((amount * (100 - threshold.percent)) / 100) : amount - 1;
  return { amount: less, currency };
}

/** What must be true when the alert leaves; undefined for a price drop without a price to compare with. */
export function conditionOf(
  { kind, threshold }: Pick<Wish, 'kind' | 'threshold'>,
  price: Money | null,
  lowStock: number,
): Condition | undefined {
  switch (kind) {
    case 'back_in_stock':
      return { type: 'units_at_least', units: 1 };
    case 'low_stock':
      return { type: 'units_between', at_least: 1, at_most: lowStock };
    case 'new_collection':
    case 'early_sale':
      return { type: 'topic_open' };
    case 'price_drop': {
      const limit = limitOf(threshold, price);
      return limit && { type: 'price_at_most', ...limit };
    }
  }
}
