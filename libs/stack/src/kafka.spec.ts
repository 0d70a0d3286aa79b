import { describe, expect, it } from '@jest/globals';
import { clusterIdFrom } from './kafka.js';

describe('clusterIdFrom', () => {
  it('gives 16 bytes as base64url that no tool takes for an option', () => {
    for (let first = 0; first < 256; first++) {
      const id = clusterIdFrom(Buffer.from([first, ...Array<number>(15).fill(0xfb)]));
      expect(id).toMatch(/^[A-Za-z][\w-]{21}$/);
    }
  });
});
