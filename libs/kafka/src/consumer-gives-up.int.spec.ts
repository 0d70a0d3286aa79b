/**
 * kafkajs gives a consumer up when it could not ask for the group's coordinator, which a network that is away for some
 * seconds is enough for. It begins anew in the same process; only when that leads nowhere does the process end.
 */
import { describe, expect, it } from '@jest/globals';
import type { Consumer, ConsumerCrashEvent } from 'kafkajs';
import { chunkBed, copy } from '../../../tests/support/chunk-bed.js';
import { until } from '../../../tests/support/real-servers.js';
import type { KafkaClient } from './kafka-client.js';

type Crash = (event: ConsumerCrashEvent) => void;

/** A client whose consumers can be made to give up as kafkajs does: disconnected first, then told, not restarted. */
function givingUp(client: KafkaClient): { client: KafkaClient; giveUp: () => Promise<void>; consumers: Consumer[] } {
  const consumers: Consumer[] = [];
  const crashes: Crash[] = [];
  const kafka = Object.assign(Object.create(client.kafka) as KafkaClient['kafka'], {
    consumer: (...options: Parameters<KafkaClient['kafka']['consumer']>) => {
      const consumer = client.kafka.consumer(...options);
      const { on } = consumer;
      consumer.on = ((event: string, listener: Crash) => {
        if (event === consumer.events.CRASH) crashes.push(listener);
        return on(event as never, listener as never);
      }) as Consumer['on'];
      consumers.push(consumer);
      return consumer;
    },
  });
  return {
    consumers,
    client: Object.assign(Object.create(client) as KafkaClient, { kafka }),
    giveUp: async () => {
      await Promise.all(consumers.map((c) => c.disconnect()));
      const error = new Error('Failed to find group coordinator');
      const payload = { error, groupId: 'g', restart: false };
      for (const crash of crashes) crash({ payload, id: '1', type: 'consumer.crash', timestamp: Date.now() });
    },
  };
}

describe('a consumer that kafkajs has given up', () => {
  it('begins anew and misses nothing, however often it is given up between two successes', async () => {
    const bed = await chunkBed();
    const { client, giveUp } = givingUp(bed.client);
    const gone: Error[] = [];
    await bed.consume(copy, { client, onGone: (error) => gone.push(error) });
    for (let n = 1; n <= 10; n++) {
      await bed.put(n);
      await until(`record ${n}`, async () => (await bed.rows()).length === n, 60_000);
      await giveUp();
    }
    await bed.put(11);
    await until('the last', async () => (await bed.rows()).length === 11, 60_000);
    expect(gone).toEqual([]);
  }, 120_000);

  it('ends the process when it gets into its group no more', async () => {
    const bed = await chunkBed();
    const { client, giveUp, consumers } = givingUp(bed.client);
    const gone: Error[] = [];
    await bed.consume(copy, { client, onGone: (error) => gone.push(error) });
    await bed.put(1);
    await until('the first', async () => (await bed.rows()).length === 1);
    for (const consumer of consumers) consumer.run = giveUp;
    void giveUp();
    await until('the end', () => gone.length > 0, 60_000);
    expect(gone[0]?.message).toBe('Failed to find group coordinator');
  }, 120_000);
});
