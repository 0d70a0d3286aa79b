/**
 * For the integration specs: optin as one Nest application on the real servers, with names, keys and settings of its
 * own, and the shop's settings and offers published as the others would.
 */
import { SERVICES, ShopSettings, allTopics, exampleSettings, offers, shops } from '@beckon/contracts';
import type { Offer, Topic } from '@beckon/contracts';
import { KafkaClient } from '@beckon/kafka';
import { signBody } from '@beckon/messenger';
import { CLOCK, HealthRegistry, LOG, Shutdown, loadConfig, systemClock } from '@beckon/service';
import type { Environment, ServiceDeps } from '@beckon/service';
import { Module } from '@nestjs/common';
import type { DynamicModule, INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { CustomTransportStrategy } from '@nestjs/microservices';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { randomBytes } from 'node:crypto';
import { DataSource } from 'typeorm';
import type { z } from 'zod';
import { cleanUp, follow, ownNames, servers, testKafka, testLog, until } from '../../../tests/support/real-servers.js';
import type { SeenRecord } from '../../../tests/support/real-servers.js';
import { optinSettings } from '../src/config.js';
import { optin } from '../src/service.js';

export const PAGE = '1001';
export const APP_SECRET = 'app secret of the spec';
export const VERIFY_TOKEN = 'verify token of the spec';
export const ADMIN_TOKEN = 'admin token of the spec';

export const coatOffer: Offer = {
  ...offers.example,
  shop: 'aurora',
  units: 0,
  price: { amount: 12_900, currency: 'EUR' },
};

/** One running optin and the outside world around it. */
export interface TestBed {
  readonly app: INestApplication;
  readonly dataSource: DataSource;
  readonly client: KafkaClient;
  readonly url: string;
  /** Publishes values on a topic, as their owner would. */
  publish<V>(topic: Topic<V>, key: string, value: V | null): Promise<void>;
  /** Posts a signed webhook; `over` replaces headers. */
  webhook(body: string | object, over?: Record<string, string>): Promise<Response>;
  /** What optin published on a topic so far, parsed; grows. */
  published<V>(topic: Topic<V>): Promise<() => V[]>;
  /** The same as plain records. */
  records(topic: Topic): Promise<SeenRecord[]>;
}

@Module({})
class Root {}

/** Starts optin with the example shop (Page 1001; its settings changed as told), a topic and one offer. */
export async function startOptin(
  environment: Environment = {},
  changes: Partial<z.input<typeof ShopSettings>> = {},
): Promise<TestBed> {
  const names = ownNames();
  process.env['AURORA_APP_SECRET'] = APP_SECRET;
  process.env['AURORA_VERIFY_TOKEN'] = VERIFY_TOKEN;
  const config = loadConfig(optinSettings, {
    KAFKA_BROKERS: servers().brokers.join(','),
    DATABASE_URL: servers().databaseUrl,
    DATABASE_SCHEMA: names.schema('optin'),
    TOPIC_PREFIX: names.topicPrefix,
    GROUP_PREFIX: names.topicPrefix,
    SHOPPER_KEY: 'shopper key of the spec',
    REF_KEY: 'ref key of the spec',
    SEAL_KEYS: `k1:${randomBytes(32).toString('base64')}`,
    ADMIN_TOKEN,
    PAGE_WATCH_MS: '0', // there is no platform to ask
    ...environment,
  });
  const outside = await testKafka('outside', names.topicPrefix, allTopics);
  const publish: TestBed['publish'] = (topic, key, value) =>
    outside.producer.send([
      { topic: outside.topic(topic), key, value: value === null ? null : JSON.stringify(value), headers: {} },
    ]);
  // Specs count answers: what is said beside them once, and asking for profiles, is for the specs that want it.
  const settings = ShopSettings.parse({
    ...exampleSettings,
    ...{ bot: { disclosure: false, offer_again: false, read_profile: false } },
    topics: [{ topic: 'autumn', kind: 'new_collection', name: { en: 'Autumn 2026', de: 'Herbst 2026' } }],
    ...changes,
  });
  await publish(shops, 'aurora', { shop: 'aurora', rev: 1, settings, updated_at: Date.now() });
  await publish(offers, 'aurora:red-coat-m', coatOffer);

  const log = testLog('optin');
  const deps: ServiceDeps = {
    name: SERVICES[0],
    log,
    health: new HealthRegistry(),
    shutdown: new Shutdown({ budgetMs: 10_000, log }),
    clock: systemClock,
  };
  const app = await NestFactory.create<NestExpressApplication>(
    root(optin.module(config, deps) as DynamicModule, deps),
    {
      ...optin.nest,
      logger: false,
      abortOnError: false,
    },
  );
  cleanUp(() => deps.shutdown.run());
  deps.shutdown.add('http and consumers', () => app.close(), 'intake');
  const dataSource = app.get(DataSource);
  deps.shutdown.add('schema', () => dataSource.query(`DROP SCHEMA ${names.schema('optin')} CASCADE`), 'output');
  const strategy = await optin.strategies?.(app, config, deps);
  app.connectMicroservice({ strategy: strategy as CustomTransportStrategy }, { inheritAppConfig: true });
  await optin.http?.(app, config, deps);
  await app.listen(0, '127.0.0.1');
  await app.startAllMicroservices();
  await until('optin is ready', async () => (await deps.health.reportReady()).status === 'ok');

  const { port } = app.getHttpServer().address() as { port: number };
  const url = `http://127.0.0.1:${port}`;
  return {
    app,
    dataSource,
    client: app.get(KafkaClient),
    url,
    publish,
    webhook: (body, over = {}) => {
      const bytes = typeof body === 'string' ? body : JSON.stringify(body);
      const headers = {
        'content-type': 'application/json',
        'x-hub-signature-256': signBody(APP_SECRET, Buffer.from(bytes)),
      };
      return fetch(`${url}/webhooks/messenger`, { method: 'POST', body: bytes, headers: { ...headers, ...over } });
    },
    published: async (topic) => {
      const seen = await follow(outside, topic);
      return () => seen.map((r) => topic.schema.parse(JSON.parse(r.value ?? 'null')));
    },
    records: (topic) => follow(outside, topic),
  };
}

function root(service: DynamicModule, deps: ServiceDeps): DynamicModule {
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

/** A webhook body with these events of Page 1001. */
export function hook(...events: object[]): object {
  return { object: 'page', entry: [{ id: PAGE, time: Date.now(), messaging: events }] };
}

/** An event of a person, `ago` milliseconds old. */
export function from(psid: string, body: object, ago = 0): object {
  return { sender: { id: psid }, recipient: { id: PAGE }, timestamp: Date.now() - ago, ...body };
}
