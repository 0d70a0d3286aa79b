import { readFileSync } from 'node:fs';
import { decodeCloudEvent, ShopSettings } from '@beckon/contracts';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { CATALOGUE, offerOf, offerRecord } from './catalogue.js';
import { PEOPLE } from './people.js';
import { quietEvents } from './play-on.js';

describe('the demo shop', () => {
  const settings = ShopSettings.parse(parse(readFileSync('apps/local/demo/shop.yaml', 'utf8')));

  it('has valid settings and is never silent, so that the demo also works at night', () => {
    expect(settings.quiet_hours).toBeNull();
    expect(settings.currency).toBe('EUR');
  });

  it('sells a dozen products with sizes; no SKU twice', () => {
    expect(new Set(CATALOGUE.map((o) => o.product)).size).toBe(12);
    expect(new Set(CATALOGUE.map((o) => o.sku)).size).toBe(CATALOGUE.length);
    for (const offer of CATALOGUE) expect(new URL(offer.url).protocol).toBe('https:');
  });

  it('can bring what its shoppers wait for: sold out for stock, in stock for a price', () => {
    for (const { asks } of PEOPLE)
      expect(offerOf(asks.sku).units === 0 ? 'back_in_stock' : 'price_drop').toBe(asks.kind);
    expect(new Set(PEOPLE.map((p) => p.asks.kind)).size).toBe(2);
  });
});

describe('an event of the shop’s platform', () => {
  it('is a CloudEvent that says only what changed', () => {
    const record = offerRecord('t', offerOf('red-coat-m'), { units: 3 }, { type: 'changed', id: 'e1', time: 5 });
    const decoded = decodeCloudEvent(record.headers, Buffer.from(record.value));
    expect(decoded).toMatchObject({
      ok: true,
      attributes: { id: 'e1', type: 'com.beckon.offer.changed', time: 5 },
      data: { sku: 'red-coat-m', product: 'red-coat', units: 3 },
    });
    expect(decoded.ok && decoded.data).not.toHaveProperty('price');
  });
});

describe('playing on', () => {
  it('brings every sold-out variant back, and takes each away again before it comes back once more', () => {
    const units = new Map(CATALOGUE.map((o) => [o.sku, o.units]));
    const cents = new Map(CATALOGUE.map((o) => [o.sku, o.cents]));
    const opened = new Set<string>();
    for (let round = 0; round < 3 * CATALOGUE.length; round += 1)
      for (const { sku, change } of quietEvents(round)) {
        if (change.units !== undefined) {
          if (units.get(sku) === 0 && change.units > 0) opened.add(sku);
          units.set(sku, change.units);
        }
        if (change.cents !== undefined) {
          if (change.cents < (cents.get(sku) ?? 0)) opened.add(sku);
          cents.set(sku, change.cents);
        }
      }
    expect([...opened].sort()).toEqual(CATALOGUE.map((o) => o.sku).sort());
    const wasSoldOut = CATALOGUE.filter((o) => o.units === 0).map((o) => units.get(o.sku));
    expect(wasSoldOut.filter((n) => n === 3)).toHaveLength(1);
  });
});
