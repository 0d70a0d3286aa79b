/** What the demo shop sells, and the events that its platform would write about it (docs/events.md). */
import { binaryHeaders } from '@beckon/contracts';

/** One variant. */
export interface DemoOffer {
  readonly sku: string;
  readonly product: string;
  readonly title: string;
  readonly options: readonly string[];
  readonly units: number;
  /** Cents. */
  readonly cents: number;
  readonly url: string;
  readonly image: string;
}

const SITE = 'https://aurora.example';

/** `units` of each size, in the order of the sizes. */
function product(id: string, title: string, cents: number, sizes: Readonly<Record<string, number>>): DemoOffer[] {
  return Object.entries(sizes).map(([size, units]) => ({
    sku: `${id}-${size.toLowerCase()}`,
    product: id,
    title,
    options: [size === 'one' ? 'One size' : `Size ${size}`],
    units,
    cents,
    url: `${SITE}/${id}?size=${encodeURIComponent(size)}`,
    image: `${SITE}/images/${id}.jpg`,
  }));
}

/** A dozen products. What is at 0 is sold out when the demo begins. */
export const CATALOGUE: readonly DemoOffer[] = [
  ...product('red-coat', 'Red coat', 12_900, { S: 4, M: 0, L: 2 }),
  ...product('trail-shoe', 'Trail shoe', 11_900, { 40: 6, 41: 3, 42: 5, 43: 0 }),
  ...product('rain-jacket', 'Rain jacket', 9_900, { S: 0, M: 7, L: 7 }),
  ...product('wool-sweater', 'Wool sweater', 7_900, { S: 3, M: 0, L: 5 }),
  ...product('linen-shirt', 'Linen shirt', 4_900, { S: 8, M: 9, L: 0 }),
  ...product('denim-jeans', 'Denim jeans', 6_900, { 30: 4, 32: 0, 34: 4 }),
  ...product('canvas-bag', 'Canvas bag', 3_900, { one: 0 }),
  ...product('silk-scarf', 'Silk scarf', 5_900, { one: 12 }),
  ...product('leather-belt', 'Leather belt', 4_500, { 85: 3, 95: 0 }),
  ...product('running-cap', 'Running cap', 2_500, { one: 20 }),
  ...product('down-vest', 'Down vest', 8_900, { M: 2, L: 0 }),
  ...product('merino-socks', 'Merino socks', 1_900, { '36-39': 30, '40-43': 0 }),
];

/** The variant of that name. @throws Error when there is none */
export function offerOf(sku: string): DemoOffer {
  const offer = CATALOGUE.find((one) => one.sku === sku);
  if (!offer) throw new Error(`the demo shop has no ${sku}`);
  return offer;
}

/** What an event may change. */
export interface OfferChange {
  readonly units?: number;
  /** Cents. */
  readonly cents?: number;
}

/** A record for the shop's topic. `snapshot` updates what is known and alerts nobody. */
export function offerRecord(
  topic: string,
  offer: DemoOffer,
  change: OfferChange,
  event: { readonly type: 'changed' | 'snapshot'; readonly id: string; readonly time: number },
): { topic: string; key: string; value: string; headers: Record<string, string> } {
  const { sku, product: productId, title, options, url, image } = offer;
  const data = {
    sku,
    product: productId,
    title,
    options,
    url,
    image,
    published: true,
    ...(change.units === undefined ? {} : { units: change.units }),
    ...(change.cents === undefined ? {} : { price: { amount: change.cents, currency: 'EUR' } }),
  };
  const type = `com.beckon.offer.${event.type}`;
  const headers = binaryHeaders({ id: event.id, source: '/aurora/platform', type, time: event.time });
  return { topic, key: sku, value: JSON.stringify(data), headers };
}
