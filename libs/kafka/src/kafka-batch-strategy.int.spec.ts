import { describe, expect, it } from '@jest/globals';
import { deadLetters, freshness, type Freshness } from '@beckon/contracts';
import { HealthRegistry } from '@beckon/service';
import { Controller, Module } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { Test } from '@nestjs/testing';
import { cleanUp, ownNames, testDatabase, testKafka, testLog, until } from '../../../tests/support/real-servers.js';
import { BatchHandler } from './batch-handler.js';
import { CaughtUp } from './caught-up.js';
import type { Chunk, ChunkTransaction } from './chunk.js';
import { Emitter } from './emitter.js';
import { KafkaBatchStrategy } from './kafka-batch-strategy.js';
import { kafkaMigrations } from './tables.js';

const seen: number[] = [];
let sql = 'SELECT 1';

@Controller()
class FreshnessController {
  @BatchHandler(freshness)
  async onFreshness(@Payload() chunk: Chunk<Freshness>, @Ctx() tx: ChunkTransaction): Promise<void> {
    await tx.query(sql);
    seen.push(...chunk.records.map((r) => r.value?.partition ?? -1));
  }
}

@Module({ controllers: [FreshnessController] })
class App {}

describe('the batch strategy inside a Nest microservice', () => {
  it('hands chunks to the handler, retries what failed inside Nest, and tells what it knows', async () => {
    const names = ownNames();
    const client = await testKafka('test', names.topicPrefix, [freshness, deadLetters('test')]);
    const dataSource = await testDatabase(names.schema('strategy'), kafkaMigrations);
    const emitter = new Emitter(client, dataSource, testLog());
    const health = new HealthRegistry();
    const caughtUp = new CaughtUp(client, dataSource, [freshness], testLog(), 50);
    const put = (partition: number): Promise<void> =>
      client.producer.send([
        {
          topic: client.topic(freshness),
          key: `k${partition}`,
          value: JSON.stringify({ ...freshness.example, partition }),
          headers: {},
        },
      ]);
    await put(1);
    sql = 'SELECT 1/0';
    const module = await Test.createTestingModule({ imports: [App] }).compile();
    const app = module.createNestApplication({ logger: false });
    const strategy = new KafkaBatchStrategy({ client, dataSource, emitter, log: testLog(), health });
    app.connectMicroservice({ strategy });
    await app.startAllMicroservices();
    cleanUp(() => app.close());
    cleanUp(() => caughtUp.stop());
    cleanUp(() => emitter.stop());
    caughtUp.start();

    await until('the failing chunk shows in health', async () => {
      const report = await health.reportReady();
      return report.checks['kafka freshness']?.includes('fails again and again');
    });
    expect(seen).toEqual([]);
    expect(caughtUp.ready()).toBe(false);

    sql = 'SELECT 1';
    await until('handled after all', () => seen.length === 1);
    await until('caught up', () => caughtUp.ready());
    const known = caughtUp.knownSince(freshness);
    await put(2);
    await until('handled', () => seen.length === 2);
    await until('known since later', () => caughtUp.knownSince(freshness) > known);
    expect(seen).toEqual([1, 2]);
    expect(await health.reportReady()).toMatchObject({ status: 'ok' });
  });
});
