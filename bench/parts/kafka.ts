/** What one alert costs in Kafka alone: kafkajs reading and writing the records of a real round (see tape.ts). */
import { allTopics, decodeCloudEvent, topicName, type Topic } from '@beckon/contracts';
import { ensureTopics, type KafkaClient } from '@beckon/kafka';
import { Partitioners, type KafkaMessage, type Message } from 'kafkajs';
import type { Bed, Contender } from '../row.js';
import { lengthOf, tapeClient, TapeReader, type Tape } from './tape.js';

/** Records of one send, as many as a chunk of the services. */
export const RECORDS_A_SEND = 500;

/**
 * Reads and decodes all that the services read: a consumer in a group of its own for each service and topic, all at
 * once. JSON and the topic's schema for our topics, the CloudEvent for the platform's.
 */
export async function openConsume(bed: Bed): Promise<Contender> {
  const tape = bed.data as Tape;
  const client = tapeClient(bed, 'consume');
  const readers = await Promise.all(
    tape.reads.map(async ({ service, topic }) => ({
      reader: await TapeReader.open(client, {
        ...{ group: `${bed.name}.${service}.${topic}`, topic, stretches: tape.written[topic]! },
      }),
      decode: decoderOf(tape, topic),
      records: lengthOf(tape.written[topic]!),
    })),
  );
  const records = readers.reduce((sum, one) => sum + one.records, 0);
  return {
    round: async () => {
      await Promise.all(readers.map(({ reader, decode }) => reader.play(decode)));
      return { units: tape.alerts, figures: { 'records read per alert': records / tape.alerts } };
    },
    close: async () => {
      await Promise.all(readers.map(({ reader }) => reader.close()));
      await client.close();
    },
  };
}

function decoderOf({ prefix }: Tape, name: string): (message: KafkaMessage) => void {
  const topic = allTopics.find((one) => topicName(prefix, one) === name);
  return topic ? (message) => decodeOurs(topic, message) : decodePlatforms;
}

function decodeOurs(topic: Topic, { value }: KafkaMessage): void {
  if (value === null) return;
  const parsed = topic.schema.safeParse(JSON.parse(value.toString()));
  if (!parsed.success) throw new Error(`a record of ${topic.name} is not valid: ${parsed.error.message}`);
}

function decodePlatforms({ value, headers }: KafkaMessage): void {
  const texts = Object.fromEntries(Object.entries(headers ?? {}).map(([name, text]) => [name, String(text)]));
  const event = decodeCloudEvent(texts, value);
  if (!event.ok) throw new Error(`the platform’s record has no ${event.field}`);
}

/** Writes all that the services wrote, the very bytes, to topics of its own: one send at a time, acks from all. */
export async function openProduce(bed: Bed): Promise<Contender> {
  const tape = bed.data as Tape;
  const client = tapeClient(bed, 'produce');
  await ensureTopics(client, allTopics);
  const sends = await sendsOf(client, bed, tape);
  const records = sends.reduce((sum, { messages }) => sum + messages.length, 0);
  const producer = client.kafka.producer({
    ...{ allowAutoTopicCreation: false, createPartitioner: Partitioners.DefaultPartitioner, maxInFlightRequests: 1 },
  });
  await producer.connect();
  return {
    round: async () => {
      for (const send of sends) await producer.sendBatch({ acks: -1, topicMessages: [send] });
      return { units: tape.alerts, figures: { 'records written per alert': records / tape.alerts } };
    },
    close: async () => {
      await producer.disconnect();
      await (await client.admin()).deleteTopics({ topics: allTopics.map((topic) => client.topic(topic)) });
      await client.close();
    },
  };
}

/** The tape in memory, but for what the platform wrote. */
async function sendsOf(client: KafkaClient, bed: Bed, tape: Tape): Promise<{ topic: string; messages: Message[] }[]> {
  const perTopic = allTopics.map(async (topic) => {
    const name = topicName(tape.prefix, topic);
    const stretches = tape.written[name];
    if (!stretches) return [];
    const messages: Message[] = [];
    const reader = await TapeReader.open(client, { group: `${bed.name}.copy.${name}`, topic: name, stretches });
    await reader.play(({ key, value, headers = {} }) => void messages.push({ key, value, headers }));
    await reader.close();
    return Array.from({ length: Math.ceil(messages.length / RECORDS_A_SEND) }, (_, i) => ({
      topic: client.topic(topic),
      messages: messages.slice(i * RECORDS_A_SEND, (i + 1) * RECORDS_A_SEND),
    }));
  });
  return (await Promise.all(perTopic)).flat();
}
