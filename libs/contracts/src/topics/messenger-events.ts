import { z } from 'zod';
import { days, defineTopic } from '../topic.js';
import { Millis } from '../vocabulary.js';

/** One event out of a webhook whose bytes were signed, about one person on one Page, or (`change`) about the Page. */
export const MessengerEvent = z.object({
  page: z.string(),
  psid: z.string(),
  event: z
    .record(z.string(), z.unknown())
    .describe('one item of messaging[], standby[] or changes[]: the platform’s own text'),
  standby: z.boolean(),
  received_at: Millis,
  change: z.literal(true).optional().describe('it stood in changes[]: about the Page, psid is empty'),
  entry_time: Millis.optional().describe('time of the webhook entry: dates an event that has no timestamp of its own'),
});
export type MessengerEvent = z.infer<typeof MessengerEvent>;

/** The only topic with page-scoped ids in the clear; kept seven days. */
export const messengerEvents = defineTopic({
  name: 'messenger.events',
  key: 'page:psid',
  purpose: 'Raw events of the Messenger webhook, written before the platform is answered.',
  owner: 'optin (its HTTP edge)',
  schema: MessengerEvent,
  retention: { policy: 'delete', retentionMs: days(7) },
  example: {
    page: '1001',
    psid: '200',
    event: {
      sender: { id: '200' },
      recipient: { id: '1001' },
      timestamp: 1_790_000_000_000,
      message: { mid: 'm_1', text: 'STOP' },
    },
    standby: false,
    received_at: 1_790_000_000_050,
  },
});
