import { z } from 'zod';
import { days, defineTopic } from '../topic.js';
import { Kind, Millis, Reason, Stage } from '../vocabulary.js';

/**
 * One line in the story of an alert (or of an offer, a subscription): who decided what, and why. Flat. Exactly one
 * decision of an alert is terminal, except that a terminal `failed:outcome_unknown` may later become `sent`.
 */
export const Decision = z.object({
  decision_id: z.string(),
  alert_id: z.string().nullable(),
  stage: Stage,
  seq: z.int().min(0).describe('order within one alert and stage'),
  verdict: z.enum([
    'subscribed',
    'unsubscribed',
    'changed',
    'stopped',
    'resumed',
    'erased',
    'ignored',
    'opened',
    'closed',
    'matched',
    'admitted',
    'held',
    'returned',
    'sent',
    'suppressed',
    'withdrawn',
    'failed',
  ]),
  reason: Reason.nullable(),
  terminal: z.boolean(),
  shop: z.string(),
  page: z.string().nullable(),
  shopper_id: z.string().nullable(),
  sub_id: z.string().nullable(),
  signal_id: z.string().nullable(),
  product: z.string().nullable(),
  sku: z.string().nullable(),
  kind: Kind.nullable(),
  detail: z.string().nullable().describe('a short sentence for people; never personal data'),
  settings_rev: z.int().min(0).nullable(),
  at: Millis,
});
export type Decision = z.infer<typeof Decision>;

/** Every stage’s decisions: what `explain` and the console read. */
export const decisions = defineTopic({
  name: 'decisions',
  key: 'shopper_id (or shop:sku where no shopper is concerned)',
  purpose: 'Why each alert was or was not sent, line by line.',
  owner: 'every service',
  schema: Decision,
  retention: { policy: 'delete', retentionMs: days(30) },
  example: {
    decision_id: 'dec_4d5e6f7a8b9c0d1e2f3a4b5c6d7e8f9a',
    alert_id: 'alr_2b3c4d5e6f7a8b9c0d1e2f3a4b5c6d7e',
    stage: 'throttling',
    seq: 1,
    verdict: 'held',
    reason: 'quiet_hours',
    terminal: false,
    shop: 'aurora',
    page: '1001',
    shopper_id: 'shp_0f8a2d4c6b1e3f5a7c9d0b2e4f6a8c1d',
    sub_id: 'sub_9a8b7c6d5e4f3a2b1c0d9e8f7a6b5c4d',
    signal_id: 'sig_1c2d3e4f5a6b7c8d9e0f1a2b3c4d5e6f',
    product: 'red-coat',
    sku: 'red-coat-m',
    kind: 'price_drop',
    detail: 'until 08:00 Europe/Berlin',
    settings_rev: 4,
    at: 1_790_000_000_060,
  },
});
