import { z } from 'zod';
import { days, defineTopic } from '../topic.js';
import type { Topic } from '../topic.js';

/**
 * A record that a service could not use, with its original bytes, key and headers. Why and where stand in headers:
 * `dl_reason`, `dl_field`, `dl_shape` (what kind of value stood there; never the value), `dl_detail`, `dl_service`,
 * `dl_topic`, `dl_source` (`<shop>/<source>`), `dl_partition`, `dl_offset`, `dl_timestamp`, `dl_at`, and `dl_cut` (its
 * size in bytes) where only the beginning of a very large record was kept.
 * A record with `dl_replayed` says that the dead letters it names (`partition:offset`, comma-separated) were replayed.
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
