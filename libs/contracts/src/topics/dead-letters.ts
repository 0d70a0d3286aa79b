import { z } from 'zod';
import { days, defineTopic } from '../topic.js';
import type { Topic } from '../topic.js';

/**
 * A record that a service could not use, with its original bytes, key and headers. Why and where stand in headers:
 * `dl_reason`, `dl_field`, `dl_detail`, `dl_service`, `dl_topic`, `dl_partition`, `dl_offset`, `dl_timestamp`, `dl_at`.
 */
export const deadLetters = (service: string): Topic<unknown> =>
  defineTopic({
    name: `${service}.dead-letters`,
    key: 'as it was',
    purpose: `Records that ${service} could not use: original bytes, and headers that say why and where from.`,
    owner: service,
    schema: z.unknown(),
    partitions: 3,
    retention: { policy: 'delete', retentionMs: days(30) },
    example: null,
  });
