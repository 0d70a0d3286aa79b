import type { Guard } from '../guard.js';

const domain = 'apps/ingestion/src/domain';
const folding = `${domain}/fold-offer.spec.ts`;
const resolving = 'apps/ingestion/src/inbound/resolve-items.int.spec.ts';

/** Ids that become SKUs, stock by location, and the rules of a shop. */
export const offerGuards: readonly Guard[] = [
  {
    id: 'ingestion/unknown-id-waits',
    promise: 'Stock of an inventory item would be lost whenever it came before the product that says which SKU it is.',
    file: 'apps/ingestion/src/inbound/resolve-items.ts',
    from: 'if (skusOf(ref).length === 0 && !news.has(ref)) news.set(ref, []);',
    to: 'if (skusOf(ref).length < 0 && !news.has(ref)) news.set(ref, []);',
    test: { suite: 'int', file: resolving, name: 'an update of an unknown id waits' },
  },
  {
    id: 'ingestion/ids-per-source',
    promise: 'Two platforms of one shop that both count from one would write each other’s offers.',
    file: 'apps/ingestion/src/outbound/item-refs.ts',
    from: "'SELECT ref, skus FROM item_refs WHERE shop = $1 AND source = $2 AND ref = ANY ($3::text[])',",
    to: "'SELECT ref, skus FROM item_refs WHERE shop = $1 AND length($2) > 0 AND ref = ANY ($3::text[])',",
    test: { suite: 'int', file: resolving, name: 'an id counts for its source' },
  },
  {
    id: 'ingestion/newest-waits',
    promise: 'A late event would replace the newer one that waits for its SKU.',
    file: `${domain}/waiting-updates.ts`,
    from: 'if (versionOf(next) < versionOf(one)) return kept;',
    to: '',
    test: { suite: 'unit', file: `${domain}/waiting-updates.spec.ts`, name: 'the newest stay' },
  },
  {
    id: 'ingestion/new-location-is-no-return',
    promise: 'Each location that is heard of for the first time would tell everybody that the SKU is back.',
    file: `${domain}/location-stock.ts`,
    from: 'comparable: entry !== undefined }',
    to: 'comparable: true }',
    test: { suite: 'unit', file: folding, name: 'a location never heard of before is no return' },
  },
  {
    id: 'ingestion/only-locations-that-sell',
    promise: 'Units in a store room would be told as being on sale.',
    file: `${domain}/location-stock.ts`,
    from: 'if (sells && !sells.has(location)) continue;',
    to: 'if (sells && location === undefined) continue;',
    test: { suite: 'unit', file: `${domain}/location-stock.spec.ts`, name: 'locations that sell nothing online' },
  },
  {
    id: 'ingestion/low-stock-from-above',
    promise: 'A restock of two would be told as "only two left".',
    file: `${domain}/low-stock-signal.ts`,
    from: 'update.comparable && many(before.units)',
    to: 'update.comparable',
    test: { suite: 'unit', file: folding, name: 'a small restock is a return' },
  },
  {
    id: 'ingestion/cool-down',
    promise: 'A SKU that comes and goes 79 times a day would be told 79 times.',
    file: `${domain}/rest.ts`,
    from: 'const resting = rest !== undefined && at < rest.until;',
    to: 'const resting = rest !== undefined && at < 0;',
    test: { suite: 'unit', file: folding, name: '79 flaps of one SKU in a day' },
  },
  {
    id: 'ingestion/owed-only-while-true',
    promise: 'When a cool-down ends, shoppers would be told of what is gone again.',
    file: `${domain}/rest.ts`,
    from: 'if (!holds) return { change, rest: { until: rest.until } };',
    to: 'if (!holds && !rest.owed) return { change, rest: { until: rest.until } };',
    test: { suite: 'unit', file: folding, name: 'the return after a flap is told when the cool-down ends' },
  },
  {
    id: 'ingestion/due-by-one-worker',
    promise: 'Workers would wait for each other to open what is due.',
    file: 'apps/ingestion/src/outbound/offer-store.ts',
    from: 'ORDER BY recheck_at LIMIT $3 FOR UPDATE SKIP LOCKED`',
    to: 'ORDER BY recheck_at LIMIT $3`',
    test: {
      suite: 'int',
      file: 'apps/ingestion/src/outbound/offer-store.int.spec.ts',
      name: 'what is owed is found when it is due, by one worker',
    },
  },
  {
    id: 'ingestion/gone-long-enough',
    promise: 'A shop that wants to hear of real returns only would be told of each released basket.',
    file: `${domain}/stock-signal.ts`,
    from: "if (wasGone && brief) return { ops: [], silenced: update.snapshot ? 'snapshot' : 'gone_briefly' };",
    to: "if (wasGone && brief && update.snapshot) return { ops: [], silenced: 'snapshot' };",
    test: { suite: 'unit', file: folding, name: 'a return is news only after so much time' },
  },
  {
    id: 'ingestion/reference-price',
    promise: 'A price that hops up and down would be told as a drop each time, against the shop’s rule.',
    file: `${domain}/price-signal.ts`,
    from: 'const reference = Math.min(line, ceilingOf(prices, rules, update.at));',
    to: 'const reference = line;',
    test: { suite: 'unit', file: folding, name: 'the reference price' },
  },
];
