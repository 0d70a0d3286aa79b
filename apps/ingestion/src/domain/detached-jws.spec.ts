import { expect } from '@jest/globals';
import { generateKeyPairSync, sign } from 'node:crypto';
import { isDetachedJwsOf, type PublicKey } from './detached-jws.js';

const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
const other = generateKeyPairSync('rsa', { modulusLength: 2048 });
const jwk = (key: typeof pair, kid?: string): PublicKey => ({
  ...key.publicKey.export({ format: 'jwk' }),
  ...(kid === undefined ? {} : { kid }),
});
const body = Buffer.from('{"name": "Wintermantel “M”", "price": "79.90"}');
const encode = (header: object): string => Buffer.from(JSON.stringify(header)).toString('base64url');

/** As Saleor makes it: the payload signed as it is, and left out. */
function detached(header: object, payload: Buffer | string = body, key = pair): string {
  const head = encode(header);
  const signature = sign('RSA-SHA256', Buffer.concat([Buffer.from(`${head}.`), Buffer.from(payload)]), key.privateKey);
  return `${head}..${signature.toString('base64url')}`;
}
const header = { alg: 'RS256', kid: '1', b64: false, crit: ['b64'] };

test('a payload as it is, and one that was encoded', () => {
  expect(isDetachedJwsOf(detached(header), body, [jwk(pair, '1')])).toBe(true);
  expect(isDetachedJwsOf(detached({ alg: 'RS256' }, body.toString('base64url')), body, [jwk(pair)])).toBe(true);
});

test('the key that fits is found among several, whatever they are called', () => {
  expect(isDetachedJwsOf(detached(header), body, [jwk(other, '1'), jwk(pair, '1')])).toBe(true);
  expect(isDetachedJwsOf(detached(header), body, [{ kty: 'EC', kid: '1' }, { kty: 'RSA', n: '?' }, jwk(pair)])).toBe(
    true,
  );
});

describe('is refused:', () => {
  const good = detached(header);
  const [head = '', , signature = ''] = good.split('.');
  const forged = encode({ ...header, alg: 'none' });
  const cases: [why: string, jws: string, body: Buffer, keys: PublicKey[]][] = [
    ['other bytes', good, Buffer.from(`${body.toString()} `), [jwk(pair, '1')]],
    ['another key', good, body, [jwk(other, '1')]],
    ['a key of another name', good, body, [jwk(pair, '2')]],
    ['no keys', good, body, []],
    ['no algorithm', `${forged}..`, body, [jwk(pair, '1')]],
    ['a symmetric algorithm', detached({ ...header, alg: 'HS256' }), body, [jwk(pair, '1')]],
    ['a demand that is not understood', detached({ ...header, crit: ['b64', 'exp'] }), body, [jwk(pair, '1')]],
    ['a payload of its own', `${head}.${body.toString('base64url')}.${signature}`, body, [jwk(pair, '1')]],
    ['a header that is no JSON', `e30x..${signature}`, body, [jwk(pair, '1')]],
    ['a header that is null', `${Buffer.from('null').toString('base64url')}..${signature}`, body, [jwk(pair, '1')]],
    ['no signature', `${head}..`, body, [jwk(pair, '1')]],
    ['too few parts', 'abc', body, [jwk(pair, '1')]],
    ['nothing', '', body, [jwk(pair, '1')]],
  ];
  test.each(cases)('%s', (_why, jws, bytes, keys) => expect(isDetachedJwsOf(jws, bytes, keys)).toBe(false));
});
