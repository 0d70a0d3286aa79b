import { Emitter, KafkaClient, KafkaModule, kafkaMigrations } from '@beckon/kafka';
import { databaseModule, superviseLoop, type ServiceDeps } from '@beckon/service';
import { settingsMigrations, ShopDirectory, ShopSettingsModule } from '@beckon/settings';
import type { DynamicModule } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { IngestionConfig } from './config.js';
import { freshnessLoop } from './inbound/freshness-loop.js';
import { SourceConsumers } from './inbound/source-consumers.js';
import { Offers1790000100000 } from './outbound/migrations/1790000100000-offers.js';

/** Every migration of the schema `ingestion`. */
export const ingestionMigrations = [...kafkaMigrations, ...settingsMigrations, Offers1790000100000];

export class IngestionModule {
  static forService(config: IngestionConfig, deps: ServiceDeps): DynamicModule {
    return {
      module: IngestionModule,
      imports: [
        databaseModule(config, deps, { migrations: ingestionMigrations }),
        KafkaModule.forService(config, deps),
        ShopSettingsModule.forService(deps),
      ],
      providers: [
        {
          provide: SourceConsumers,
          inject: [KafkaClient, DataSource, Emitter, ShopDirectory],
          useFactory: (client: KafkaClient, dataSource: DataSource, emitter: Emitter, directory: ShopDirectory) => {
            const { clock, log, health, shutdown } = deps;
            const onGone = (err: Error): void => {
              log.fatal({ err }, 'a consumer is gone for good; ending, so that the supervisor starts anew');
              process.exit(1);
            };
            const sources = new SourceConsumers({ client, dataSource, emitter, directory, clock, log, onGone });
            health.addLive('sources', () => sources.silent());
            shutdown.add('sources', () => sources.stop(), 'intake');
            superviseLoop(freshnessLoop({ sources, client, emitter, clock, log }), deps);
            sources.start();
            return sources;
          },
        },
      ],
    };
  }
}
