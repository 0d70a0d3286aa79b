import { describe, expect, it } from '@jest/globals';
import { KEY_BYTES, hashSecret, isSecretOf, makeKey, readKey } from './api-key.js';

const made = makeKey('blue-moon', Buffer.alloc(KEY_BYTES, 7));

describe('an API key', () => {
  it('names its shop and itself, and comes apart again', () => {
    expect(made.key).toBe(`bk_blue-moon_${made.keyId}_${made.secret}`);
    expect(readKey(made.key)).toEqual({ shop: 'blue-moon', keyId: made.keyId, secret: made.secret });
  });

  it.each([
    '',
    'bk_',
    made.key.slice(1),
    made.key.slice(0, -1),
    `${made.key}0`,
    made.key.toUpperCase(),
    `x${made.key}`,
  ])('%j is none', (text) => expect(readKey(text)).toBeUndefined());

  it('is known by the hash of its secret, and by no other', () => {
    const hash = hashSecret(made.secret);
    expect(hash.toString('hex')).not.toContain(made.secret);
    expect(isSecretOf(made.secret, hash)).toBe(true);
    for (const i of [0, 20, made.secret.length - 1]) {
      const changed = `${made.secret.slice(0, i)}${made.secret[i] === '0' ? '1' : '0'}${made.secret.slice(i + 1)}`;
      expect(isSecretOf(changed, hash)).toBe(false);
    }
    expect(isSecretOf(made.secret, Buffer.alloc(0))).toBe(false);
  });

  it('takes all of its randomness', () => {
    expect(() => makeKey('a', Buffer.alloc(KEY_BYTES - 1))).toThrow(RangeError);
  });
});
