import { Emitter, KafkaModule, kafkaMigrations } from '@beckon/kafka';
import { databaseModule, type ServiceDeps } from '@beckon/service';
import { settingsMigrations, ShopDirectory, ShopSettingsModule } from '@beckon/settings';
import type { DynamicModule } from '@nestjs/common';
import type { MatchingConfig } from './config.js';
import { Loops } from './inbound/loops.js';
import { SignalsController } from './inbound/signals.controller.js';
import { SubscriptionsController } from './inbound/subscriptions.controller.js';
import { Matching1790000200000 } from './outbound/migrations/1790000200000-matching.js';
import { SubscriptionsToTopics1790000210000 } from './outbound/migrations/1790000210000-topics.js';
import { Tiers1790000500000 } from './outbound/migrations/1790000500000-tiers.js';

/** Every migration of the schema `matching`. */
export const matchingMigrations = [
  ...kafkaMigrations,
  ...settingsMigrations,
  Matching1790000200000,
  SubscriptionsToTopics1790000210000,
  Tiers1790000500000,
];

export class MatchingModule {
  static forService(config: MatchingConfig, deps: ServiceDeps): DynamicModule {
    return {
      module: MatchingModule,
      imports: [
        databaseModule(config, deps, { migrations: matchingMigrations }),
        KafkaModule.forService(config, deps),
        ShopSettingsModule.forService(deps),
      ],
      controllers: [SignalsController, SubscriptionsController],
      providers: [
        {
          provide: Loops,
          inject: [Emitter, ShopDirectory],
          useFactory: (emitter: Emitter, shops: ShopDirectory) =>
            new Loops(deps, { emitter, shops, clock: deps.clock, fanoutWorkers: config.FANOUT_WORKERS }),
        },
      ],
    };
  }
}
