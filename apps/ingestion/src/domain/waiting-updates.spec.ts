import { expect } from '@jest/globals';
import type { NativeUpdate } from './offer-update.js';
import { facetsOf, keepNewest, type WaitingUpdate } from './waiting-updates.js';

const at = (value: number) => ({ value, explicit: false });
const stock = (version: number, eventId: string): WaitingUpdate => ({
  update: { eventId, sourceAt: version, snapshot: false, stock: { version: at(version), units: version } },
  partition: 0,
});

test('an update comes apart into facets that can replace each other', () => {
  const update: NativeUpdate = {
    item: { ref: 'inventory_item:1' },
    eventId: 'a',
    sourceAt: 5,
    snapshot: false,
    listing: { version: at(5), title: 'Coat', published: true },
    stock: { version: at(5), location: 'north', units: 3 },
    price: { version: at(5), price: { amount: 100, currency: 'EUR' } },
  };
  const facets = facetsOf(update, 2);
  expect(facets.map((f) => f.facet)).toEqual(['listing:published', 'listing:title', 'stock:north', 'price']);
  expect(facets[1]?.waiting).toEqual({
    update: { eventId: 'a', sourceAt: 5, snapshot: false, listing: { version: at(5), title: 'Coat' } },
    partition: 2,
  });
});

test('the newest stay: one of a version that is higher, all of a version that is the same, each event once', () => {
  const [old, a, b] = [stock(1, 'x'), stock(2, 'a'), stock(2, 'b')];
  expect(keepNewest([], old)).toEqual([old]);
  expect(keepNewest([old], a)).toEqual([a]);
  expect(keepNewest([a], old)).toEqual([a]);
  expect(keepNewest([a], b)).toEqual([a, b]);
  expect(keepNewest([a, b], a)).toEqual([a, b]);
});
