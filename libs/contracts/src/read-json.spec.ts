import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readJson } from './read-json.js';

const utf8 = (text: string): Buffer => Buffer.from(text);

test('JSON is read, also behind a byte order mark', () => {
  expect(readJson(utf8('{"a":[1,"ü"]}'))).toEqual({ ok: true, value: { a: [1, 'ü'] } });
  expect(readJson(utf8('\ufeff1'))).toEqual({ ok: true, value: 1 });
});

test.each([
  ['', /too early/],
  ['{"a": "my name is Anna', /character \d+/],
  ['{"a": Anna}', /goes wrong|none may be/],
])('%j is refused', (text, detail) =>
  expect(readJson(utf8(text))).toMatchObject({ ok: false, detail: expect.stringMatching(detail) }),
);

test('bytes that are no UTF-8 are refused', () => {
  expect(readJson(Buffer.from([0x22, 0xff, 0x22]))).toMatchObject({
    ok: false,
    detail: expect.stringMatching(/UTF-8/),
  });
});

test('what is refused quotes nothing', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[A-Z]{8,20}$/), fc.nat(20), (secret, at) => {
      for (const text of [
        secret,
        `{"a": ${secret}}`,
        `{"a": "${secret}"`,
        `{"a": "${secret}" "b"}`,
        `"${secret}"`.slice(0, at),
      ]) {
        const read = readJson(utf8(text));
        if (!read.ok) expect(read.detail).not.toContain(secret.slice(0, 8));
      }
    }),
  );
});
