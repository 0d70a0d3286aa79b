/** How a shop's platform tells Beckon what happens to a SKU. */
import type { Producer } from 'kafkajs';
import type { Kind } from '../../checker/evidence.js';
import type { PlannedShop } from '../plan.js';
import { mappedRecord } from './mapped.js';
import { nativeRecord } from './native.js';
import { ShopifyTeller } from './shopify.js';

/** What a SKU is like from now on. */
export interface Told {
  readonly shop: string;
  readonly sku: string;
  readonly kind: Kind;
  readonly units: number;
  /** Minor units. */
  readonly price: number;
  /** Counts the changes of the SKU from 1 on; the first says how it is, and is no news. */
  readonly version: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** Tells it, once; settles when Beckon or Kafka has it. Told again, it must say the very same. @throws Error when not taken */
export type Teller = (told: Told) => Promise<void>;

export interface TellerOptions {
  readonly producer: Producer;
  /** Topic of a shop on our own cluster. */
  readonly topicOf: (shop: string) => string;
  /** Where webhooks are sent; below it come the shop and the source. */
  readonly hooksUrl: string;
  /** What webhooks are signed with. */
  readonly hooksSecret: string;
}

/** The teller of each shop. */
export function tellersOf(shops: readonly PlannedShop[], o: TellerOptions): ReadonlyMap<string, Teller> {
  const onTopic =
    (recordOf: (told: Told) => { value: string; headers?: Record<string, string> }): Teller =>
    async (told) => {
      const message = { key: told.sku, ...recordOf(told) };
      await o.producer.send({ topic: o.topicOf(told.shop), acks: -1, timeout: 5_000, messages: [message] });
    };
  const tellers = {
    native: onTopic(nativeRecord),
    mapped: onTopic(mappedRecord),
    shopify: (
      (shopify) => (told: Told) =>
        shopify.tell(told)
    )(new ShopifyTeller(o.hooksUrl, o.hooksSecret)),
  };
  return new Map(shops.map(({ shop, telling }) => [shop, tellers[telling]]));
}
