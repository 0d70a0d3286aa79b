/** What nobody should send and somebody will: each has a defined end, a fault that names the field or a defined reading. */
import { describe, expect, test } from '@jest/globals';
import { exampleSettings } from '@beckon/contracts';
import type { NativeRecord } from '../offer-update.js';
import { adapters } from './adapters.js';

const headers = { ce_specversion: '1.0', ce_id: 'e1', ce_source: 'erp', ce_type: 'com.beckon.offer.changed' };
const context = { currency: exampleSettings.currency };
const record = (value: string | Buffer, more: Record<string, string> = {}): NativeRecord => ({
  headers: { ...headers, ...more },
  value: Buffer.from(value),
  timestamp: 1_790_000_000_000,
});
/** An event with one field written as it stands here, past what JSON.stringify would write. */
const raw = (field: string): string => `{"sku":"coat-m","product":"coat",${field}}`;
const nested = (depth: number, open: string, close: string): string => open.repeat(depth) + close.repeat(depth);
const read = (r: NativeRecord) => adapters.cloudevents(r, context);

describe('is refused, naming the field', () => {
  test.each<[what: string, value: string | Buffer, field: string]>([
    [
      'bad UTF-8 in a text',
      Buffer.concat([Buffer.from('{"sku":"'), Buffer.from([0xc3, 0x28]), Buffer.from('"}')]),
      'value',
    ],
    [
      'an overlong UTF-8 slash',
      Buffer.concat([Buffer.from('{"sku":"'), Buffer.from([0xc0, 0xaf]), Buffer.from('"}')]),
      'value',
    ],
    ['UTF-16', Buffer.from(`\ufeff${raw('"units":1')}`, 'utf16le'), 'value'],
    ['a number of 1 MB', raw(`"units":${'9'.repeat(1_000_000)}`), 'units'],
    ['a fraction of 1 MB', raw(`"units":0.${'3'.repeat(1_000_000)}`), 'units'],
    ['a price of 1 MB of digits', raw(`"price":{"value":"${'9'.repeat(1_000_000)}","currency":"EUR"}`), 'price.value'],
    ['a huge exponent', raw('"units":1e999'), 'units'],
    ['NaN', raw('"units":NaN'), 'value'],
    ['Infinity', raw('"units":-Infinity'), 'value'],
    ['NaN as text', raw('"units":"NaN"'), 'units'],
    ['JSON 100,000 deep, alone', nested(100_000, '[', ']'), 'data'],
    ['JSON 100,000 deep in a field', raw(`"units":${nested(100_000, '[', ']')}`), 'units'],
    ['objects 50,000 deep as a price', raw(`"price":${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}`), 'price'],
    ['deep and never closed', '['.repeat(1_000_000), 'value'],
    ['negative stock', raw('"units":-1'), 'units'],
    ['stock beyond what a double counts', raw('"units":9007199254740993'), 'units'],
    ['an unknown currency', raw('"price":{"amount":1,"currency":"ZZZ"}'), 'price.currency'],
    [
      'a currency named after an inherited property',
      raw('"price":{"amount":1,"currency":"constructor"}'),
      'price.currency',
    ],
    ['an inherited property instead of a price', raw('"price":{"__proto__":{"amount":1,"currency":"EUR"}}'), 'price'],
    ['a SKU of 1 MB', `{"sku":"${'x'.repeat(1_000_000)}","product":"coat"}`, 'sku'],
    ['a SKU that only __proto__ has', '{"__proto__":{"sku":"coat-m"},"product":"coat","units":1}', 'sku'],
    ['a list instead of an object', '[{"sku":"coat-m"}]', 'data'],
    ['the last of two equal keys being wrong', raw('"units":1,"units":-1'), 'units'],
    ['two documents', `${raw('"units":1')}${raw('"units":2')}`, 'value'],
    ['a title with NUL', raw('"title":"a\\u0000b"'), 'title'],
    ['half a surrogate pair', raw('"title":"\\ud800"'), 'title'],
    ['options without end', raw(`"options":[${'"M",'.repeat(10_000)}"M"]`), 'options'],
  ])('%s', (_what, value, field) => {
    const result = read(record(value));
    expect(result.ok).toBe(false);
    if (result.ok) return;
    expect(result.fault.field === field || result.fault.field.startsWith(`${field}.`)).toBe(true);
    expect(result.fault.detail.length).toBeGreaterThan(0);
    expect(result.fault.detail.length).toBeLessThan(2_000_000);
  });

  test.each<[what: string, header: Record<string, string>, field: string]>([
    ['an id of 1 MB', { ce_id: 'i'.repeat(1_000_000) }, 'ce_id'],
    ['an id with NUL', { ce_id: 'a\0' }, 'ce_id'],
    ['a time of the year 275760', { ce_time: '+275760-09-13T00:00:00Z' }, 'ce_time'],
    ['a type named after an inherited property', { ce_type: '__proto__' }, 'ce_type'],
  ])('%s', (_what, header, field) =>
    expect(read(record(raw('"units":1'), header))).toMatchObject({ ok: false, fault: { field } }),
  );
});

describe('is read, and how', () => {
  test.each<[what: string, value: string, update: object]>([
    ['of two equal keys the last counts', raw('"units":1,"units":2'), { stock: { units: 2 } }],
    ['a whole number written with a fraction', raw('"units":3.0'), { stock: { units: 3 } }],
    ['minus nothing is nothing', raw('"units":-0'), { stock: { units: -0 } }],
    [
      'a SKU named __proto__ is a SKU',
      '{"sku":"__proto__","product":"constructor","units":1}',
      { item: { sku: '__proto__' } },
    ],
    [
      'deep JSON in a field that is not read',
      raw(`"units":1,"more":${nested(10_000, '[', ']')}`),
      { stock: { units: 1 } },
    ],
    ['a byte order mark before the JSON', `\ufeff${raw('"units":1')}`, { stock: { units: 1 } }],
  ])('%s', (_what, value, update) => expect(read(record(value))).toMatchObject({ ok: true, updates: [update] }));

  test('and nothing of it reaches the prototype of everything', () => {
    read(
      record(
        '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"sku":"a","product":"b","units":1}',
      ),
    );
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});
