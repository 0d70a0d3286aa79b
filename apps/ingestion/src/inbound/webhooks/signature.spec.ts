import { expect } from '@jest/globals';
import { WebhookSettings } from '@beckon/contracts';
import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { deliveryOf, isSigned, secretHeaders, type HttpHeaders } from './signature.js';

const now = 1_790_000_000_000;
const body = Buffer.from('{"id":4711,"title":"Mäntel"}');
const digest = (secret: string | Buffer, bytes: Buffer | string, as: 'base64' | 'hex', algorithm = 'sha256'): string =>
  createHmac(algorithm, secret).update(bytes).digest(as);
const scheme = (settings: object): WebhookSettings =>
  WebhookSettings.parse({ secrets: ['env:OLD', 'env:NEW'], ...settings });
const secrets = ['old secret', 'new secret'];

const id = 'msg_1';
const at = String(now / 1000);
const standardKey = Buffer.from('a key of 24 bytes, or so');
const standard = (key: string | Buffer, time = at): HttpHeaders => ({
  ...{ 'webhook-id': id, 'webhook-timestamp': time },
  'webhook-signature': `v1a,xyz v1,${digest(key, `${id}.${time}.${body.toString()}`, 'base64')}`,
});

/** A scheme's settings, and the headers of a webhook that a secret vouches for. */
const cases: [name: string, settings: object, headers: (secret: string) => HttpHeaders][] = [
  ['Shopify', { scheme: 'shopify' }, (s) => ({ 'x-shopify-hmac-sha256': digest(s, body, 'base64') })],
  ['Shopify Events', { scheme: 'shopify' }, (s) => ({ 'shopify-hmac-sha256': digest(s, body, 'base64') })],
  ['WooCommerce', { scheme: 'woocommerce' }, (s) => ({ 'x-wc-webhook-signature': digest(s, body, 'base64') })],
  ['Shopline', { scheme: 'shopline' }, (s) => ({ 'x-shopline-hmac-sha256': digest(s, body, 'hex') })],
  ['Saleor with a secretKey', { scheme: 'saleor' }, (s) => ({ 'saleor-signature': digest(s, body, 'hex') })],
  ['Standard Webhooks', { scheme: 'standard' }, (s) => standard(s)],
  [
    'an HMAC of one’s own',
    { scheme: 'hmac', header: 'x-sig', algorithm: 'sha512', prefix: 'sha512=' },
    (s) => ({ 'x-sig': `sha512=${digest(s, body, 'hex', 'sha512')}` }),
  ],
  ['a secret header (BigCommerce)', { scheme: 'header', header: 'x-beckon' }, (s) => ({ 'x-beckon': s })],
  ['a bearer token', { scheme: 'bearer' }, (s) => ({ authorization: `Bearer ${s.replace(' ', '-')}` })],
  ['a password', { scheme: 'basic' }, (s) => ({ authorization: `Basic ${Buffer.from(s).toString('base64')}` })],
];

describe.each(cases)('%s', (name, settings, headersOf) => {
  const judged = (headers: HttpHeaders, bytes = body, known = secrets): boolean =>
    isSigned(scheme(settings), headers, bytes, {
      secrets: name === 'a bearer token' ? known.map((s) => s.replace(' ', '-')) : known,
      now,
    });

  test('with any of the secrets, while one is being changed', () => {
    expect(secrets.map((s) => judged(headersOf(s)))).toEqual([true, true]);
    expect(judged(headersOf('new secret'), body, ['new secret'])).toBe(true);
  });

  test('not with another secret, a dropped one, none, or headers that are missing or twice', () => {
    expect(judged(headersOf('another secret'))).toBe(false);
    expect(judged(headersOf('old secret'), body, ['new secret'])).toBe(false);
    expect(judged(headersOf('old secret'), body, [])).toBe(false);
    expect(judged({})).toBe(false);
    const twice = Object.fromEntries(Object.entries(headersOf('old secret')).map(([k, v]) => [k, [v, v] as never]));
    expect(judged(twice)).toBe(false);
  });

  test('its headers with secrets are known', () => {
    expect(Object.keys(headersOf('x')).some((header) => secretHeaders(scheme(settings)).includes(header))).toBe(true);
  });

  test('whatever the headers hold, it is a no and no error', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (value) => {
        const headers = Object.fromEntries(Object.keys(headersOf('x')).map((header) => [header, value]));
        expect(judged(headers)).toBe(false);
      }),
      { numRuns: 50 },
    );
  });

  if (!['a secret header (BigCommerce)', 'a bearer token', 'a password'].includes(name))
    test('not for other bytes, not even for the same JSON', () => {
      expect(judged(headersOf('old secret'), Buffer.from(`${body.toString()} `))).toBe(false);
      expect(judged(headersOf('old secret'), Buffer.from(body.toString().replace('ä', '\\u00e4')))).toBe(false);
    });
});

test('a digest may be written in hex or base64, but must be whole', () => {
  const [settings, hex] = [scheme({ scheme: 'hmac', header: 'h' }), digest('old secret', body, 'hex')];
  const judged = (h: string): boolean => isSigned(settings, { h }, body, { secrets, now });
  expect(judged(hex)).toBe(true);
  expect(judged(hex.toUpperCase())).toBe(true);
  expect(judged(digest('old secret', body, 'base64'))).toBe(true);
  expect(judged(hex.slice(0, 62))).toBe(false);
  expect(judged('')).toBe(false);
});

test('Standard Webhooks: what was signed long ago is a replay, and whsec_ means base64', () => {
  const old = String(now / 1000 - 301);
  const judged = (headers: HttpHeaders, secret = 'old secret'): boolean =>
    isSigned(scheme({ scheme: 'standard' }), headers, body, { secrets: [secret], now });
  expect(judged(standard('old secret'))).toBe(true);
  expect(judged(standard('old secret', old))).toBe(false);
  expect(judged(standard('old secret', String(now / 1000 + 301)))).toBe(false);
  expect(judged(standard(standardKey), `whsec_${standardKey.toString('base64')}`)).toBe(true);
});

test('a delivery has the name that the platform gives it, or the settings’ header', () => {
  const headers = { 'x-shopify-webhook-id': 'w-1', 'x-shopify-event-id': 'e-1', 'x-own': 'o-1', 'webhook-id': '' };
  expect(deliveryOf(scheme({ scheme: 'shopify' }), headers)).toBe('w-1');
  expect(deliveryOf(scheme({ scheme: 'shopify', delivery_header: 'x-own' }), headers)).toBe('o-1');
  expect(deliveryOf(scheme({ scheme: 'bearer' }), headers)).toBeUndefined();
  expect(deliveryOf(scheme({ scheme: 'standard' }), headers)).toBeUndefined();
  expect(deliveryOf(scheme({ scheme: 'shopify' }), { 'x-shopify-webhook-id': 'x'.repeat(201) })).toBeUndefined();
});
