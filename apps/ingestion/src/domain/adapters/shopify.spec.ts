import { describe, expect, test } from '@jest/globals';
import { playPayloads, RECORD_AT, survivesHostileValues } from '../../../tests/play-payloads.js';
import type { NativeRecord } from '../offer-update.js';
import { readShopifyWebhook } from './shopify.js';

playPayloads('shopify', readShopifyWebhook);
survivesHostileValues('shopify', readShopifyWebhook);

const record = (topic: string, body: unknown, headers: Record<string, string> = {}): NativeRecord => ({
  headers: { 'X-Shopify-Topic': topic, ...headers },
  value: Buffer.from(JSON.stringify(body)),
  timestamp: RECORD_AT,
});
const level = { inventory_item_id: 50, location_id: 9, available: 3, updated_at: '2026-11-23T10:15:30Z' };
const versionOf = (headers: Record<string, string>, updatedAt = level.updated_at): number | undefined => {
  const result = readShopifyWebhook(record('inventory_levels/update', { ...level, updated_at: updatedAt }, headers), {
    currency: 'EUR',
  });
  return result.ok ? result.updates[0]?.stock?.version.value : undefined;
};

describe('which of two states is the later one', () => {
  const second = Date.parse('2026-11-23T10:15:30Z');
  test.each([
    ['the state’s own second, without a trigger', {}, second],
    ['the trigger within that second', { 'X-Shopify-Triggered-At': '2026-11-23T10:15:30.877041743Z' }, second + 877],
    ['a trigger before it: rendered late', { 'X-Shopify-Triggered-At': '2026-11-23T10:15:28Z' }, second],
    ['a trigger after it', { 'X-Shopify-Triggered-At': '2026-11-23T10:15:33Z' }, second + 999],
  ])('%s', (_name, headers: Record<string, string>, at) => {
    expect(versionOf(headers)).toBe(at);
  });

  test('a state that tells its milliseconds needs no trigger', () => {
    expect(versionOf({ 'X-Shopify-Triggered-At': '2026-11-23T10:15:30.900Z' }, '2026-11-23T10:15:30.250Z')).toBe(
      second + 250,
    );
  });
});

test('every variant of a large product teaches its own ids', () => {
  const variants = Array.from({ length: 100 }, (_, i) => ({
    id: 1000 + i,
    sku: `sku-${i}`,
    price: '10.00',
    inventory_item_id: 5000 + i,
  }));
  const body = { id: 1, title: 'Coat', published_at: level.updated_at, updated_at: level.updated_at, variants };
  const result = readShopifyWebhook(record('products/update', body), { currency: 'EUR' });
  const updates = result.ok ? result.updates : [];
  expect(updates).toHaveLength(100);
  expect(new Set(updates.flatMap((u) => u.teaches ?? [])).size).toBe(201);
});
