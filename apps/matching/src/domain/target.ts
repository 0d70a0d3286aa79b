import type { Subscription } from '@beckon/contracts';

/**
 * What a subscription is about, as one text that an index can begin with: one SKU, or any SKU of a product. (Topics
 * have a target too, so that they are never mistaken for a product.)
 */
export function targetOf(sub: Pick<Subscription, 'sku' | 'product' | 'topic'>): string {
  if (sub.topic !== null) return `topic:${sub.topic}`;
  return sub.sku === null ? productTarget(sub.product) : skuTarget(sub.sku);
}

/** Subscriptions to this very SKU. */
export const skuTarget = (sku: string): string => `sku:${sku}`;

/** Subscriptions to any SKU of this product. */
export const productTarget = (product: string): string => `product:${product}`;
