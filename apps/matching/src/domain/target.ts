import { skuOfTopic, topicOfSku, type Signal, type Subscription } from '@beckon/contracts';

/**
 * What a subscription is about, as one text that an index can begin with: a topic, one SKU, or any SKU of a product. One
 * that names none of the three has a target that no offer has.
 */
export function targetOf(sub: Pick<Subscription, 'sku' | 'product' | 'topic'>): string {
  if (sub.topic !== null) return skuOfTopic(sub.topic);
  if (sub.sku !== null) return skuTarget(sub.sku);
  return productTarget(sub.product ?? '');
}

/** Subscriptions to this very SKU. */
export const skuTarget = (sku: string): string => `sku:${sku}`;

/** Subscriptions to any SKU of this product. */
export const productTarget = (product: string): string => `product:${product}`;

/** No subscription has this target. */
const NOBODY = '';

/** The two targets of subscriptions that a signal is about: those to its very SKU or topic, those to its product. */
export const targetsOf = ({ sku, product }: Pick<Signal, 'sku' | 'product'>): readonly [string, string] =>
  topicOfSku(sku) === undefined ? [skuTarget(sku), productTarget(product)] : [sku, NOBODY];
