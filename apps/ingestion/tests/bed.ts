/**
 * For integration specs: ingestion as one Nest application on the real servers, with names and settings of its own, and
 * the shop's settings published as the command line would.
 */
import { ShopSettings, allTopics, exampleSettings, shops } from '@beckon/contracts';
import type { Topic } from '@beckon/contracts';
import { KafkaClient } from '@beckon/kafka';
import { CLOCK, HealthRegistry, LOG, Shutdown, loadConfig, systemClock } from '@beckon/service';
import type { Environment, ServiceDeps } from '@beckon/service';
import { Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { CustomTransportStrategy } from '@nestjs/microservices';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { DataSource } from 'typeorm';
import type { z } from 'zod';
import { cleanUp, follow, ownNames, servers, testKafka, testLog, until } from '../../../tests/support/real-servers.js';
import type { SeenRecord } from '../../../tests/support/real-servers.js';
import { ingestionSettings } from '../src/config.js';
import { ingestion } from '../src/service.js';

/** One running ingestion and the outside world around it. */
export interface TestBed {
  readonly client: KafkaClient;
  readonly dataSource: DataSource;
  readonly url: string;
  /** Publishes the example shop with other sources; resolves when ingestion has them. */
  apply(sources: z.input<typeof ShopSettings>['sources']): Promise<void>;
  /** What is written to a topic, from its beginning; grows. */
  records(topic: Topic | string): Promise<SeenRecord[]>;
}

@Module({})
class Root {}

/** Starts ingestion with the example shop, whose sources are these. */
export async function startIngestion(
  sources: z.input<typeof ShopSettings>['sources'],
  environment: Environment = {},
): Promise<TestBed> {
  const names = ownNames();
  const config = loadConfig(ingestionSettings, {
    KAFKA_BROKERS: servers().brokers.join(','),
    DATABASE_URL: servers().databaseUrl,
    DATABASE_SCHEMA: names.schema('ingestion'),
    TOPIC_PREFIX: names.topicPrefix,
    GROUP_PREFIX: names.topicPrefix,
    ...environment,
  });
  const outside = await testKafka('outside', names.topicPrefix, allTopics);
  let rev = 0;
  const publish = async (wanted: typeof sources): Promise<void> => {
    const settings = ShopSettings.parse({ ...exampleSettings, sources: wanted });
    const value = { shop: 'aurora', rev: (rev += 1), settings, updated_at: Date.now() };
    await outside.producer.send([
      { topic: outside.topic(shops), key: 'aurora', value: JSON.stringify(value), headers: {} },
    ]);
  };
  await publish(sources);

  const log = testLog('ingestion');
  const deps: ServiceDeps = {
    name: 'ingestion',
    log,
    health: new HealthRegistry(),
    shutdown: new Shutdown({ budgetMs: 10_000, log }),
    clock: systemClock,
  };
  const root = rootModule(ingestion.module(config, deps) as DynamicModule, deps);
  const app = await NestFactory.create<NestExpressApplication>(root, {
    ...ingestion.nest,
    logger: false,
    abortOnError: false,
  });
  cleanUp(() => deps.shutdown.run());
  deps.shutdown.add('http and consumers', () => app.close(), 'intake');
  const dataSource = app.get(DataSource);
  deps.shutdown.add('schema', () => dataSource.query(`DROP SCHEMA ${names.schema('ingestion')} CASCADE`), 'output');
  const strategy = await ingestion.strategies?.(app, config, deps);
  app.connectMicroservice({ strategy: strategy as CustomTransportStrategy }, { inheritAppConfig: true });
  await ingestion.http?.(app, config, deps);
  await app.listen(0, '127.0.0.1');
  await app.startAllMicroservices();
  await until('ingestion is ready', async () => (await deps.health.reportReady()).status === 'ok');
  const known = (): Promise<boolean> =>
    dataSource
      .query(`SELECT rev FROM shop_settings WHERE shop = 'aurora'`)
      .then((rows: { rev: number }[]) => rows[0]?.rev === rev);

  const { port } = app.getHttpServer().address() as { port: number };
  return {
    client: app.get(KafkaClient),
    dataSource,
    url: `http://127.0.0.1:${port}`,
    apply: async (wanted) => {
      await publish(wanted);
      await until('the settings are read', known);
    },
    records: (topic) => follow(outside, topic),
  };
}

function rootModule(service: DynamicModule, deps: ServiceDeps): DynamicModule {
  return {
    module: Root,
    global: true,
    imports: [service],
    providers: [
      { provide: HealthRegistry, useValue: deps.health },
      { provide: Shutdown, useValue: deps.shutdown },
      { provide: LOG, useValue: deps.log },
      { provide: CLOCK, useValue: deps.clock },
    ],
    exports: [HealthRegistry, Shutdown, LOG, CLOCK],
  };
}
