import { isCurrency } from '@beckon/contracts';
import type { Condition, Money, Offer } from '@beckon/contracts';
import type { SubState } from './person.js';

/** The kinds that a shopper can ask for today. */
export const ASKABLE = ['back_in_stock', 'price_drop'] as const;
export type AskableKind = (typeof ASKABLE)[number];

/** What a link is about: one SKU, or (sku null) any SKU of a product. */
export interface Wish {
  readonly shop: string;
  readonly product: string;
  readonly sku: string | null;
  readonly kind: AskableKind;
  /** The language of the page that showed the link. */
  readonly locale: string | null;
}

/** What a message needs to know about the thing that was wished for. */
export interface Item {
  /** Title and options, "Red coat, Size M"; null while nobody has said how it is called. */
  readonly name: string | null;
  /** The price now; for a product, the lowest of its SKUs. */
  readonly price: Money | null;
}

/** The wish behind a subscription, as a link would name it. */
export const wishOf = (sub: Pick<SubState, 'shop' | 'product' | 'sku' | 'kind'>): Wish => ({
  shop: sub.shop,
  product: sub.product,
  sku: sub.sku,
  kind: sub.kind as AskableKind,
  locale: null,
});

/** Two wishes with the same key are the same wish: at most one subscription of a shopper may be active for it. */
export const wishKey = (w: { product: string; sku: string | null; kind: string }): string =>
  `${w.kind}:${w.sku === null ? `product:${w.product}` : `sku:${w.sku}`}`;

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
 * What must be true when the alert leaves. "Any drop" is one minor unit under the price that the shopper saw; without a
 * price there is nothing to compare with, and the answer is undefined.
 */
export function conditionOf(kind: AskableKind, price: Money | null): Condition | undefined {
  if (kind === 'back_in_stock') return { type: 'units_at_least', units: 1 };
  if (price === null || price.amount < 1) return undefined;
  return { type: 'price_at_most', amount: price.amount - 1, currency: price.currency };
}
