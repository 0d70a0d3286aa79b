import type { Signal, Subscription } from '@beckon/contracts';

/**
 * What a subscription is about, as one text that an index can begin with: one SKU, or any SKU of a product. (Topics
 * have a target too, so that they are never mistaken for a product.)
 */
export function targetOf(sub: Pick<Subscription, 'sku' | 'product' | 'topic'>): string {
  if (sub.topic !== null) return `topic:${sub.topic}`;
  return sub.sku === null ? `product:${sub.product}` : `sku:${sub.sku}`;
}

/** The targets that a signal is news for. */
export const targetsOf = (signal: Pick<Signal, 'sku' | 'product'>): string[] => [
  `sku:${signal.sku}`,
  `product:${signal.product}`,
];
