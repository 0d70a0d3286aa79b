import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { loadConfig } from './config.js';
import { SealError, Sealer, sealSettings } from './sealer.js';

const key = (fill: number) => Buffer.alloc(32, fill).toString('base64');
const sealer = Sealer.fromKeys(`2026b:${key(2)},2026a:${key(1)}`);
const old = Sealer.fromKeys(`2026a:${key(1)}`);

function codeOf(open: () => unknown): string {
  try {
    open();
  } catch (error) {
    if (error instanceof SealError) return error.code;
    throw error;
  }
  return 'opened';
}

describe('Sealer', () => {
  it('opens what it sealed, texts and bytes, whatever they hold', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (plain) => sealer.open(sealer.seal(plain)) === plain));
    fc.assert(fc.property(fc.uint8Array(), (bytes) => sealer.openBytes(sealer.seal(Buffer.from(bytes))).equals(bytes)));
  });

  it('seals with the first key, opens with all of them', () => {
    expect(sealer.seal('x')).toMatch(/^v1\.2026b\./);
    expect(sealer.open(old.seal('sealed last year'))).toBe('sealed last year');
    expect(codeOf(() => old.open(sealer.seal('x')))).toBe('unknown_key');
  });

  it('never seals the same text to the same text', () => {
    expect(new Set(Array.from({ length: 100 }, () => sealer.seal('1234567890'))).size).toBe(100);
  });

  it('notices any changed character', () => {
    const sealed = sealer.seal('psid');
    for (let at = 0; at < sealed.length; at += 1) {
      const changed = sealed.slice(0, at) + (sealed[at] === 'A' ? 'B' : 'A') + sealed.slice(at + 1);
      // The last character of base64url may hold bits that decode to nothing: only an equal text may open.
      const outcome = codeOf(() => {
        if (sealer.open(changed) !== 'psid') throw new Error('opened to something else');
      });
      if (Buffer.from(changed.split('.')[3] ?? '', 'base64url').equals(Buffer.from(sealed.split('.')[3]!, 'base64url')))
        if (changed.split('.').slice(0, 3).join() === sealed.split('.').slice(0, 3).join()) continue;
      expect(outcome).not.toBe('opened');
    }
  });

  it('a seal made under one key id does not open under another that holds the same key', () => {
    const twins = Sealer.fromKeys(`one:${key(1)},two:${key(1)}`);
    expect(codeOf(() => twins.open(twins.seal('x').replace('v1.one.', 'v1.two.')))).toBe('damaged');
  });

  it.each(['', 'plain text', 'v2.2026a.AAAA.AAAA', 'v1.2026a.AAAA', 'v1.2026a.AAAA.AAAA', 'v1.2026a.AAAA.AAAA.AAAA'])(
    'calls %p malformed',
    (text) => expect(codeOf(() => sealer.open(text))).toBe('malformed'),
  );

  it('refuses wrong keys without showing them', () => {
    const short = randomBytes(16).toString('base64');
    expect(() => Sealer.fromKeys('')).toThrow('key 1 is not of the form id:base64');
    expect(() => Sealer.fromKeys(`a:${key(1)},${short}`)).toThrow('key 2 is not of the form id:base64');
    expect(() => Sealer.fromKeys(`a:${short}`)).toThrow('key "a" has 16 bytes, not 32');
    expect(() => Sealer.fromKeys(`a:${key(1)},a:${key(2)}`)).toThrow('key id "a" appears twice');
    expect(() => loadConfig(sealSettings, { SEAL_KEYS: `a:${short}` })).toThrow(
      /^(?![\s\S]*a:)[\s\S]*16 bytes, not 32/,
    );
    expect(loadConfig(sealSettings, { SEAL_KEYS: `a:${key(1)}` }).SEAL_KEYS).toBe(`a:${key(1)}`);
  });
});
