import { expect } from '@jest/globals';
import { MemoryEmitter } from '../../../../tests/support/memory-emitter.js';
import { ownNames, testDatabase } from '../../../../tests/support/real-servers.js';
import { unknownOffer, type OfferState } from '../domain/offer-state.js';
import { ingestionMigrations } from '../ingestion.module.js';
import { lockDue, lockOffers, saveOffers } from './offer-store.js';

const names = ownNames();
const database = testDatabase(names.schema('ingestion'), ingestionMigrations);

test('a state comes back as it was saved', async () => {
  const emitter = new MemoryEmitter(await database);
  const state: OfferState = {
    ...unknownOffer('coat-m'),
    product: 'coat',
    seq: 7,
    price: { amount: 7_990, currency: 'EUR' },
    units: null,
    published: false,
    title: 'Mantel “Größe M”',
    options: ['Size M', 'Red'],
    url: 'https://shop.example/coat',
    updated_at: 1_790_000_000_000,
    stockMark: { value: 17, ids: ['a', 'b'] },
    locations: {
      north: { units: 3, mark: { value: 4, ids: ['n'] } },
      ['__proto__']: { units: null, mark: { value: 5, ids: ['p'] } },
    },
    priceMark: { value: 1_790_000_000_000, ids: ['c'] },
    listingMarks: { title: { value: 5, ids: ['d'] } },
    line: 9_990,
    goneSince: 1_789_999_999_999,
    rests: { low_stock: { until: 7, owed: { source: 'catalog', partition: 2, at: 6 } } },
    prices: { told: [7_990, 5], lows: [[7_000, 4]] },
    lowSignal: null,
    priceSignal: {
      signalId: 'sig_1',
      openedAt: 3,
      oldPrice: { amount: 9_990, currency: 'EUR' },
      newPrice: { amount: 7_990, currency: 'EUR' },
      units: null,
    },
  };
  await emitter.transaction(async (tx) => {
    expect((await lockOffers(tx, 'aurora', ['coat-m'])).get('coat-m')).toEqual(unknownOffer('coat-m'));
    await saveOffers(tx, 'aurora', [state]);
  });
  await emitter.transaction(async (tx) => {
    expect((await lockOffers(tx, 'aurora', ['coat-m', 'coat-m'])).get('coat-m')).toEqual(state);
    expect((await lockOffers(tx, 'other', ['coat-m'])).get('coat-m')?.seq).toBe(0);
  });
});

test('two sources that tell of the same SKUs at once lose nothing', async () => {
  const emitter = new MemoryEmitter(await database);
  const skus = Array.from({ length: 20 }, (_, i) => `shared-${i}`);
  const addOne = (order: string[]) =>
    emitter.transaction(async (tx) => {
      const states = await lockOffers(tx, 'aurora', order);
      await saveOffers(
        tx,
        'aurora',
        [...states.values()].map((s) => ({ ...s, seq: s.seq + 1 })),
      );
    });
  for (let round = 0; round < 10; round += 1) await Promise.all([addOne(skus), addOne([...skus].reverse())]);
  const states = await emitter.transaction((tx) => lockOffers(tx, 'aurora', skus));
  expect([...states.values()].map((s) => s.seq)).toEqual(skus.map(() => 20));
});

test('what is owed is found when it is due, by one worker', async () => {
  const emitter = new MemoryEmitter(await database);
  const owes = (sku: string, until: number): OfferState => ({
    ...unknownOffer(sku),
    rests: { back_in_stock: { until, owed: { source: 'catalog', partition: 0, at: 1 } } },
  });
  await emitter.transaction(async (tx) => {
    await lockOffers(tx, 'owing', ['now', 'later', 'nothing']);
    await saveOffers(tx, 'owing', [owes('now', 100), owes('later', 101), unknownOffer('nothing')]);
  });
  await emitter.transaction(async (tx) => {
    expect(await lockDue(tx, ['owing'], 100, 10)).toEqual([{ shop: 'owing', sku: 'now' }]);
    expect(await emitter.transaction((other) => lockDue(other, ['owing'], 100, 10))).toEqual([]);
    expect(await lockDue(tx, ['another'], 100, 10)).toEqual([]);
  });
});
