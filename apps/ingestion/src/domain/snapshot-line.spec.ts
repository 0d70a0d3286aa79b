import { exampleSettings, ShopSettings } from '@beckon/contracts';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { foldOffer, type FoldContext } from './fold-offer.js';
import type { OfferState } from './offer-state.js';
import type { OfferUpdate } from './offer-update.js';
import { goneUpdate, placeSnapshot, readSnapshotLine, type SnapshotTerms } from './snapshot-line.js';

const at = 1_790_000_000_000;
const terms: SnapshotTerms = { id: 'snp-1', at, opens: false, complete: false };
const line = (data: unknown): Buffer => Buffer.from(JSON.stringify(data));
const context: FoldContext = {
  ...{ shop: 'aurora', source: 'catalog', sourcePartition: 0, settingsRev: 1, now: at + 5 },
  rules: ShopSettings.parse(exampleSettings).rules,
};
const event = (
  units: number,
  version: number,
  explicit: boolean,
  sourceAt = explicit ? at - 1000 : version,
): OfferUpdate => ({
  ...{ sku: 'coat-m', eventId: `e${version}`, sourceAt, snapshot: false },
  stock: { version: { value: version, explicit }, units },
});
const fold = (known: OfferState | undefined, update: OfferUpdate | undefined) =>
  update ? foldOffer(known, update, context).state : known;
const snapshot = (known: OfferState | undefined, units: number, more: object = {}): OfferState | undefined => {
  const read = readSnapshotLine(line({ sku: 'coat-m', product: 'coat', units, ...more }), terms);
  return read.ok ? fold(known, placeSnapshot(read.update, known, at)) : known;
};

describe('a line', () => {
  it('is the data of an event; it opens nothing unless the shop asks for it', () => {
    const coat = line({ sku: 'coat-m', product: 'coat', units: 4, price: { value: '79.90', currency: 'EUR' } });
    expect(readSnapshotLine(coat, terms)).toMatchObject({
      ok: true,
      update: {
        sku: 'coat-m',
        snapshot: true,
        stock: { units: 4 },
        price: { price: { amount: 7990, currency: 'EUR' } },
      },
    });
    expect(readSnapshotLine(coat, { ...terms, opens: true })).toMatchObject({ update: { snapshot: false } });
  });

  it.each([
    ['{"sku":', 'value', /one JSON object/],
    ['[]', 'data', /docs\/events/],
    ['{"product":"coat"}', 'sku', /Give sku/],
    ['{"sku":"a","product":"b","units":-1}', 'units', /whole number from 0/],
    ['{"sku":"a","product":"b","price":{"amount":1,"currency":"ZZZ"}}', 'price.currency', /ISO 4217/],
    ['{"sku":"a","product":"b","price":7.5}', 'price', /minor units/],
    ['{"sku":"a","product":"b","version":"x"}', 'version', /counter/],
  ])('%s is refused with its field and what to do', (text, field, fix) => {
    const read = readSnapshotLine(Buffer.from(text), terms);
    expect(read).toMatchObject({ ok: false, fault: { field, fix: expect.stringMatching(fix) } });
  });

  it('that names a SKU says that it is shown, if the snapshot is complete', () => {
    const coat = line({ sku: 'coat-m', product: 'coat' });
    const published = (t: SnapshotTerms, bytes = coat) => {
      const read = readSnapshotLine(bytes, t);
      return read.ok && read.update.listing?.published;
    };
    expect(published(terms)).toBeUndefined();
    expect(published({ ...terms, complete: true })).toBe(true);
    expect(published({ ...terms, complete: true }, line({ sku: 'a', product: 'b', published: false }))).toBe(false);
  });

  it('never makes it throw', () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => void readSnapshotLine(line(value), terms)));
    fc.assert(fc.property(fc.uint8Array(), (bytes) => void readSnapshotLine(Buffer.from(bytes), terms)));
  });
});

describe('its place among events', () => {
  it('corrects what is counted, and the next count still wins', () => {
    const known = fold(undefined, event(3, 17, true));
    const corrected = snapshot(known, 0);
    expect(corrected?.units).toBe(0);
    expect(fold(corrected, event(9, 16, true))?.units).toBe(0);
    expect(fold(corrected, event(5, 18, true))?.units).toBe(5);
    // And once more: a snapshot does not turn counters into times.
    expect(fold(snapshot(corrected, 2), event(5, 18, true))?.units).toBe(5);
  });

  it('goes by its time where events do: late ones are old, newer ones stay', () => {
    const known = fold(undefined, event(3, at - 9000, false));
    const corrected = snapshot(known, 0);
    expect(corrected?.units).toBe(0);
    expect(fold(corrected, event(3, at - 5000, false))?.units).toBe(0);
    expect(fold(corrected, event(4, at + 1, false))?.units).toBe(4);
    expect(snapshot(fold(undefined, event(7, at + 1, false)), 0)?.units).toBe(7);
    expect(snapshot(fold(undefined, event(7, 18, true, at + 1)), 0)?.units).toBe(7);
  });

  it('of something unknown is before all events, however they are counted', () => {
    const first = snapshot(undefined, 2);
    expect(first?.units).toBe(2);
    expect(fold(first, event(4, 1, true))?.units).toBe(4);
    expect(fold(first, event(4, at - 5000, false))?.units).toBe(4);
    expect(snapshot(first, 3)?.units).toBe(2); // the very same snapshot, again
  });

  it('is its own version, if it says one', () => {
    const known = fold(undefined, event(3, 17, true));
    expect(snapshot(known, 0, { version: 16 })?.units).toBe(3);
    expect(snapshot(known, 0, { version: 18 })?.units).toBe(0);
  });

  it('what is gone is not shown any more, unless something newer is known', () => {
    const known = fold(undefined, event(3, 17, true));
    expect(fold(known, placeSnapshot(goneUpdate('coat-m', terms), known, at))).toMatchObject({
      published: false,
      units: 3,
    });
    const newer = fold(undefined, event(3, 17, true, at + 1));
    expect(placeSnapshot(goneUpdate('coat-m', terms), newer, at)).toBeUndefined();
  });
});
