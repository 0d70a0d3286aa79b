import type { Topic } from '@beckon/contracts';
import type { KafkaClient } from './kafka-client.js';

/** Kafka's settings for a topic of ours. Compacted topics compact within a day, so that erasure is real. */
export function topicConfig(topic: Topic): Record<string, string> {
  const common: Record<string, string> = topic.name.endsWith('.dead-letters')
    ? { 'max.message.bytes': String(4 * 1024 * 1024) }
    : {};
  return topic.retention.policy === 'compact'
    ? {
        ...common,
        'cleanup.policy': 'compact',
        'max.compaction.lag.ms': '86400000',
        'delete.retention.ms': '604800000',
        'segment.ms': '86400000',
      }
    : { ...common, 'cleanup.policy': 'delete', 'retention.ms': String(topic.retention.retentionMs) };
}

/**
 * Creates the topics that are missing; answers their names. Existing topics stay as they are. Replication factor -1
 * is the broker's default. `partitions` overrides the number of every topic that has more than one (small set-ups).
 */
export async function ensureTopics(
  client: KafkaClient,
  topics: readonly Topic[],
  partitions?: number,
): Promise<string[]> {
  const admin = await client.admin();
  const existing = new Set(await admin.listTopics());
  const missing = topics.filter((t) => !existing.has(client.topic(t)));
  if (missing.length === 0) return [];
  await admin.createTopics({
    waitForLeaders: true,
    topics: missing.map((t) => ({
      topic: client.topic(t),
      numPartitions: t.partitions === 1 ? 1 : (partitions ?? t.partitions),
      replicationFactor: -1,
      configEntries: Object.entries(topicConfig(t)).map(([name, value]) => ({ name, value })),
    })),
  });
  return missing.map((t) => t.name);
}
