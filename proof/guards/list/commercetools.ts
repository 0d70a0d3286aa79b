import type { Guard } from '../guard.js';

const messages = 'apps/ingestion/src/domain/adapters/commercetools.ts';
const prices = 'apps/ingestion/src/domain/adapters/commercetools-prices.ts';
const spec = 'apps/ingestion/src/domain/adapters/commercetools.spec.ts';

/** What is made of commercetools' messages. */
export const commercetoolsGuards: readonly Guard[] = [
  {
    id: 'commercetools/staged-prices',
    promise: 'Shoppers would be told of a price that an editor has only prepared.',
    file: messages,
    from: 'd.staged ? undefined : chosen(prices, c, m.version.value)',
    to: 'chosen(prices, c, m.version.value)',
    test: { suite: 'unit', file: spec, name: 'price-changed-staged' },
  },
  {
    id: 'commercetools/staged-discounts',
    promise: 'Shoppers would be told of a discount that an editor has only prepared.',
    file: messages,
    from: 'd.updatedPrices.filter(({ staged }) => !staged)',
    to: 'd.updatedPrices',
    test: { suite: 'unit', file: spec, name: 'discounts-set' },
  },
  {
    id: 'commercetools/prices-of-groups',
    promise: 'Everybody would be told the price that only staff pay.',
    file: prices,
    from: 'price.customerGroup == null &&',
    to: '',
    test: { suite: 'unit', file: spec, name: 'price-of-a-customer-group' },
  },
  {
    id: 'commercetools/prices-of-a-time',
    promise: 'A price of next week would be told today.',
    file: prices,
    from: '(price.validFrom ?? 0) <= at &&',
    to: '',
    test: { suite: 'unit', file: spec, name: 'price-valid-later' },
  },
  {
    id: 'commercetools/sold-out-by-orders',
    promise: 'Orders send no other message: a SKU that sold out would never be back, because it was never gone.',
    file: messages,
    from: "['InventoryEntryOutOfStock', noneLeft],",
    to: '',
    test: { suite: 'unit', file: spec, name: 'out-of-stock' },
  },
  {
    id: 'commercetools/too-large-is-asked-for',
    promise: 'What is too large for the queue, such as a product with many variants, would be lost.',
    file: messages,
    from: 'if (without) return wantedOf(without);',
    to: 'if (without) return nothing;',
    test: { suite: 'unit', file: spec, name: 'payload-not-included' },
  },
];
