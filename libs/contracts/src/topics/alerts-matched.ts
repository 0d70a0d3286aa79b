import { z } from 'zod';
import { days, defineTopic } from '../topic.js';
import { Condition, Kind, Millis } from '../vocabulary.js';

/** One subscription met one signal. */
export const MatchedAlert = z.object({
  alert_id: z.string(),
  sub_id: z.string(),
  sub_rev: z.int().min(1),
  shopper_id: z.string(),
  shopper_rev: z.int().min(1).describe('throttling and delivery must hold this revision before the alert may leave'),
  signal_id: z.string(),
  signal_opened_at: Millis,
  page: z.string(),
  shop: z.string(),
  product: z.string(),
  sku: z.string(),
  kind: Kind,
  condition: Condition,
  mode: z.enum(['once', 'recurring']),
  locale: z.string(),
  rank: z.int().min(0).describe('lower goes first: tier, then age of the subscription'),
  expires_at: Millis,
  source: z.string(),
  source_partition: z.int().min(0),
  source_at: Millis,
  signal_at: Millis,
  matched_at: Millis,
});
export type MatchedAlert = z.infer<typeof MatchedAlert>;

export const matchedExample: MatchedAlert = {
  alert_id: 'alr_2b3c4d5e6f7a8b9c0d1e2f3a4b5c6d7e',
  sub_id: 'sub_9a8b7c6d5e4f3a2b1c0d9e8f7a6b5c4d',
  sub_rev: 1,
  shopper_id: 'shp_0f8a2d4c6b1e3f5a7c9d0b2e4f6a8c1d',
  shopper_rev: 3,
  signal_id: 'sig_1c2d3e4f5a6b7c8d9e0f1a2b3c4d5e6f',
  signal_opened_at: 1_790_000_000_000,
  page: '1001',
  shop: 'aurora',
  product: 'red-coat',
  sku: 'red-coat-m',
  kind: 'price_drop',
  condition: { type: 'price_at_most', amount: 12_899, currency: 'EUR' },
  mode: 'once',
  locale: 'de_DE',
  rank: 1_789_999_000_000,
  expires_at: 1_790_172_800_000,
  source: 'catalog',
  source_partition: 0,
  source_at: 1_790_000_000_000,
  signal_at: 1_790_000_000_012,
  matched_at: 1_790_000_000_025,
};

/** Alerts on their way into the line. */
export const alertsMatched = defineTopic({
  name: 'alerts.matched',
  key: 'shopper_id',
  purpose: 'Who is to be told what: one record per subscription and signal.',
  owner: 'matching',
  schema: MatchedAlert,
  retention: { policy: 'delete', retentionMs: days(7) },
  example: matchedExample,
});
