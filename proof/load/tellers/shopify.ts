/**
 * A shop on Shopify: webhooks with a signature, sent again under the same ids until they are taken, one in five of them twice
 * although it was. Stock is told by location, of an inventory item whose SKU only the product's webhook tells.
 */
import { createHmac } from 'node:crypto';
import type { Told } from './teller.js';

/** Name of the source in the shop's settings. */
export const SHOPIFY_SOURCE = 'shopify';
/** Locations that sell online; at one of them a SKU's units are. */
const SELLING = ['501', '502'] as const;
/** Units here are nobody's to buy online; there are many when there are none to buy. */
const WAREHOUSE = '503';
/** As settings name them. */
export const SELLING_LOCATIONS: string[] = [...SELLING];
const ATTEMPT_MS = 8_000;
const SENT_TWICE = 5;

interface Webhook {
  readonly id: string;
  readonly topic: string;
  readonly body: object;
}

export class ShopifyTeller {
  private readonly numbers = new Map<string, number>();
  private sent = 0;

  constructor(
    private readonly hooksUrl: string,
    private readonly secret: string,
  ) {}

  /** Sends what Shopify would send of a change. @throws Error when Beckon did not take all of it */
  async tell(told: Told): Promise<void> {
    for (const webhook of webhooksOf(told, this.numberOf(told.sku))) {
      await this.send(told, webhook);
      this.sent += 1;
      if (this.sent % SENT_TWICE === 0) await this.send(told, webhook);
    }
  }

  private numberOf(sku: string): number {
    const known = this.numbers.get(sku) ?? this.numbers.size + 1;
    this.numbers.set(sku, known);
    return known;
  }

  private async send({ shop, at }: Told, { id, topic, body }: Webhook): Promise<void> {
    const bytes = JSON.stringify(body);
    const answer = await fetch(`${this.hooksUrl}/${shop}/${SHOPIFY_SOURCE}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-shopify-topic': topic,
        'x-shopify-hmac-sha256': createHmac('sha256', this.secret).update(bytes).digest('base64'),
        'x-shopify-shop-domain': `${shop}.myshopify.com`,
        'x-shopify-webhook-id': id,
        'x-shopify-event-id': id,
        'x-shopify-triggered-at': new Date(at).toISOString(),
      },
      body: bytes,
      signal: AbortSignal.timeout(ATTEMPT_MS),
    });
    await answer.arrayBuffer();
    if (answer.status !== 200) throw new Error(`a webhook was answered ${answer.status}`);
  }
}

/** Without a handle, so that what shoppers are told has no link in it. Of a stock the levels, of a price the product; of the first all. The same for the same change. */
function webhooksOf({ sku, kind, units, price, version, at }: Told, n: number): Webhook[] {
  const updated_at = new Date(Math.floor(at / 1000) * 1000).toISOString();
  const id = (what: string): string => `${sku}:${version}:${what}`;
  const item = 90_000 + n;
  const product = {
    ...{ id: 10_000 + n, title: sku, status: 'active', published_at: '2026-01-01T00:00:00Z', updated_at },
    options: [{ name: 'Title' }],
    variants: [
      {
        ...{ id: 50_000 + n, sku, price: (price / 100).toFixed(2), inventory_item_id: item, updated_at },
        ...{ inventory_management: 'shopify', option1: 'Default Title' },
      },
    ],
  };
  const level = (location: string, available: number): Webhook => ({
    ...{ id: id(location), topic: 'inventory_levels/update' },
    body: { inventory_item_id: item, location_id: Number(location), available, updated_at },
  });
  const [home, other] = n % 2 === 0 ? SELLING : [SELLING[1], SELLING[0]];
  const levels = [level(WAREHOUSE, units === 0 ? 7 : 0), level(other, 0), level(home, units)];
  const told = { id: id('product'), topic: 'products/update', body: product };
  if (version === 1) return [...levels, told];
  return kind === 'price_drop' ? [told] : levels;
}
