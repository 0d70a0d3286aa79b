import { expect } from '@jest/globals';
import { RuleSettings } from '@beckon/contracts';
import fc from 'fast-check';
import { MemoryEmitter } from '../../../../tests/support/memory-emitter.js';
import { ownNames, testDatabase } from '../../../../tests/support/real-servers.js';
import { foldOffer } from '../domain/fold-offer.js';
import type { NativeUpdate } from '../domain/offer-update.js';
import { ingestionMigrations } from '../ingestion.module.js';
import { lockOffers, saveOffers } from '../outbound/offer-store.js';
import { resolveItems } from './resolve-items.js';

const names = ownNames();
const database = testDatabase(names.schema('ingestion'), ingestionMigrations);
const scope = (source = 'catalog') => ({ shop: 'aurora', source });

type Facts = Partial<Pick<NativeUpdate, 'teaches'>> & { item: NativeUpdate['item']; at: number };
const update = ({ item, at, teaches }: Facts, parts: Partial<NativeUpdate>): NativeUpdate => ({
  ...{ item, teaches, eventId: `${JSON.stringify(item)}@${at}`, sourceAt: at, snapshot: false, ...parts },
});
const teach = (sku: string, at: number, ...refs: string[]): NativeUpdate =>
  update(
    { item: { sku }, teaches: refs, at },
    { listing: { version: { value: at, explicit: false }, product: 'coat', published: true } },
  );
const stock = (ref: string, at: number, units: number): NativeUpdate =>
  update({ item: { ref }, at }, { stock: { version: { value: at, explicit: false }, units } });
const hide = (ref: string, at: number): NativeUpdate =>
  update({ item: { ref }, at }, { listing: { version: { value: at, explicit: false }, published: false } });

/** Resolves a batch in a transaction of its own; answers what can be folded, as `sku units@version`. */
async function resolve(batch: readonly NativeUpdate[], source?: string): Promise<string[]> {
  const emitter = new MemoryEmitter(await database);
  return emitter.transaction(async (tx) => {
    const { arrived } = await resolveItems(
      tx,
      scope(source),
      batch.map((u) => ({ update: u, partition: 0 })),
    );
    return arrived.flatMap(({ update: u }) => (u.stock ? [`${u.sku} ${u.stock.units}@${u.stock.version.value}`] : []));
  });
}

test('an update of an unknown id waits, the newest of each facet, and is handed on once when the id is learnt', async () => {
  expect(await resolve([stock('i:1', 2, 7), stock('i:1', 1, 0)])).toEqual([]);
  expect(await resolve([stock('i:1', 3, 5)])).toEqual([]);
  expect(await resolve([teach('one', 4, 'i:1')])).toEqual(['one 5@3']);
  expect(await resolve([teach('one', 4, 'i:1')])).toEqual([]);
  expect(await resolve([stock('i:1', 5, 4)])).toEqual(['one 4@5']);
});

test('what stands in one chunk meets, whatever comes first', async () => {
  expect(await resolve([stock('i:2', 2, 7), teach('two', 1, 'i:2')])).toEqual(['two 7@2']);
});

test('an id counts for its source, and may stand for several SKUs', async () => {
  expect(await resolve([teach('a', 1, 'p:3'), teach('b', 1, 'p:3')])).toEqual([]);
  expect(await resolve([stock('p:3', 2, 1)], 'another')).toEqual([]);
  expect(await resolve([stock('p:3', 2, 1)])).toEqual(['a 1@2', 'b 1@2']);
});

test('of an id that is taught while its update comes, the two meet: one waits for the other’s commit', async () => {
  for (let round = 0; round < 40; round += 1) {
    const ref = `race:${round}`;
    const [told, taught] = await Promise.all([resolve([stock(ref, 1, 3)]), resolve([teach(`r${round}`, 1, ref)])]);
    expect([...told, ...taught]).toEqual([`r${round} 3@1`]);
  }
});

test('any order, repetition and batching of updates and teachings ends in the same offers', async () => {
  const emitter = new MemoryEmitter(await database);
  const events = [
    teach('s', 10, 'i:s', 'p'),
    teach('m', 10, 'i:m', 'p'),
    stock('i:s', 11, 0),
    stock('i:s', 14, 5),
    stock('i:s', 15, 3),
    stock('i:m', 12, 9),
    stock('i:m', 13, 0),
    teach('s', 16, 'i:s', 'p'),
    hide('i:m', 17),
  ];
  let run = 0;
  const outcome = async (batches: readonly (readonly NativeUpdate[])[]): Promise<unknown> => {
    const own = { shop: `shop-${(run += 1)}`, source: 'catalog' };
    for (const batch of batches)
      await emitter.transaction(async (tx) => {
        const { arrived } = await resolveItems(
          tx,
          own,
          batch.map((u) => ({ update: u, partition: 0 })),
        );
        const states = await lockOffers(
          tx,
          own.shop,
          arrived.map((a) => a.update.sku),
        );
        const rules = RuleSettings.parse({});
        const context = { ...own, sourcePartition: 0, rules, settingsRev: 1, now: 1 };
        for (const { update: u } of arrived) states.set(u.sku, foldOffer(states.get(u.sku), u, context).state);
        await saveOffers(tx, own.shop, [...states.values()]);
      });
    return emitter.transaction((tx) =>
      tx.query('SELECT sku, product, units, published FROM offers WHERE shop = $1 ORDER BY sku', [own.shop]),
    );
  };
  const expected = await outcome([events]);
  expect(expected).toEqual([
    { sku: 'm', product: 'coat', units: 0, published: false },
    { sku: 's', product: 'coat', units: 3, published: true },
  ]);
  const shuffled = fc.array(fc.constantFrom(...events), { maxLength: 4 }).chain((again) => {
    const all = [...events, ...again];
    return fc.tuple(fc.shuffledSubarray(all, { minLength: all.length }), fc.integer({ min: 1, max: 5 }));
  });
  await fc.assert(
    fc.asyncProperty(shuffled, async ([all, size]) => {
      const batches: NativeUpdate[][] = [];
      for (let i = 0; i < all.length; i += size) batches.push(all.slice(i, i + size));
      expect(await outcome(batches)).toEqual(expected);
    }),
    { numRuns: 40 },
  );
}, 60_000);
