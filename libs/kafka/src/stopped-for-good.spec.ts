import { expect, test } from '@jest/globals';
import { createLogger } from '@beckon/service';
import type { Consumer, ConsumerConfig } from 'kafkajs';
import type { DataSource } from 'typeorm';
import { ChunkConsumer } from './chunk-consumer.js';
import type { Emitter } from './emitter.js';
import type { KafkaClient } from './kafka-client.js';

/** A consumer whose steps end when the test says so. */
function slow() {
  const said: string[] = [];
  const under: Record<string, () => void> = {};
  const step = (name: string) => () => {
    said.push(name);
    return name === 'disconnect' ? Promise.resolve() : new Promise<void>((done) => (under[name] = done));
  };
  const steps = ['connect', 'subscribe', 'run', 'disconnect'].map((name) => [name, step(name)]);
  const consumer = { ...Object.fromEntries(steps), on: () => () => undefined, events: {} } as unknown as Consumer;
  const made: ConsumerConfig[] = [];
  const client = {
    kafka: { consumer: (config: ConsumerConfig) => (made.push(config), consumer) },
  } as unknown as KafkaClient;
  const log = createLogger({ service: 't', level: 'silent' });
  const chunks = new ChunkConsumer<unknown>({
    ...{ client, log, dataSource: {} as DataSource, emitter: {} as Emitter },
    ...{ group: 'g', topic: 't', source: 's', handler: () => Promise.resolve() },
  });
  return { chunks, said, under, made };
}
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test.each(['connect', 'subscribe', 'run'])(
  'stopped while it is in “%s”: it does not stay in the group, where it would hold partitions that nobody reads',
  async (at) => {
    const { chunks, said, under } = slow();
    const started = chunks.start();
    for (const name of ['connect', 'subscribe', 'run']) {
      await turn();
      if (name === at) break;
      under[name]?.();
    }
    await chunks.stop();
    expect(said.at(-1)).toBe('disconnect');
    under[at]?.();
    await started;
    expect(said.at(-1)).toBe('disconnect');
    expect(said.filter((name) => name === 'disconnect')).toHaveLength(2);
    expect(said).not.toContain({ connect: 'subscribe', subscribe: 'run', run: 'again' }[at]);
  },
);

test('kafkajs brings a consumer that crashed back, but not one that was stopped', async () => {
  const { chunks, made } = slow();
  const wanted = (): Promise<boolean> | undefined => made[0]?.retry?.restartOnFailure?.(new Error('a crash'));
  expect(await wanted()).toBe(true);
  await chunks.stop();
  expect(await wanted()).toBe(false);
});
