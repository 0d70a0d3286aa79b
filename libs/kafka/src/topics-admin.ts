import { topicConfig, type Topic } from '@beckon/contracts';
import type { Admin } from 'kafkajs';
import { setTimeout as wait } from 'node:timers/promises';
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
    // kafkajs's own wait gives up when the broker it asks has not heard of the new topic yet.
    waitForLeaders: false,
    topics: missing.map((t) => ({
      topic: client.topic(t),
      numPartitions: t.partitions === 1 ? 1 : (partitions ?? t.partitions),
      replicationFactor: -1,
      configEntries: Object.entries(topicConfig(t)).map(([name, value]) => ({ name, value })),
    })),
  });
  await leadersOf(
    admin,
    missing.map((t) => client.topic(t)),
  );
  return missing.map((t) => t.name);
}

const LEADERS_WITHIN_MS = 30_000;

/** Waits until every partition of the topics has a leader. */
async function leadersOf(admin: Admin, topics: string[]): Promise<void> {
  for (const end = Date.now() + LEADERS_WITHIN_MS; ; await wait(50)) {
    try {
      const metadata = await admin.fetchTopicMetadata({ topics });
      if (metadata.topics.every((t) => t.partitions.length > 0 && t.partitions.every((p) => p.leader >= 0))) return;
      if (Date.now() > end) throw new Error('new topics have no leaders yet');
    } catch (error) {
      const { type } = error as { type?: unknown };
      const young = type === 'UNKNOWN_TOPIC_OR_PARTITION' || type === 'LEADER_NOT_AVAILABLE';
      if (!young || Date.now() > end) throw error;
    }
  }
}
