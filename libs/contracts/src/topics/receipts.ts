import { z } from 'zod';
import { days, defineTopic } from '../topic.js';
import { Millis } from '../vocabulary.js';

/** What Messenger told afterwards: an echo of what we sent, or how far the person received or read. */
export const Receipt = z.object({
  kind: z.enum(['echo', 'delivered', 'read']),
  shopper_id: z.string(),
  page: z.string(),
  alert_id: z.string().nullable().describe('echo: the alert or reply named in the metadata'),
  mid: z.string().nullable(),
  watermark: Millis.nullable().describe('delivered, read: everything sent at or before it'),
  at: Millis,
});
export type Receipt = z.infer<typeof Receipt>;

/** Receipts, from optin to delivery. */
export const receipts = defineTopic({
  name: 'receipts',
  key: 'shopper_id',
  purpose: 'Echoes, delivered and read marks: evidence of what became of messages.',
  owner: 'optin',
  schema: Receipt,
  retention: { policy: 'delete', retentionMs: days(7) },
  example: {
    kind: 'echo',
    shopper_id: 'shp_0f8a2d4c6b1e3f5a7c9d0b2e4f6a8c1d',
    page: '1001',
    alert_id: 'alr_2b3c4d5e6f7a8b9c0d1e2f3a4b5c6d7e',
    mid: 'm_1',
    watermark: null,
    at: 1_790_000_000_120,
  },
});
