import { expect } from '@jest/globals';
import { ShopSettings, exampleSettings } from '@beckon/contracts';
import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import type { PublicKey } from '../../domain/detached-jws.js';
import { WebhookDoors } from './doors.js';

const body = Buffer.from('{"a":1}');
const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
const key: PublicKey = pair.publicKey.export({ format: 'jwk' });
const JWKS = 'https://saleor.example/.well-known/jwks.json';

function doors(o: {
  secrets?: Record<string, string>;
  keys?: readonly PublicKey[] | undefined;
  newer?: readonly PublicKey[] | undefined;
}): WebhookDoors {
  const settings = ShopSettings.parse({
    ...exampleSettings,
    sources: [
      { name: 'catalog', format: 'cloudevents', topic: 'aurora.catalog' },
      { name: 'shopify', format: 'cloudevents', webhook: { scheme: 'shopify', secrets: ['env:OLD', 'env:NEW'] } },
      { name: 'saleor', format: 'cloudevents', webhook: { scheme: 'saleor', jwks: JWKS } },
    ],
  });
  const directory = { get: (shop: string) => (shop === 'aurora' ? { shop, rev: 1, settings } : undefined) };
  const secrets = { read: (reference: string) => o.secrets?.[reference] };
  const keySets = { keys: () => Promise.resolve(o.keys), newer: () => Promise.resolve(o.newer) };
  return new WebhookDoors(directory, secrets, keySets, () => 0);
}
const judge = (source: string, headers: Record<string, string>, o: Parameters<typeof doors>[0]): Promise<string> => {
  const bed = doors(o);
  const scheme = bed.of('aurora', source);
  return scheme ? bed.judge(scheme, headers, body) : Promise.resolve('no source');
};
const shopify = (secret: string) => ({
  'x-shopify-hmac-sha256': createHmac('sha256', secret).update(body).digest('base64'),
});
function saleor(): Record<string, string> {
  const head = Buffer.from(JSON.stringify({ alg: 'RS256', b64: false })).toString('base64url');
  const signature = sign('RSA-SHA256', Buffer.concat([Buffer.from(`${head}.`), body]), pair.privateKey);
  return { 'saleor-signature': `${head}..${signature.toString('base64url')}` };
}

test('only sources with webhooks have a door', () => {
  expect(doors({}).of('aurora', 'shopify')?.scheme).toBe('shopify');
  for (const [shop, source] of [
    ['aurora', 'catalog'],
    ['aurora', 'other'],
    ['other', 'shopify'],
  ] as const)
    expect(doors({}).of(shop, source)).toBeUndefined();
});

test('while a secret is missing, what the other does not vouch for may be right: it is not refused for good', async () => {
  const both = { 'env:OLD': 'old', 'env:NEW': 'new' };
  expect(await judge('shopify', shopify('new'), { secrets: both })).toBe('signed');
  expect(await judge('shopify', shopify('wrong'), { secrets: both })).toBe('unsigned');
  expect(await judge('shopify', shopify('new'), { secrets: { 'env:NEW': 'new' } })).toBe('signed');
  expect(await judge('shopify', shopify('old'), { secrets: { 'env:NEW': 'new' } })).toBe('no_secret');
});

test('public keys: known ones, newer ones, and none to be had', async () => {
  const other: PublicKey = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ format: 'jwk' });
  expect(await judge('saleor', saleor(), { keys: [key] })).toBe('signed');
  expect(await judge('saleor', saleor(), { keys: [other], newer: [key] })).toBe('signed');
  expect(await judge('saleor', saleor(), { keys: [other] })).toBe('unsigned');
  expect(await judge('saleor', saleor(), {})).toBe('no_secret');
  expect(await judge('saleor', {}, { keys: [key] })).toBe('unsigned');
});
