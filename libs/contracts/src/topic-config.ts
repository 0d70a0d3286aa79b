import { days } from './topic.js';
import type { Topic } from './topic.js';

/**
 * Broker settings of a topic. A compacted topic is really compacted at least once a day
 * (`max.compaction.lag.ms`): what a person asked to have erased must not wait for a segment to fill. A tombstone stays
 * a week, which is longer than any reader may be away.
 */
export function topicConfig(topic: Topic): Readonly<Record<string, string>> {
  return topic.retention.policy === 'compact'
    ? {
        'cleanup.policy': 'compact',
        'max.compaction.lag.ms': String(days(1)),
        'delete.retention.ms': String(days(7)),
      }
    : { 'cleanup.policy': 'delete', 'retention.ms': String(topic.retention.retentionMs) };
}
