import { z } from 'zod';
import { defineTopic } from '../topic.js';
import { Millis } from '../vocabulary.js';

/** How far the owner of a source partition has read: everything the platform wrote before `at` is folded and emitted. */
export const Freshness = z.object({
  shop: z.string(),
  source: z.string(),
  partition: z.int().min(0),
  at: Millis,
});
export type Freshness = z.infer<typeof Freshness>;

/** Freshness of every source partition, about every two seconds. */
export const freshness = defineTopic({
  name: 'freshness',
  key: 'shop:source:partition',
  purpose:
    'How far each source has been read, and the timetable of topics has been kept. An alert leaves only while its source is known to be fresh.',
  owner: 'ingestion',
  schema: Freshness,
  retention: { policy: 'compact' },
  example: { shop: 'aurora', source: 'catalog', partition: 0, at: 1_790_000_000_000 },
});
