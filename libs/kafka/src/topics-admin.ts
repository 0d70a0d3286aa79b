import { topicConfig, type Topic } from '@beckon/contracts';
import type { KafkaClient } from './kafka-client.js';

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
