import { days } from './topic.js';
import type { Topic } from './topic.js';

/**
 * Broker settings of a topic. A compacted topic is really compacted at least once a day (`max.compaction.lag.ms`, and
 * segments that close in time): what a person asked to have erased must not wait for a segment to fill. A tombstone
 * stays a week, which is longer than any reader may be away. Dead letters take the largest record that any topic may
 * hold, with room for the headers that explain it.
 */
export function topicConfig(topic: Topic): Record<string, string> {
  const common: Record<string, string> = topic.name.endsWith('.dead-letters')
    ? { 'max.message.bytes': String(4 * 1024 * 1024) }
    : {};
  return topic.retention.policy === 'compact'
    ? {
        ...common,
        'cleanup.policy': 'compact',
        'max.compaction.lag.ms': String(days(1)),
        'delete.retention.ms': String(days(7)),
        'segment.ms': String(days(1)),
      }
    : { ...common, 'cleanup.policy': 'delete', 'retention.ms': String(topic.retention.retentionMs) };
}
