import { expect } from '@jest/globals';
import { MemoryEmitter } from '../../../../tests/support/memory-emitter.js';
import { ownNames, testDatabase } from '../../../../tests/support/real-servers.js';
import { unknownOffer, type OfferState } from '../domain/offer-state.js';
import { ingestionMigrations } from '../ingestion.module.js';
import { lockOffers, saveOffers } from './offer-store.js';

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
