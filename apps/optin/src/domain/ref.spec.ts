import { describe, expect, it } from '@jest/globals';
import { REF_MAX, REF_PATTERN } from '@beckon/messenger';
import fc from 'fast-check';
import { coat } from '../../tests/examples.js';
import { readRef, signRef } from './ref.js';
import { ASKABLE } from './wish.js';

const KEY = 'a key of the shop system';
const name = fc.string({ minLength: 1, maxLength: 60, unit: 'grapheme' });
const wish = fc.record({
  shop: fc.constantFrom('aurora', 'b-2'),
  product: name,
  sku: fc.option(name, { nil: null }),
  kind: fc.constantFrom(...ASKABLE),
  locale: fc.constantFrom(null, 'de', 'fr_FR'),
});

describe('the ref of a link', () => {
  it('comes back as it was signed, in the characters and length that a link allows', () => {
    fc.assert(
      fc.property(wish, (w) => {
        const ref = signRef(w, KEY);
        expect(readRef(ref, [KEY])).toEqual(w);
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
    expect(readRef(signRef(coat, 'old'), ['new', 'old'])).toEqual(coat);
    expect(readRef(signRef(coat, 'old'), ['new'])).toBeUndefined();
  });

  it('refuses names that no payload holds', () => {
    expect(() => signRef({ ...coat, product: 'x'.repeat(900) }, KEY)).toThrow(RangeError);
  });
});
