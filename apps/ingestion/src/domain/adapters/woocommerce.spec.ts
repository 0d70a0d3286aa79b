import { expect, test } from '@jest/globals';
import { payloadCases, playPayloads, read, survivesHostileValues } from '../../../tests/play-payloads.js';
import { readWooCommerceWebhook } from './woocommerce.js';

playPayloads('woocommerce', readWooCommerceWebhook);
survivesHostileValues('woocommerce', readWooCommerceWebhook);

test('a variation says nothing of being shown: its parent does', () => {
  for (const [name, c] of payloadCases('woocommerce')) {
    if (!name.startsWith('variation')) continue;
    const result = read(readWooCommerceWebhook, c);
    expect(result.ok && result.updates[0]?.listing?.published).toBeUndefined();
  }
});
