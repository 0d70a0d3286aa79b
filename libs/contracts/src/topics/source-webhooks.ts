import { z } from 'zod';
import { days, defineTopic } from '../topic.js';
import type { Topic } from '../topic.js';

/** Largest webhook body, bytes: its record, and the dead letter that may come of it, must still fit in their topics. */
export const MOST_WEBHOOK_BYTES = 3 * 1024 * 1024;

/**
 * The webhooks of one source as they came: the value is the body, byte for byte; the headers are those of HTTP, in small
 * letters, without secrets and signatures. One partition: the order in which they came is kept, and a platform's webhooks
 * are far fewer than one partition carries. Ingestion makes the topic when the settings name the source.
 */
export const sourceWebhooks = (shop: string, source: string): Topic<unknown> =>
  defineTopic({
    name: `webhooks.${shop}.${source}`,
    key: 'none',
    purpose: `Webhooks of the source ${source} of the shop ${shop}, as they came.`,
    owner: 'ingestion',
    schema: z.unknown(),
    partitions: 1,
    retention: { policy: 'delete', retentionMs: days(7) },
    example: null,
  });

/** Header of such a record: the platform's own name for this delivery, the same when it is sent again. */
export const DELIVERY_ID = 'beckon-delivery';
