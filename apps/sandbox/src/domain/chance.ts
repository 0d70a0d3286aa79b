/** A number from 0 up to 1 for a seed and a position (mulberry32 over both): the same two, the same number. */
export function chance(seed: number, position: number): number {
  let x = (Math.imul(seed, 0x9e3779b1) + Math.imul(position + 1, 0x6d2b79f5)) >>> 0;
  x = Math.imul(x ^ (x >>> 15), x | 1);
  x ^= x + Math.imul(x ^ (x >>> 7), x | 61);
  return ((x ^ (x >>> 14)) >>> 0) / 2 ** 32;
}
