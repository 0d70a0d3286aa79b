import { z } from 'zod';
import { Money } from '../money.js';
import { defineTopic } from '../topic.js';
import { Millis } from '../vocabulary.js';

/** Current price and availability of one SKU, with what a message needs to name it (schema.org/Offer in spirit). */
export const Offer = z.object({
  shop: z.string(),
  sku: z.string(),
  product: z.string(),
  seq: z.int().min(1).describe('advances with every change; readers ignore a lower one'),
  price: Money.nullable(),
  units: z.int().min(0).nullable().describe('null: the shop does not count this SKU'),
  published: z.boolean(),
  title: z.string().nullable(),
  options: z.array(z.string()).describe('"Size M", "Red"'),
  url: z.string().nullable(),
  image: z.string().nullable(),
  updated_at: Millis,
});
export type Offer = z.infer<typeof Offer>;

/** Offers as ingestion folded them. */
export const offers = defineTopic({
  name: 'offers',
  key: 'shop:sku',
  purpose: 'What each SKU costs and how many there are, now.',
  owner: 'ingestion',
  schema: Offer,
  retention: { policy: 'compact' },
  tombstones: true,
  example: {
    shop: 'aurora',
    sku: 'red-coat-m',
    product: 'red-coat',
    seq: 7,
    price: { amount: 9_900, currency: 'EUR' },
    units: 4,
    published: true,
    title: 'Red coat',
    options: ['Size M'],
    url: 'https://aurora.example/red-coat?size=m',
    image: 'https://aurora.example/red-coat.jpg',
    updated_at: 1_790_000_000_000,
  },
});
