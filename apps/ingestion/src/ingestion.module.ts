import { shops } from '@beckon/contracts';
import { Emitter, KafkaClient, KafkaModule, RecordLog, kafkaMigrations } from '@beckon/kafka';
import { Loop, SecretReader, databaseModule, forgetOldRows, superviseLoop, type ServiceDeps } from '@beckon/service';
import { settingsMigrations, ShopDirectory, ShopSettingsModule } from '@beckon/settings';
import type { DynamicModule } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { IngestionConfig } from './config.js';
import { dueLoop } from './inbound/due-loop.js';
import { freshnessLoop } from './inbound/freshness-loop.js';
import { SnapshotBounds, SnapshotsController } from './inbound/snapshots/snapshots.controller.js';
import { SourceConsumers } from './inbound/source-consumers.js';
import { timetableLoop } from './inbound/timetable-loop.js';
import { WebhookDoors } from './inbound/webhooks/doors.js';
import { WebhooksController } from './inbound/webhooks/webhooks.controller.js';
import { AccessAtOptin } from './outbound/access-at-optin.js';
import { KeySets } from './outbound/key-sets.js';
import { Offers1790000100000 } from './outbound/migrations/1790000100000-offers.js';
import { DeliveriesSeen1790000200000 } from './outbound/migrations/1790000200000-deliveries-seen.js';
import { ItemRefs1790000210000 } from './outbound/migrations/1790000210000-item-refs.js';
import { Rules1790000220000 } from './outbound/migrations/1790000220000-rules.js';
import { SnapshotNames1790000400000 } from './outbound/migrations/1790000400000-snapshot-names.js';
import { Topics1790000500000 } from './outbound/migrations/1790000500000-topics.js';
import { DELIVERY_KEPT_MS, forgetDeliveries } from './outbound/seen-deliveries.js';
import { forgetOldNames } from './outbound/snapshot-names.js';

/** How often it is looked whether secrets that sources name have changed, in milliseconds. */
const SECRETS_EVERY_MS = 30_000;
/** Longer than any snapshot takes, in milliseconds. */
const SNAPSHOT_NAMES_KEPT_MS = 86_400_000;

/** Every migration of the schema `ingestion`. */
export const ingestionMigrations = [
  ...kafkaMigrations,
  ...settingsMigrations,
  Offers1790000100000,
  DeliveriesSeen1790000200000,
  ItemRefs1790000210000,
  Rules1790000220000,
  SnapshotNames1790000400000,
  Topics1790000500000,
];

export class IngestionModule {
  static forService(config: IngestionConfig, deps: ServiceDeps): DynamicModule {
    return {
      module: IngestionModule,
      imports: [
        databaseModule(config, deps, { migrations: ingestionMigrations }),
        KafkaModule.forService(config, deps, { stateTopics: [shops] }),
        ShopSettingsModule.forService(deps),
      ],
      controllers: [WebhooksController, SnapshotsController],
      providers: [
        { provide: AccessAtOptin, useValue: new AccessAtOptin(config.OPTIN_URL) },
        {
          provide: SnapshotBounds,
          useValue: new SnapshotBounds(config.SNAPSHOT_LINE_BYTES, config.SNAPSHOT_IDLE_MS),
        },
        {
          provide: SecretReader,
          useFactory: () => new SecretReader({ log: deps.log, now: () => deps.clock.now(), keepMs: SECRETS_EVERY_MS }),
        },
        {
          provide: RecordLog,
          inject: [KafkaClient],
          useFactory: (client: KafkaClient) => new RecordLog(client, config.WEBHOOK_KAFKA_WAIT_MS),
        },
        {
          provide: WebhookDoors,
          inject: [ShopDirectory, SecretReader],
          useFactory: (directory: ShopDirectory, secrets: SecretReader) => {
            const keySets = new KeySets({ log: deps.log, monotonic: () => deps.clock.monotonic() });
            return new WebhookDoors(directory, secrets, keySets, () => deps.clock.now());
          },
        },
        {
          provide: SourceConsumers,
          inject: [KafkaClient, DataSource, Emitter, ShopDirectory, SecretReader],
          useFactory: (
            client: KafkaClient,
            dataSource: DataSource,
            emitter: Emitter,
            directory: ShopDirectory,
            secrets: SecretReader,
          ) => {
            const { clock, log, health, shutdown } = deps;
            const onGone = (err: Error): void => {
              log.fatal({ err }, 'a consumer is gone for good; ending, so that the supervisor starts anew');
              process.exit(1);
            };
            const sources = new SourceConsumers({
              client,
              dataSource,
              emitter,
              directory,
              secrets,
              clock,
              log,
              onGone,
            });
            health.addLive('sources', () => sources.silent());
            shutdown.add('sources', () => sources.stop(), 'intake');
            superviseLoop(freshnessLoop({ sources, emitter, clock, log }), deps);
            superviseLoop(dueLoop({ emitter, directory, clock, log }), deps);
            superviseLoop(timetableLoop({ emitter, directory, clock, log }), deps);
            sources.start();
            const tick = (): Promise<void> => Promise.resolve(sources.follow());
            superviseLoop(new Loop({ name: 'sources', idleMs: SECRETS_EVERY_MS, tick, log }), deps);
            forgetOldRows('webhooks', (before, n) => forgetDeliveries(dataSource, before, n), deps, DELIVERY_KEPT_MS);
            forgetOldRows(
              'snapshots',
              (before, n) => forgetOldNames(dataSource, before, n),
              deps,
              SNAPSHOT_NAMES_KEPT_MS,
            );
            return sources;
          },
        },
      ],
    };
  }
}
