import { expect } from '@jest/globals';
import { WebhookSettings } from '@beckon/contracts';
import { isTrial, recordHeaders } from './record.js';

const shopify = WebhookSettings.parse({ scheme: 'shopify', secrets: ['env:A'] });
const woo = WebhookSettings.parse({ scheme: 'woocommerce', secrets: ['env:A'] });
const own = WebhookSettings.parse({ scheme: 'header', header: 'x-beckon-key', secrets: ['env:A'] });

test('the platform’s headers are kept; secrets, signatures and what the connection needs are not', () => {
  const kept = recordHeaders(shopify, {
    'content-type': 'application/json',
    'x-shopify-topic': 'products/update',
    'x-shopify-hmac-sha256': 'signature',
    'x-shopify-webhook-id': 'w-1',
    ...{ authorization: 'Bearer x', cookie: 'a=b', host: 'x', 'content-length': '3', 'x-forwarded-for': '10.0.0.1' },
    'set-cookie': ['a', 'b'],
  });
  expect(kept).toEqual({
    'content-type': 'application/json',
    'x-shopify-topic': 'products/update',
    'x-shopify-webhook-id': 'w-1',
    'beckon-delivery': 'w-1',
  });
  expect(recordHeaders(own, { 'x-beckon-key': 'secret', 'x-other': 'kept' })).toEqual({ 'x-other': 'kept' });
});

test('nobody outside can speak with our own headers', () => {
  const theirs = { 'beckon-replay-for': 'matching', 'beckon-delivery': 'x', dl_reason: 'x', traceparent: '00-1-1-00' };
  expect(recordHeaders(shopify, theirs)).toEqual({});
});

test('WooCommerce’s trial of an address is known, and nothing else is taken for it', () => {
  const trial = Buffer.from('webhook_id=17');
  expect(isTrial(woo, {}, trial)).toBe(true);
  expect(isTrial(shopify, {}, trial)).toBe(false);
  expect(isTrial(woo, { 'x-wc-webhook-signature': 'x' }, trial)).toBe(false);
  expect(isTrial(woo, {}, Buffer.from('webhook_id=17&x=1'))).toBe(false);
  expect(isTrial(woo, {}, Buffer.from('{}'))).toBe(false);
});
