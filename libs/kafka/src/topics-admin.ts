import { topicConfig, type Topic } from '@beckon/contracts';
import type { Admin, ITopicConfig } from 'kafkajs';
import { setTimeout as wait } from 'node:timers/promises';
import type { KafkaClient } from './kafka-client.js';

/**
 * Creates topics and resolves when every partition has a leader. kafkajs's own `waitForLeaders` gives up when a broker
 * answers before it has heard of the topic, which in KRaft mode it may do just after the creation.
 */
export async function createTopics(admin: Admin, topics: ITopicConfig[]): Promise<void> {
  await admin.createTopics({ waitForLeaders: false, timeout: 30_000, topics });
  const names = topics.map((t) => t.topic);
  let last: unknown = new Error(`no leaders for ${names.join(', ')} within half a minute`);
  for (let tries = 0; tries < 600; tries++) {
    try {
      const { topics: found } = await admin.fetchTopicMetadata({ topics: names });
      if (found.every((t) => t.partitions.length > 0 && t.partitions.every((p) => p.leader >= 0))) return;
    } catch (error) {
      last = error;
    }
    await wait(50);
  }
  throw last;
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
  await createTopics(
    admin,
    missing.map((t) => ({
      topic: client.topic(t),
      numPartitions: t.partitions === 1 ? 1 : (partitions ?? t.partitions),
      replicationFactor: -1,
      configEntries: Object.entries(topicConfig(t)).map(([name, value]) => ({ name, value })),
    })),
  );
  return missing.map((t) => t.name);
}
