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
  // One after the other: Jest's module loader loses its way when several imports that share packages run at once.
  const { allTopics } = await import('@beckon/contracts');
  const { createLogger, kafkaSettings, loadConfig } = await import('@beckon/service');
  const { clientOptions, ensureTopics, KafkaClient } = await import('@beckon/kafka');
  const log = createLogger({ service: 'local', level: 'silent' });
  const client = new KafkaClient(clientOptions(loadConfig(kafkaSettings, env), { name: 'local', log }));
  try {
    return { made: (await ensureTopics(client, allTopics)).length, all: allTopics.length };
  } finally {
    await client.close();
  }
}
