import { expect, it } from '@jest/globals';
import jsQR from 'jsqr';
import { PNG } from 'pngjs';
import { qrPng, qrSvg } from './qr-code.js';

const scan = (pixels: Uint8ClampedArray, size: number): string | undefined => jsQR.default(pixels, size, size)?.data;

/** Draws the one path of the SVG, four pixels a module, as a browser would. */
function drawn(svg: string): { pixels: Uint8ClampedArray; size: number } {
  const modules = Number(/viewBox="0 0 (\d+) /.exec(svg)?.[1]);
  const size = modules * 4;
  const pixels = new Uint8ClampedArray(size * size * 4).fill(255);
  const path = /stroke="#000000" d="([^"]+)"/.exec(svg)?.[1] ?? '';
  let [x, y] = [0, 0];
  for (const [, command, a = '', b = ''] of path.matchAll(/([Mmh])(-?[\d.]+)(?: (-?[\d.]+))?/g)) {
    if (command === 'M') [x, y] = [Number(a), Math.floor(Number(b))];
    else if (command === 'm') [x, y] = [x + Number(a), y + Number(b || 0)];
    else
      for (const end = x + Number(a); x < end; x += 1)
        for (let i = 0; i < 16; i += 1) {
          const at = ((y * 4 + (i >> 2)) * size + x * 4 + (i & 3)) * 4;
          pixels.fill(0, at, at + 3);
        }
  }
  return { pixels, size };
}

it.each([
  ['a short link', 'https://m.me/1001?ref=abc'],
  ['the longest ref that there is', `https://m.me/100000000000000?ref=${'aB3-_'.repeat(200)}`],
])('%s is read back from both pictures', async (_, url) => {
  const png = PNG.sync.read(await qrPng(url, 800));
  expect([png.width >= 800, png.width < 1000, png.height]).toEqual([true, true, png.width]);
  expect(scan(new Uint8ClampedArray(png.data), png.width)).toBe(url);
  const svg = await qrSvg(url);
  expect(svg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
  const { pixels, size } = drawn(svg);
  expect(scan(pixels, size)).toBe(url);
});
