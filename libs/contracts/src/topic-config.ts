import { days } from './topic.js';
import type { Topic } from './topic.js';
import { MOST_WEBHOOK_BYTES } from './topics/source-webhooks.js';

/** What a record needs beside its value: headers and framing. */
const HEADER_BYTES = 256 * 1024;

/**
 * Broker settings of a topic. A compacted topic is really compacted at least once a day (`max.compaction.lag.ms`, and
 * segments that close in time): what a person asked to have erased must not wait for a segment to fill. A tombstone
 * stays a week, which is longer than any reader may be away. Dead letters take the largest record that any topic may
 * hold, with room for the headers that explain it; webhooks are kept however large they may come.
 */
export function topicConfig(topic: Topic): Record<string, string> {
  const largest = largestRecord(topic);
  const common: Record<string, string> = largest === undefined ? {} : { 'max.message.bytes': String(largest) };
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

/** Bytes; undefined: the broker's own limit will do. */
function largestRecord({ name }: Topic): number | undefined {
  if (name.endsWith('.dead-letters')) return 4 * 1024 * 1024;
  return name.startsWith('webhooks.') ? MOST_WEBHOOK_BYTES + HEADER_BYTES : undefined;
}
