import type { Guard } from '../guard.js';

const reading = 'apps/ingestion/src/domain/adapters/reading.ts';
const shopify = 'apps/ingestion/src/domain/adapters/shopify.ts';
const spec = 'apps/ingestion/src/domain/adapters/shopify.spec.ts';

/** What is made of Shopify's webhooks, and the checks that all adapters share. */
export const shopifyGuards: readonly Guard[] = [
  {
    id: 'adapters/no-time-to-come',
    promise: 'One record of a broken clock would outrank every later event of its SKU.',
    file: reading,
    from: 'at > recordAt + MOST_AHEAD_MS',
    to: 'at > recordAt * MOST_AHEAD_MS',
    test: { suite: 'unit', file: spec, name: 'fault-a-year-ahead' },
  },
  {
    id: 'adapters/storable-text',
    promise: 'One record with a NUL in its title would stop its partition for good.',
    file: reading,
    from: 'z.string().max(longest).refine(storable,',
    to: 'z.string().max(longest).refine((written) => storable(written) || longest > 0,',
    test: { suite: 'unit', file: spec, name: 'hostile values anywhere' },
  },
  {
    id: 'shopify/later-state-wins',
    promise: 'Of two states the one whose webhook was triggered later would win, although it may be the older one.',
    file: shopify,
    from: 'Math.min(Math.max(triggeredAt, second), second + 999)',
    to: 'triggeredAt',
    test: { suite: 'unit', file: spec, name: 'which of two states is the later one' },
  },
  {
    id: 'shopify/units-of-one-location',
    promise: 'An empty store would make a SKU sold out whose warehouse is full.',
    file: shopify,
    from: 'stock: { version, location, units },',
    to: 'stock: { version, location: location && undefined, units },',
    test: { suite: 'unit', file: spec, name: 'inventory-level-update' },
  },
  {
    id: 'shopify/oversold-is-none',
    promise:
      'A SKU that was oversold would end among the dead letters, and its shoppers would be told that it is there.',
    file: shopify,
    from: 'available === null ? null : Math.max(0, available)',
    to: 'available',
    test: { suite: 'unit', file: spec, name: 'inventory-level-oversold' },
  },
  {
    id: 'shopify/drafts-are-not-on-sale',
    promise: 'Shoppers would be sent to a product that the shop does not show.',
    file: shopify,
    from: "(product.status === 'active' || product.status === 'unlisted') &&",
    to: '',
    test: { suite: 'unit', file: spec, name: 'product-draft' },
  },
];
