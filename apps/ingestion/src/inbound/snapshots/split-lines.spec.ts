import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { splitLines } from './split-lines.js';

async function lines(pieces: Buffer[], most = 100): Promise<[number, string | null][]> {
  const found: [number, string | null][] = [];
  const stream = (async function* () {
    for (const piece of pieces) yield await Promise.resolve(piece);
  })();
  for await (const l of splitLines(stream, most)) found.push([l.number, 'bytes' in l ? l.bytes.toString() : null]);
  return found;
}

it.each<[string, [number, string | null][]]>([
  [
    'a\nb',
    [
      [1, 'a'],
      [2, 'b'],
    ],
  ],
  [
    'a\r\n\n\r\nb\n',
    [
      [1, 'a'],
      [4, 'b'],
    ],
  ],
  ['', []],
  [
    `a\n${'x'.repeat(101)}\nb\n${'y'.repeat(500)}`,
    [
      [1, 'a'],
      [2, null],
      [3, 'b'],
      [4, null],
    ],
  ],
])('lines of %j', async (text, expected) => expect(await lines([Buffer.from(text)])).toEqual(expected));

it('does not depend on how the stream is cut', async () => {
  const texts = fc.array(fc.stringMatching(/^[aü\n\r]{0,40}$/), { maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(texts, fc.integer({ min: 1, max: 7 }), async (parts, n) => {
      const whole = Buffer.from(parts.join('\n'));
      const cut = Array.from({ length: Math.ceil(whole.length / n) }, (_, i) => whole.subarray(i * n, (i + 1) * n));
      expect(await lines(cut, 20)).toEqual(await lines([whole], 20));
    }),
  );
});
