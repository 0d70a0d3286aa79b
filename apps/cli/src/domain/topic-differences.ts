import { topicConfig, type Topic } from '@beckon/contracts';

/** A topic as it is on the cluster. */
export interface TopicOnCluster {
  readonly partitions: number;
  readonly config: Readonly<Record<string, string>>;
}

/** What is not as the contract says. Never mended by us: fewer partitions lose order, a policy may lose records. */
export interface TopicDifference {
  readonly topic: string;
  readonly what: string;
  readonly is: string;
  readonly wanted: string;
}

/** Partitions a topic gets: an override is for small set-ups and leaves topics that must have one partition alone. */
export const wantedPartitions = (topic: Topic, override?: number): number =>
  topic.partitions === 1 ? 1 : (override ?? topic.partitions);

/** Differences of one topic. */
export function topicDifferences(topic: Topic, onCluster: TopicOnCluster, override?: number): TopicDifference[] {
  const found: TopicDifference[] = [];
  const wanted = wantedPartitions(topic, override);
  if (onCluster.partitions !== wanted)
    found.push({ topic: topic.name, what: 'partitions', is: String(onCluster.partitions), wanted: String(wanted) });
  for (const [what, value] of Object.entries(topicConfig(topic))) {
    const is = onCluster.config[what];
    if (is !== value) found.push({ topic: topic.name, what, is: is ?? '(not set)', wanted: value });
  }
  return found;
}
