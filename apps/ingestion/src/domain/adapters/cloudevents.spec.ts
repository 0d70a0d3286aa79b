import { expect } from '@jest/globals';
import fc from 'fast-check';
import type { NativeRecord } from '../offer-update.js';
import { readOfferEvent } from './cloudevents.js';

const at = Date.parse('2026-11-01T10:00:00Z');
const headers = {
  ce_specversion: '1.0',
  ce_id: 'evt-1',
  ce_source: 'https://shop.example/erp',
  ce_type: 'com.beckon.offer.changed',
  ce_time: '2026-11-01T10:00:00Z',
};
const binary = (data: unknown, extra: Record<string, string> = {}): NativeRecord => ({
  headers: { ...headers, ...extra },
  value: data === undefined ? null : Buffer.from(JSON.stringify(data)),
  timestamp: at + 50,
});
const structured = (event: unknown): NativeRecord => ({
  headers: { 'Content-Type': 'application/cloudevents+json; charset=utf-8' },
  value: Buffer.from(JSON.stringify(event)),
  timestamp: at + 50,
});
const coat = { sku: 'coat-m', product: 'coat' };

describe('what is read', () => {
  test('binary mode, every field', () => {
    const result = readOfferEvent(
      binary({
        ...coat,
        units: 4,
        price: { amount: 7_990, currency: 'EUR' },
        previous: { units: 0, price: { value: '99.90', currency: 'EUR' } },
        version: 17,
        published: true,
        title: 'Coat',
        options: ['Size M'],
        url: 'https://shop.example/coat',
        image: null,
        somethingElse: { not: 'read' },
      }),
    );
    expect(result).toEqual({
      ok: true,
      updates: [
        {
          item: { sku: 'coat-m' },
          eventId: 'evt-1',
          sourceAt: at,
          snapshot: false,
          listing: {
            version: { value: at, explicit: false },
            product: 'coat',
            published: true,
            title: 'Coat',
            options: ['Size M'],
            url: 'https://shop.example/coat',
            image: null,
          },
          stock: { version: { value: 17, explicit: true }, units: 4, previous: 0 },
          price: {
            version: { value: 17, explicit: true },
            price: { amount: 7_990, currency: 'EUR' },
            previous: { amount: 9_990, currency: 'EUR' },
          },
        },
      ],
    });
  });

  test('structured mode, decimal price, no version', () => {
    const result = readOfferEvent(
      structured({
        specversion: '1.0',
        id: 'evt-2',
        source: 'erp',
        type: 'com.beckon.offer.snapshot',
        time: '2026-11-01T10:00:00Z',
        data: { ...coat, price: { value: '1500', currency: 'JPY' } },
      }),
    );
    expect(result).toMatchObject({
      ok: true,
      updates: [
        {
          snapshot: true,
          price: { price: { amount: 1_500, currency: 'JPY' }, version: { value: at, explicit: false } },
        },
      ],
    });
  });

  test('without ce_time the record’s time stands in', () => {
    const { ce_time: _, ...timeless } = headers;
    const result = readOfferEvent({ ...binary({ ...coat, units: 1 }), headers: timeless });
    expect(result).toMatchObject({ ok: true, updates: [{ sourceAt: at + 50 }] });
  });
});

describe('what is not, and why', () => {
  const cases: [name: string, record: NativeRecord, field: string][] = [
    ['no JSON', { ...binary({}), value: Buffer.from('{"sku":') }, 'value'],
    ['not UTF-8', { ...binary({}), value: Buffer.from([0x22, 0xff, 0x22]) }, 'value'],
    ['no CloudEvent', { ...binary({ ...coat, units: 1 }), headers: {} }, 'ce_specversion'],
    ['no id', binary({ ...coat, units: 1 }, { ce_id: '' }), 'ce_id'],
    ['a tombstone', binary(undefined), 'data'],
    ['an unknown type', binary({ ...coat, units: 1 }, { ce_type: 'com.beckon.offer.change' }), 'ce_type'],
    ['an unreadable time', binary({ ...coat, units: 1 }, { ce_time: 'yesterday' }), 'ce_time'],
    ['a clock a year ahead', binary({ ...coat, units: 1 }, { ce_time: '2027-11-01T10:00:00Z' }), 'ce_time'],
    ['no SKU', binary({ product: 'coat', units: 1 }), 'sku'],
    ['an empty SKU', binary({ sku: '', product: 'coat', units: 1 }), 'sku'],
    ['no product', binary({ sku: 'coat-m', units: 1 }), 'product'],
    ['negative stock', binary({ ...coat, units: -1 }), 'units'],
    ['half a unit', binary({ ...coat, units: 1.5 }), 'units'],
    ['an unknown currency', binary({ ...coat, price: { amount: 1, currency: 'XYZ' } }), 'price.currency'],
    ['a negative price', binary({ ...coat, price: { amount: -1, currency: 'EUR' } }), 'price.amount'],
    ['a price as float', binary({ ...coat, price: { value: 79.9, currency: 'EUR' } }), 'price.value'],
    ['too many decimals', binary({ ...coat, price: { value: '79.999', currency: 'EUR' } }), 'price.value'],
    [
      'a faulty previous price',
      binary({ ...coat, units: 1, previous: { price: { value: 'x', currency: 'EUR' } } }),
      'previous.price.value',
    ],
    ['a version that is no counter', binary({ ...coat, units: 1, version: 'v1' }), 'version'],
    ['a NUL in a title', binary({ ...coat, title: 'a\0b' }), 'title'],
    ['half a character in a SKU', binary({ sku: '\ud800', product: 'coat' }), 'sku'],
    ['options that are no texts', binary({ ...coat, options: ['M', 3] }), 'options.1'],
  ];
  test.each(cases)('%s', (_name, record, field) => {
    const result = readOfferEvent(record);
    expect(result).toMatchObject({ ok: false, fault: { field } });
    if (!result.ok) expect(result.fault.detail).not.toBe('');
  });
});

test('nothing makes it throw', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.dictionary(fc.string(), fc.string()), (data, more) => {
      readOfferEvent(binary(data, more));
      readOfferEvent(structured(data));
    }),
  );
});

describe('topics', () => {
  const topics = [
    { topic: 'autumn', kind: 'new_collection' as const, name: { en: 'Autumn' } },
    { topic: 'sale', kind: 'early_sale' as const, name: { en: 'Sale' }, opens_at: at },
  ];
  const about = (data: unknown, type: string) => readOfferEvent(binary(data, { ce_type: type }), { topics });

  test.each([
    ['com.beckon.topic.opened', true],
    ['com.beckon.topic.closed', false],
  ])('%s of a topic that the settings leave to events', (type, opens) => {
    expect(about({ topic: 'autumn' }, type)).toEqual({
      ok: true,
      updates: [],
      topics: [{ topic: 'autumn', opens, at, eventId: 'evt-1' }],
    });
  });

  test.each([
    ['that the settings do not name', { topic: 'winter' }, 'topic'],
    ['that opens by the settings’ time', { topic: 'sale' }, 'topic'],
    ['without a name', {}, 'topic'],
    ['without data', undefined, 'data'],
  ])('a topic %s is a fault', (_, data, field) => {
    expect(about(data, 'com.beckon.topic.opened')).toMatchObject({ ok: false, fault: { field } });
  });
});
