/** Makes Beckon's topics on the cluster of this run. */

/**
 * Creates the topics that are missing.
 * @param env where the Kafka settings are (`KAFKA_BROKERS`, `TOPIC_PREFIX`, TLS and SASL)
 * @returns how many were made, and how many there are
 */
export async function makeTopics(
  env: Readonly<Record<string, string | undefined>>,
): Promise<{ made: number; all: number }> {
  // Loaded here and not above: NestJS takes its time, and the servers need theirs anyway.
  const [{ allTopics }, { clientOptions, ensureTopics, KafkaClient }, { createLogger, kafkaSettings, loadConfig }] =
    await Promise.all([import('@beckon/contracts'), import('@beckon/kafka'), import('@beckon/service')]);
  const log = createLogger({ service: 'local', level: 'silent' });
  const client = new KafkaClient(clientOptions(loadConfig(kafkaSettings, env), { name: 'local', log }));
  try {
    return { made: (await ensureTopics(client, allTopics)).length, all: allTopics.length };
  } finally {
    await client.close();
  }
}
