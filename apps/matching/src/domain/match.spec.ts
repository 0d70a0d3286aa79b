import { expect } from '@jest/globals';
import { catalogSignals, Decision, MatchedAlert } from '@beckon/contracts';
import { match } from './match.js';
import { targetOf } from './target.js';

const sub = {
  sub_id: 'sub_1',
  rev: 2,
  shopper_id: 'shp_1',
  shopper_rev: 3,
  page: '1001',
  condition: { type: 'price_at_most', amount: 9_900, currency: 'EUR' },
  mode: 'once',
  locale: 'de',
  rank: 5,
} as const;

test('alert and decision are complete, and the same whoever derives them', () => {
  const context = { now: 1_000, expireAfter: 50, settingsRev: 4 };
  const { alert, decision } = match(sub, catalogSignals.example, context);
  expect(MatchedAlert.parse(alert)).toEqual(alert);
  expect(Decision.parse(decision)).toEqual(decision);
  expect(alert).toMatchObject({ matched_at: 1_000, expires_at: 1_050, sub_rev: 2, shopper_rev: 3, rank: 5 });
  const later = match(sub, { ...catalogSignals.example, op: 'moved', seq: 99 }, { ...context, now: 2_000 });
  expect(later.alert.alert_id).toBe(alert.alert_id);
  expect(later.decision.decision_id).toBe(decision.decision_id);
});

test('one SKU, any SKU of a product, a topic', () => {
  expect(targetOf({ sku: 'coat-m', product: 'coat', topic: null })).toBe('sku:coat-m');
  expect(targetOf({ sku: null, product: 'coat', topic: null })).toBe('product:coat');
  expect(targetOf({ sku: null, product: 'coat', topic: 'sale' })).toBe('topic:sale');
});
