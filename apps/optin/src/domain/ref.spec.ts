import { describe, expect, it } from '@jest/globals';
import { PAYLOAD_MAX, REF_MAX, REF_PATTERN } from '@beckon/messenger';
import fc from 'fast-check';
import { createHmac } from 'node:crypto';
import { autumn, coat } from '../../tests/examples.js';
import { VERBS, payloadOf } from './payloads.js';
import { readRef, signRef } from './ref.js';
import { ASKABLE } from './wish.js';
import type { Threshold, Wish } from './wish.js';

const KEY = 'a key of the shop system';
const name = fc.string({ minLength: 1, maxLength: 20, unit: 'grapheme' });
const maybe = fc.option(name, { nil: null });
const wish: fc.Arbitrary<Wish> = fc.record({
  shop: fc.constantFrom('aurora', 'b-2'),
  product: name,
  sku: maybe,
  topic: maybe,
  kind: fc.constantFrom(...ASKABLE),
  threshold: fc.constantFrom<Threshold | null>(
    null,
    { type: 'any' },
    { type: 'percent', percent: 20 },
    { type: 'at_most', amount: 7_990, currency: 'EUR' },
  ),
  locale: fc.constantFrom(null, 'de', 'fr_FR'),
  external_id: maybe,
});

describe('the ref of a link', () => {
  it('comes back as it was signed, in the characters and length that a link allows', () => {
    fc.assert(
      fc.property(wish, fc.option(name, { nil: null }), (w, shown) => {
        const ref = signRef(w, KEY, shown);
        expect(readRef(ref, [KEY])).toEqual({ wish: w, shown });
        expect(ref).toMatch(REF_PATTERN);
        expect(ref.length).toBeLessThanOrEqual(REF_MAX);
      }),
    );
  });

  it('is nothing after any change of one character', () => {
    const ref = signRef(coat, KEY);
    for (let i = 0; i < ref.length; i += 1) {
      for (const c of 'Aa0-_z') {
        if (ref[i] === c) continue;
        expect(readRef(ref.slice(0, i) + c + ref.slice(i + 1), [KEY])).toBeUndefined();
      }
    }
  });

  it('has one spelling, however many bits its last character has to spare', () => {
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const refs = ['c', 'co', 'coa'].map((product) => signRef({ ...coat, product }, KEY));
    expect(new Set(refs.map((ref) => ref.length % 4))).toEqual(new Set([0, 2, 3]));
    for (const ref of refs) {
      const spellings = [...alphabet].flatMap((c) => [ref.slice(0, -1) + c, ref + c]);
      expect(spellings.filter((other) => readRef(other, [KEY]))).toEqual([ref]);
    }
  });

  it.each([
    ['nothing', undefined],
    ['empty', ''],
    ['not ours', 'summer-sale'],
    ['padded', `${signRef(coat, KEY)}=`],
    ['cut', signRef(coat, KEY).slice(0, -1)],
    ['longer', `${signRef(coat, KEY)}A`],
    ['signed with another key', signRef(coat, 'another')],
    ['a lone signature', Buffer.alloc(16).toString('base64url')],
    ['far too long', 'A'.repeat(5000)],
  ])('%s is nothing', (_, ref) => expect(readRef(ref, [KEY])).toBeUndefined());

  it('is read with the old key while keys change', () => {
    expect(readRef(signRef(coat, 'old'), ['new', 'old'])?.wish).toEqual(coat);
    expect(readRef(signRef(coat, 'old'), ['new'])).toBeUndefined();
  });

  it('of version 1, which stands on product pages for years, is still read', () => {
    const body = Buffer.from(JSON.stringify([1, 'aurora', 'red-coat', 'red-coat-m', 'price_drop', 'de']));
    const mac = createHmac('sha256', KEY).update('beckon.ref.v1\0').update(body).digest().subarray(0, 16);
    const wished = { ...coat, kind: 'price_drop', locale: 'de' };
    expect(readRef(Buffer.concat([mac, body]).toString('base64url'), [KEY])).toEqual({ wish: wished, shown: null });
  });

  it('about neither a product nor a topic is nothing', () => {
    expect(readRef(signRef({ ...coat, product: null, sku: null }, KEY), [KEY])).toBeUndefined();
    expect(readRef(signRef(autumn, KEY), [KEY])?.wish).toEqual(autumn);
  });

  it('leaves out the words that were shown rather than become too long, and fits behind every verb of ours', () => {
    const long = { ...coat, product: 'x'.repeat(620) };
    expect(readRef(signRef(long, KEY, 'Tell you when it is back?'.repeat(4)), [KEY])).toEqual({
      wish: long,
      shown: null,
    });
    for (const verb of VERBS) expect(payloadOf(verb, signRef(long, KEY)).length).toBeLessThanOrEqual(PAYLOAD_MAX);
  });

  it('refuses names that no payload holds', () => {
    expect(() => signRef({ ...coat, product: 'x'.repeat(900) }, KEY)).toThrow(RangeError);
  });
});
