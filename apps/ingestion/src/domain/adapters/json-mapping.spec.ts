import { exampleSettings, JsonMapping, parseJsonPath, ShopSettings } from '@beckon/contracts';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { payloadCases, playPayloads, RECORD_AT, recordOf } from '../../../tests/play-payloads.js';
import { readMappedJson } from './json-mapping.js';
import { roundFloat } from './loose-values.js';

/** The mapping that docs/sources/json.md shows. */
function shown(): JsonMapping | undefined {
  const page = readFileSync(new URL('../../../../../docs/sources/json.md', import.meta.url), 'utf8');
  const { sources } = parse(/^```yaml\n([\s\S]*?)^```/m.exec(page)?.[1] ?? '') as { sources: unknown };
  return ShopSettings.parse({ ...exampleSettings, sources }).sources[0]?.mapping;
}

playPayloads('json', readMappedJson, {
  get mapping() {
    return shown();
  },
});

const mapping = JsonMapping.parse({
  sku: '$.sku',
  units: { path: '$.units' },
  price: { path: '$.price', as: 'decimal' },
  title: '$.title',
  options: ['$.options[*]'],
});
const read = (value: Buffer | string, by = mapping) =>
  readMappedJson(
    { value: Buffer.from(value as string), headers: {}, timestamp: RECORD_AT },
    { currency: 'EUR', mapping: by },
  );

test('the mappings of all cases are valid settings', () => {
  for (const [, c] of payloadCases('json'))
    if (c.context?.mapping !== undefined) expect(JsonMapping.safeParse(c.context.mapping).error).toBeUndefined();
});

describe('hostile records', () => {
  test('a number of a megabyte', () => {
    expect(read(`{"sku":"a","units":${'9'.repeat(1e6)}}`)).toMatchObject({ ok: false, fault: { field: '$.units' } });
    expect(read(`{"sku":${'9'.repeat(1e6)}}`)).toMatchObject({ ok: false, fault: { field: '$.sku' } });
  });

  test('a text of a megabyte is refused by a short sentence', () => {
    const result = read(JSON.stringify({ sku: 'a', price: '9'.repeat(1e6) }));
    expect(result).toMatchObject({ ok: false, fault: { field: '$.price' } });
    if (!result.ok) expect(result.fault.detail.length).toBeLessThan(300);
  });

  test('brackets a million deep', () => {
    const deep = '['.repeat(1e6) + ']'.repeat(1e6);
    expect(read(`{"sku":"a","units":${deep}}`)).toMatchObject({ ok: false, fault: { field: '$.units' } });
    expect(read(`{"sku":"a","extra":${deep}}`)).toMatchObject({ ok: true });
  });

  test('not UTF-8', () => {
    const bytes = Buffer.concat([Buffer.from('{"sku":"'), Buffer.from([0xff, 0xfe]), Buffer.from('"}')]);
    expect(read(bytes)).toMatchObject({ ok: false, fault: { code: 'not_json', field: 'value' } });
  });

  test('a list without end', () => {
    const by = JsonMapping.parse({ items: '$[*]', sku: '@.sku' });
    const lines = (n: number) => JSON.stringify(Array.from({ length: n }, (_, i) => ({ sku: `s${i}` })));
    expect(read(lines(10_001), by)).toMatchObject({ ok: false, fault: { field: '$[*]' } });
    const most = read(lines(10_000), by);
    expect(most.ok && most.updates.length).toBe(10_000);
  });

  test('nothing makes it throw', () => {
    const every = payloadCases('json').flatMap(([, c]) => c.context?.mapping ?? []);
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(...every), (data, by) => {
        read(JSON.stringify(data), by);
        read(
          JSON.stringify({ sku: data, units: data, price: data, at: data, lines: [data, { sku: 'a', units: data }] }),
          by,
        );
      }),
    );
  });
});

