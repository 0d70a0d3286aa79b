import { catalogSignals, freshness, shoppers, shops, subscriptions } from '@beckon/contracts';
import { CaughtUp, Emitter, KafkaModule, kafkaMigrations } from '@beckon/kafka';
import { databaseModule, type ServiceDeps } from '@beckon/service';
import { settingsMigrations, ShopDirectory, ShopSettingsModule } from '@beckon/settings';
import { Module, type DynamicModule } from '@nestjs/common';
import { randomBytes } from 'node:crypto';
import { DataSource } from 'typeorm';
import type { ThrottlingConfig } from './config.js';
import { AlertsMatchedController } from './inbound/alerts-matched.controller.js';
import { DeliveriesController } from './inbound/deliveries.controller.js';
import { FreshnessController } from './inbound/freshness.controller.js';
import { Loops } from './inbound/loops.js';
import { Pokes } from './inbound/pokes.js';
import { ShoppersController } from './inbound/shoppers.controller.js';
import { SignalsController } from './inbound/signals.controller.js';
import { SubscriptionsController } from './inbound/subscriptions.controller.js';
import { throttlingMigrations } from './outbound/migrations/throttling-tables.js';
import { RedisLink } from './outbound/redis-link.js';

/** Topics whose end at start must be read before anything is admitted. */
const stateTopics = [shops, shoppers, subscriptions, catalogSignals, freshness];

/** All tables of throttling, in order. */
export const allMigrations = [...kafkaMigrations, ...settingsMigrations, ...throttlingMigrations];

/** Wires throttling; nothing is decided here. */
@Module({})
export class ThrottlingModule {
  static forService(config: ThrottlingConfig, deps: ServiceDeps): DynamicModule {
    return {
      module: ThrottlingModule,
      imports: [
        databaseModule(config, deps, { migrations: allMigrations }),
        KafkaModule.forService(config, deps, { stateTopics }),
        ShopSettingsModule.forService(deps),
      ],
      controllers: [
        AlertsMatchedController,
        SignalsController,
        FreshnessController,
        SubscriptionsController,
        ShoppersController,
        DeliveriesController,
      ],
      providers: [
        Pokes,
        {
          provide: Loops,
          inject: [DataSource, Emitter, CaughtUp, ShopDirectory, Pokes],
          useFactory: (
            dataSource: DataSource,
            emitter: Emitter,
            caughtUp: CaughtUp,
            shops: ShopDirectory,
            pokes: Pokes,
          ) => {
            const link = new RedisLink({
              url: config.REDIS_URL,
              log: deps.log,
              ...(config.REDIS_CA === undefined ? {} : { ca: config.REDIS_CA }),
            });
            deps.shutdown.add('redis', () => link.close(), 'storage');
            deps.health.addReady('redis', () => link.trouble);
            const loops = new Loops({
              worker: `${config.SERVICE_INSTANCE}#${randomBytes(4).toString('hex')}`,
              redisPrefix: config.REDIS_PREFIX,
              idleMs: config.ADMISSION_IDLE_MS,
              signalsKnownSince: () => caughtUp.knownSince(catalogSignals),
              ready: () => caughtUp.ready(),
              ...{ dataSource, emitter, link, shops, pokes, clock: deps.clock, log: deps.log },
            });
            loops.supervise(deps);
            return loops;
          },
        },
      ],
    };
  }
}
