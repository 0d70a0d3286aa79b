import { z } from 'zod';
import { days, defineTopic } from '../topic.js';
import { Millis } from '../vocabulary.js';

/** A reply of the bot. It leaves only when delivery has applied `needs_shopper_rev`: that is how a STOP is confirmed. */
export const RequestedMessage = z.object({
  id: z.string(),
  shop: z.string(),
  page: z.string(),
  shopper_id: z.string(),
  needs_shopper_rev: z.int().min(1),
  psid_sealed: z.string(),
  purpose: z.enum(['ask', 'confirm', 'stop_confirm', 'deletion_confirm', 'question', 'help', 'list', 'error']),
  quiet_in_flight: z
    .boolean()
    .describe('true: wait until nothing else to this shopper is in flight (the confirmation of a STOP)'),
  body: z.record(z.string(), z.unknown()).describe('the Send API’s message object'),
  requested_at: Millis,
  expires_at: Millis,
});
export type RequestedMessage = z.infer<typeof RequestedMessage>;

/** Replies, from optin to delivery. */
export const messagesRequested = defineTopic({
  name: 'messages.requested',
  key: 'shopper_id',
  purpose: 'Replies of the bot, in the words they are to be sent in.',
  owner: 'optin',
  schema: RequestedMessage,
  retention: { policy: 'delete', retentionMs: days(7) },
  example: {
    id: 'rep_3c4d5e6f7a8b9c0d1e2f3a4b5c6d7e8f',
    shop: 'aurora',
    page: '1001',
    shopper_id: 'shp_0f8a2d4c6b1e3f5a7c9d0b2e4f6a8c1d',
    needs_shopper_rev: 4,
    psid_sealed: 'v1.k1.c2VhbGVk.c2VhbGVk',
    purpose: 'stop_confirm',
    quiet_in_flight: true,
    body: { text: 'You will get no more messages.' },
    requested_at: 1_790_000_000_000,
    expires_at: 1_790_000_600_000,
  },
});
