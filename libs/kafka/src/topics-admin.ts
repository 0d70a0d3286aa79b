import { topicConfig, type Topic } from '@beckon/contracts';
import type { Admin } from 'kafkajs';
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
    waitForLeaders: false,
    topics: missing.map((t) => ({
      topic: client.topic(t),
      numPartitions: t.partitions === 1 ? 1 : (partitions ?? t.partitions),
      replicationFactor: -1,
      configEntries: Object.entries(topicConfig(t)).map(([name, value]) => ({ name, value })),
    })),
  });
  await leadersKnown(
    admin,
    missing.map((t) => client.topic(t)),
  );
  return missing.map((t) => t.name);
}

/**
 * Waits until every partition has a leader. kafkajs's own `waitForLeaders` waits on "leader not available" only, but a
 * KRaft broker that has not yet heard of a new topic says "unknown topic", and the call fails although all is well.
 */
async function leadersKnown(admin: Admin, topics: string[], timeoutMs = 30_000): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    try {
      const metadata = await admin.fetchTopicMetadata({ topics });
      if (metadata.topics.every((topic) => topic.partitions.every(({ leader }) => leader >= 0))) return;
    } catch (error) {
      const { type } = error as { type?: string };
      const early = type === 'UNKNOWN_TOPIC_OR_PARTITION' || type === 'LEADER_NOT_AVAILABLE';
      if (!early || performance.now() > deadline) throw error;
    }
    if (performance.now() > deadline) throw new Error(`no leader for every partition of ${topics.join(', ')}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
