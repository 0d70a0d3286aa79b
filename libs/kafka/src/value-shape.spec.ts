import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { RawRecord } from './chunk.js';
import { shapeAt, shapeOf } from './value-shape.js';

test.each<[unknown, string]>([
  [undefined, 'absent'],
  [null, 'null'],
  ['Anna', 'text of 4 characters'],
  ['x', 'text of 1 character'],
  [true, 'boolean'],
  [3, 'whole number'],
  [-3, 'whole number below 0'],
  [1.5, 'fraction'],
  [-1.5, 'fraction below 0'],
  [2 ** 60, 'whole number beyond 2^53'],
  [JSON.parse('1e999'), 'number too large for a double'],
  [[1, 2], 'list of 2'],
  [{ a: 1 }, 'object with 1 field'],
])('%j is %s', (value, shape) => expect(shapeOf(value)).toBe(shape));

const record = (value: string | Buffer | null, headers: Record<string, string> = {}): RawRecord => ({
  key: null,
  value: value === null ? null : Buffer.from(value),
  headers,
});
const event = '{"price":{"currency":"XYZ"},"lines":[{"qty":-1}],"data":{"sku":""}}';

test.each<[string, RawRecord, string]>([
  ['value', record(Buffer.from([0xff])), '1 byte, not JSON'],
  ['value', record(null), 'no value'],
  ['value', record(event), 'object with 3 fields'],
  ['ce_id', record(event, { CE_ID: '' }), 'text of 0 characters'],
  ['ce_type', record(event), 'absent'],
  ['price.currency', record(event), 'text of 3 characters'],
  ['lines.0.qty', record(event), 'whole number below 0'],
  ['lines[0].qty', record(event), 'whole number below 0'],
  ['sku', record(event), 'text of 0 characters'],
  ['__proto__', record(event), 'absent'],
  ['constructor.name', record(event), 'absent'],
])('%s', (field, raw, shape) => expect(shapeAt(raw, field)).toBe(shape));

test('nothing of a text is told, and nothing makes it throw', () => {
  fc.assert(
    fc.property(
      fc.stringMatching(/^[g-z]{24}$/),
      fc.string(),
      fc.dictionary(fc.string(), fc.jsonValue()),
      (secret, field, more) => {
        const raw = record(JSON.stringify({ ...more, [field]: secret }), { [secret]: secret });
        expect(shapeAt(raw, field)).not.toContain(secret);
        expect(shapeAt(raw, secret)).not.toContain(secret);
      },
    ),
  );
});
