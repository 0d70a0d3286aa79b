import { ConfigError, type ConfigOf, type ServiceDeps, type kafkaSettings } from '@beckon/service';
import type { Topic } from '@beckon/contracts';
import type { DynamicModule, INestApplicationContext } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { CaughtUp } from './caught-up.js';
import { Emitter } from './emitter.js';
import { KafkaBatchStrategy } from './kafka-batch-strategy.js';
import { KafkaClient, type KafkaClientOptions } from './kafka-client.js';

/**
 * The connection options that the common settings describe.
 * @throws ConfigError when SASL is described by halves: better no start than one without a password.
 */
export function clientOptions(
  config: ConfigOf<typeof kafkaSettings>,
  deps: Pick<ServiceDeps, 'name' | 'log'>,
): KafkaClientOptions {
  const { KAFKA_SASL_MECHANISM: mechanism, KAFKA_SASL_USERNAME: username, KAFKA_SASL_PASSWORD: password } = config;
  const given = [mechanism, username, password].filter((v) => v !== undefined).length;
  if (given !== 0 && given !== 3)
    throw new ConfigError([
      'KAFKA_SASL_MECHANISM, KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD go together: give all three or none',
    ]);
  return {
    service: deps.name,
    brokers: config.KAFKA_BROKERS,
    topicPrefix: config.TOPIC_PREFIX,
    groupPrefix: config.GROUP_PREFIX,
    ssl: config.KAFKA_SSL,
    log: deps.log,
    ...(config.KAFKA_CLIENT_ID === undefined ? {} : { clientId: config.KAFKA_CLIENT_ID }),
    ...(config.KAFKA_CA === undefined ? {} : { ca: config.KAFKA_CA }),
    ...(config.KAFKA_CERT === undefined ? {} : { cert: config.KAFKA_CERT }),
    ...(config.KAFKA_KEY === undefined ? {} : { key: config.KAFKA_KEY }),
    ...(mechanism && username !== undefined && password !== undefined
      ? { sasl: { mechanism, username, password } }
      : {}),
  };
}

/**
 * Provides `KafkaClient`, `Emitter` and `CaughtUp` (for the state topics named) to the whole service, and ends them in
 * order. Needs `databaseModule` beside it, which provides `DataSource`.
 */
export class KafkaModule {
  static forService(
    config: ConfigOf<typeof kafkaSettings>,
    deps: ServiceDeps,
    o: { stateTopics?: readonly Topic[] } = {},
  ): DynamicModule {
    return {
      module: KafkaModule,
      global: true,
      providers: [
        {
          provide: KafkaClient,
          useFactory: () => {
            const client = new KafkaClient(clientOptions(config, deps));
            deps.shutdown.add('kafka', () => client.close(), 'output');
            return client;
          },
        },
        {
          provide: Emitter,
          inject: [KafkaClient, DataSource],
          useFactory: (client: KafkaClient, dataSource: DataSource) => {
            const emitter = new Emitter(client, dataSource, deps.log);
            deps.shutdown.add('outbox', () => emitter.stop(), 'work');
            return emitter;
          },
        },
        {
          provide: CaughtUp,
          inject: [KafkaClient, DataSource],
          useFactory: (client: KafkaClient, dataSource: DataSource) => {
            const caughtUp = new CaughtUp(client, dataSource, o.stateTopics ?? [], deps.log);
            deps.shutdown.add('caught-up', () => caughtUp.stop(), 'work');
            deps.health.addReady('state topics', () =>
              caughtUp.ready() ? undefined : `not read to their end yet: ${caughtUp.missing().join(', ')}`,
            );
            caughtUp.start();
            return caughtUp;
          },
        },
      ],
      exports: [KafkaClient, Emitter, CaughtUp],
    };
  }
}

/** The strategy for `runService({ strategies })`: reads every topic that has a `@BatchHandler` in the app. */
export function kafkaStrategy(
  app: INestApplicationContext,
  deps: ServiceDeps,
  o: { sealDeadLetters?: Readonly<Record<string, (bytes: Buffer) => string>> } = {},
): KafkaBatchStrategy {
  return new KafkaBatchStrategy({
    client: app.get(KafkaClient),
    dataSource: app.get(DataSource),
    emitter: app.get(Emitter),
    log: deps.log,
    health: deps.health,
    onGone: (error) => {
      deps.log.fatal({ err: error }, 'a consumer is gone for good; ending, so that the supervisor starts anew');
      process.exit(1);
    },
    ...o,
  });
}
