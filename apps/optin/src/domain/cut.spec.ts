import { expect, it } from '@jest/globals';
import { lengthOf } from '@beckon/messenger';
import fc from 'fast-check';
import { cutAtGrapheme } from './cut.js';

it('keeps what fits and never cuts through what a reader sees as one character', () => {
  expect(cutAtGrapheme('Red coat', 8)).toBe('Red coat');
  expect(cutAtGrapheme('Red coat, Size M', 10)).toBe('Red coat,…');
  expect(cutAtGrapheme('👩‍👩‍👧‍👦👩‍👩‍👧‍👦', 10)).toBe('👩‍👩‍👧‍👦…');
  expect(cutAtGrapheme('👩‍👩‍👧‍👦 family', 5)).toBe('…');
});

it('is never longer than allowed', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 0, max: 30 }), (text, max) => {
      expect(lengthOf(cutAtGrapheme(text, max))).toBeLessThanOrEqual(max);
    }),
  );
});
