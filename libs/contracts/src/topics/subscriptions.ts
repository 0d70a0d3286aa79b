import { z } from 'zod';
import { Money } from '../money.js';
import { defineTopic } from '../topic.js';
import { Condition, Kind, Millis, Reason } from '../vocabulary.js';

/** What one shopper asked to be told. */
export const Subscription = z.object({
  rev: z.int().min(1).describe('readers ignore a lower revision than they hold'),
  sub_id: z.string(),
  state: z.enum(['active', 'ended']),
  ended_reason: Reason.nullable(),
  shopper_id: z.string(),
  shopper_rev: z.int().min(1).describe('the shopper revision that carries the right to send for it'),
  page: z.string(),
  shop: z.string(),
  product: z.string().nullable().describe('null: a topic'),
  sku: z.string().nullable().describe('null: any SKU of the product, or a topic'),
  topic: z.string().nullable().describe('a collection or sale that the shop defines'),
  kind: Kind,
  condition: Condition,
  seen_price: Money.nullable().describe('the price the shopper saw when subscribing'),
  mode: z.enum(['once', 'recurring']),
  locale: z.string(),
  tier: z.string().nullable(),
  consented_at: Millis,
  ended_at: Millis.nullable(),
});
export type Subscription = z.infer<typeof Subscription>;

/** Subscriptions as optin knows them. */
export const subscriptions = defineTopic({
  name: 'subscriptions',
  key: 'sub_id',
  purpose: 'One record per request of a shopper: what, under which condition, active or ended.',
  owner: 'optin',
  schema: Subscription,
  retention: { policy: 'compact' },
  tombstones: true,
  example: {
    rev: 1,
    sub_id: 'sub_9a8b7c6d5e4f3a2b1c0d9e8f7a6b5c4d',
    state: 'active',
    ended_reason: null,
    shopper_id: 'shp_0f8a2d4c6b1e3f5a7c9d0b2e4f6a8c1d',
    shopper_rev: 3,
    page: '1001',
    shop: 'aurora',
    product: 'red-coat',
    sku: 'red-coat-m',
    topic: null,
    kind: 'price_drop',
    condition: { type: 'price_at_most', amount: 12_899, currency: 'EUR' },
    seen_price: { amount: 12_900, currency: 'EUR' },
    mode: 'once',
    locale: 'de_DE',
    tier: null,
    consented_at: 1_790_000_000_000,
    ended_at: null,
  },
});
