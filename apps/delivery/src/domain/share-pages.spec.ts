import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { fairShare } from './share-pages.js';

it('shares of all workers add up to all Pages and differ by at most one', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 500 }), fc.uniqueArray(fc.string(), { minLength: 1 }), (pages, workers) => {
      const shares = workers.map((me) => fairShare(pages, workers, me));
      expect(shares.reduce((a, b) => a + b, 0)).toBe(pages);
      expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(1);
    }),
  );
});

it('counts the asker even before the others see it', () => {
  expect(fairShare(3, ['a'], 'b')).toBe(1);
});
