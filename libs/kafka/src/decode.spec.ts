import { describe, expect, it } from '@jest/globals';
import { freshness, shops } from '@beckon/contracts';
import { decodeValue, headerText, toRecord } from './decode.js';

const fetched = (value: Buffer | string | null): ReturnType<typeof toRecord> =>
  toRecord(3, {
    offset: '7',
    timestamp: '1790000000000',
    key: null,
    value: typeof value === 'string' ? Buffer.from(value) : value,
  });

describe('decoding', () => {
  it('reads a valid value and drops unknown fields', () => {
    const text = JSON.stringify({ ...freshness.example, extra: true });
    expect(decodeValue(freshness, fetched(text))).toMatchObject({ offset: 7n, value: freshness.example });
  });
  it.each<[string, Buffer | string, string]>([
    ['not JSON', '{', 'not_json'],
    ['bad UTF-8', Buffer.from([0x22, 0xff, 0x22]), 'not_json'],
    ['a NUL character', '{"shop":"a\\u0000"}', 'nul_character'],
    ['a missing field', '{"shop":"a"}', 'invalid'],
    ['a wrong type', JSON.stringify({ ...freshness.example, at: 'now' }), 'invalid'],
    ['an array', '[]', 'invalid'],
  ])('%s is dead: %s', (_what, value, code) => {
    expect(decodeValue(freshness, fetched(value))).toMatchObject({ code });
  });
  it('names the faulty field', () => {
    const text = JSON.stringify({ ...freshness.example, at: -1 });
    expect(decodeValue(freshness, fetched(text))).toMatchObject({ field: 'at' });
  });
  it('a tombstone is a value of null where the topic has tombstones, else dead', () => {
    expect(decodeValue(shops, fetched(null))).toMatchObject({ value: null });
    expect(decodeValue(freshness, fetched(null))).toMatchObject({ code: 'no_value' });
  });
  it('a header given twice keeps its last value', () => {
    expect(headerText({ a: [Buffer.from('1'), Buffer.from('2')], b: 'x', c: undefined })).toEqual({ a: '2', b: 'x' });
  });
});
