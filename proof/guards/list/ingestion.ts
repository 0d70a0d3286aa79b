import type { Guard } from '../guard.js';

const mark = 'apps/ingestion/src/domain/version-mark.ts';
const price = 'apps/ingestion/src/domain/price-signal.ts';
const stock = 'apps/ingestion/src/domain/stock-signal.ts';
const folding = 'apps/ingestion/src/domain/fold-offer.spec.ts';

/** What counts as news about an offer. */
export const ingestionGuards: readonly Guard[] = [
  {
    id: 'ingestion/older-version-loses',
    promise: 'A late event would bring an old price or stock back, and shoppers would be told of it.',
    file: mark,
    from: "if (version.value < mark.value) return 'older';",
    to: '',
    test: { suite: 'unit', file: folding, name: 'an older version loses' },
  },
  {
    id: 'ingestion/event-once',
    promise: 'An event that a platform sends twice would be folded twice.',
    file: mark,
    from: "if (mark.ids.includes(eventId)) return 'duplicate';",
    to: '',
    test: { suite: 'unit', file: folding, name: 'the same event twice does nothing' },
  },
  {
    id: 'ingestion/rise-closes-the-signal',
    promise: 'Shoppers would be told of a price that has gone up again in the meantime.',
    file: price,
    from: "if (signal) return { ops: fallen ? ['closed', 'opened'] : ['closed'], line: nextLine, reference, prices };",
    to: "if (signal) return { ops: fallen ? ['moved'] : ['closed'], line: nextLine, reference, prices };",
    test: { suite: 'unit', file: folding, name: 'the price of a signal never rises' },
  },
  {
    id: 'ingestion/currencies-apart',
    promise: 'A change of currency would look like a fall of the price.',
    file: price,
    from: 'money?.currency === currency ? money.amount : undefined',
    to: 'money && currency ? money.amount : undefined',
    test: { suite: 'unit', file: folding, name: 'another currency is another price' },
  },
  {
    id: 'ingestion/snapshot-opens-no-price',
    promise: 'Loading a catalogue would tell everybody of every price that differs from the last known.',
    file: price,
    from: 'if (update.snapshot) {',
    to: 'if (update.snapshot && amount < 0) {',
    test: { suite: 'unit', file: folding, name: 'a snapshot updates silently' },
  },
  {
    id: 'ingestion/snapshot-opens-no-stock',
    promise: 'Loading a catalogue would tell everybody that everything is back.',
    file: stock,
    from: "if (wasGone) return update.snapshot ? { ops: [], silenced: 'snapshot' } : { ops: ['opened'] };",
    to: "if (wasGone) return { ops: ['opened'] };",
    test: { suite: 'unit', file: folding, name: 'a snapshot updates silently' },
  },
  {
    id: 'ingestion/unpublished-is-not-for-sale',
    promise: 'Shoppers would be sent to a product that the shop does not show.',
    file: stock,
    from: "published && (units === null ? rules.untracked === 'in_stock' : units >= rules.min_stock);",
    to: "units === null ? rules.untracked === 'in_stock' : units >= rules.min_stock;",
    test: { suite: 'unit', file: folding, name: 'what is not published cannot be bought' },
  },
  {
    id: 'ingestion/empty-closes-the-signal',
    promise: 'Shoppers would be told of stock that is sold out again.',
    file: stock,
    from: "if (signal) return { ops: ['closed'] };",
    to: "if (signal) return { ops: ['moved'] };",
    test: { suite: 'unit', file: folding, name: 'back in stock opens when units reach the minimum' },
  },
  {
    id: 'ingestion/fresh-only-at-the-end',
    promise: 'A source that is hours behind would count as fresh, and stale offers would be told.',
    file: 'apps/ingestion/src/domain/freshness.ts',
    from: 'if (reach.settledPosition >= reach.end) return reach.sampledAt;',
    to: 'if (reach.end >= 0n) return reach.sampledAt;',
    test: { suite: 'unit', file: 'apps/ingestion/src/domain/freshness.spec.ts', name: 'behind the end' },
  },
  {
    id: 'ingestion/offers-locked',
    promise: 'Stock from one system and price from another, told at once, would overwrite each other.',
    file: 'apps/ingestion/src/outbound/offer-store.ts',
    from: 'ORDER BY sku FOR UPDATE`',
    to: 'ORDER BY sku`',
    test: {
      suite: 'int',
      file: 'apps/ingestion/src/outbound/offer-store.int.spec.ts',
      name: 'two sources that tell of the same SKUs at once lose nothing',
    },
  },
];
