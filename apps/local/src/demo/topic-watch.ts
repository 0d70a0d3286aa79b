import { randomUUID } from 'node:crypto';
import { topicName, type Topic } from '@beckon/contracts';
import type { KafkaClient } from '@beckon/kafka';

/**
 * Reads topics of ours from the beginning on and keeps the newest record of each key that is asked for: how the demo
 * sees what the services said.
 */
export class TopicWatch {
  private readonly kept = new Map<string, Map<string, unknown>>();
  private readonly groupId: string;
  private readonly consumer;

  /** @param keep the records to remember; others are forgotten at once, so that memory does not grow */
  constructor(
    private readonly client: KafkaClient,
    private readonly topics: readonly Topic[],
    private readonly keep: (topic: string, value: unknown) => boolean,
  ) {
    this.groupId = `${client.options.groupPrefix}demo.${randomUUID()}`;
    this.consumer = client.kafka.consumer({
      groupId: this.groupId,
      allowAutoTopicCreation: false,
      maxWaitTimeInMs: 100,
    });
  }

  async start(): Promise<void> {
    const names = new Map(this.topics.map((t) => [topicName(this.client.options.topicPrefix, t), t]));
    await this.consumer.connect();
    await this.consumer.subscribe({ topics: [...names.keys()], fromBeginning: true });
    await this.consumer.run({
      autoCommit: false,
      eachMessage: ({ topic: name, message }) => {
        const topic = names.get(name);
        if (topic && message.value) {
          const parsed = topic.schema.safeParse(JSON.parse(message.value.toString()));
          if (parsed.success && this.keep(topic.name, parsed.data))
            this.ofTopic(topic.name).set(String(message.key), parsed.data);
        }
        return Promise.resolve();
      },
    });
  }

  private ofTopic(name: string): Map<string, unknown> {
    const records = this.kept.get(name) ?? new Map<string, unknown>();
    this.kept.set(name, records);
    return records;
  }

  /** The newest record of each key of a topic, where it fits; the key first seen comes first. */
  all<V>(topic: Topic<V>, fits: (value: V) => boolean): V[] {
    return ([...(this.kept.get(topic.name)?.values() ?? [])] as V[]).filter(fits);
  }

  async stop(): Promise<void> {
    await this.consumer.disconnect();
    await (await this.client.admin()).deleteGroups([this.groupId]);
  }
}