test('the same bytes are the same event, other bytes another', () => {
  const id = (value: string) => {
    const result = read(value);
    return result.ok ? result.updates[0]?.eventId : undefined;
  };
  expect(id('{"sku":"a","units":1}')).toBe(id('{"sku":"a","units":1}'));
  expect(id('{"sku":"a","units":1}')).not.toBe(id('{"sku":"a","units":2}'));
});

test('a float is rounded as its decimals say, for every amount of cents', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 100_000_000_000 }), (cents) => {
      expect(roundFloat(cents / 100, 'EUR', 'price')).toEqual({ amount: cents, currency: 'EUR' });
    }),
  );
  for (const amount of [Number.NaN, Number.POSITIVE_INFINITY, -0.01, 1e13])
    expect(roundFloat(amount, 'EUR', 'price')).toMatchObject({ ok: false, fault: { field: 'price' } });
});

describe('paths', () => {
  const good: [path: string, steps: unknown[]][] = [
    ['$', []],
    ['$.a.b', ['a', 'b']],
    ['$.a[0].b', ['a', 0, 'b']],
    ['@.lines[*]', ['lines', null]],
    [`$['odd name']["it's"]`, ['odd name', "it's"]],
    ['$.größe.product-id.$ref', ['größe', 'product-id', '$ref']],
    ['$.__proto__', ['__proto__']],
  ];
  test.each(good)('%s', (path, steps) => {
    expect(parseJsonPath(path)?.steps).toEqual(steps);
  });

  const bad = [
    '',
    'a',
    '.a',
    '$a',
    '$..a',
    '$.',
    '$.a.',
    '$[',
    '$[-1]',
    '$[1:2]',
    '$[?(@.a)]',
    '$.*',
    "$['a",
    `$${'.a'.repeat(21)}`,
  ];
  test.each(bad)('%s is none', (path) => {
    expect(parseJsonPath(path)).toBeUndefined();
  });
});

describe('settings', () => {
  const source = (mapping: unknown, format = 'json') =>
    ShopSettings.safeParse({ ...exampleSettings, sources: [{ name: 'erp', format, topic: 'erp.stock', mapping }] });
  const faults: [name: string, mapping: unknown, path: string][] = [
    ['no mapping', undefined, 'sources.0.mapping'],
    ['no SKU', {}, 'sources.0.mapping.sku'],
    ['a path that is none', { sku: '$..sku' }, 'sources.0.mapping.sku'],
    ['an unknown field', { sku: '$.sku', stock: '$.units' }, 'sources.0.mapping'],
    ['a price without its kind', { sku: '$.sku', price: { path: '$.p' } }, 'sources.0.mapping.price.as'],
    ['an element of no list', { sku: '@.sku' }, 'sources.0.mapping.sku'],
    [
      'an unknown constant currency',
      { sku: '$.sku', price: { path: '$.p', as: 'minor', currency: { value: 'XYZ' } } },
      'sources.0.mapping.price.currency.value',
    ],
    ['several SKUs in one place', { sku: '$.lines[*].sku' }, 'sources.0.mapping.sku'],
    ['a list inside of a list', { items: '@.lines', sku: '@.sku' }, 'sources.0.mapping.items'],
  ];
  test.each(faults)('%s', (_name, mapping, path) => {
    const { error } = source(mapping);
    expect(error?.issues.map((issue) => issue.path.join('.'))).toContain(path);
  });

  test('another format has no mapping', () => {
    expect(source({ sku: '$.sku' }, 'cloudevents').success).toBe(false);
    expect(source({ sku: '$.sku' }).success).toBe(true);
  });
});

test('a record that is put aside keeps nothing of its neighbours', () => {
  const [, c] = payloadCases('json').find(([name]) => name === 'every-field') ?? [];
  if (c === undefined) throw new Error('the case is gone');
  const context = { currency: 'EUR', ...c.context };
  const before = readMappedJson(recordOf(c), context);
  read('{"__proto__":{"sku":"b","units":1},"sku":{"toString":1}}');
  expect(readMappedJson(recordOf(c), context)).toEqual(before);
});
