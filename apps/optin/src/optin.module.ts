import { offers, shops } from '@beckon/contracts';
import { CaughtUp, KafkaClient, KafkaModule, kafkaMigrations } from '@beckon/kafka';
import { CLOCK, LOG, Sealer, databaseModule } from '@beckon/service';
import type { Clock, Logger, ServiceDeps } from '@beckon/service';
import { ShopDirectory, ShopSettingsModule, settingsMigrations } from '@beckon/settings';
import { Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import type { OptinConfig } from './config.js';
import { AdminAccess } from './inbound/admin.guard.js';
import { Conversation } from './inbound/conversation.js';
import { DeliveriesController } from './inbound/deliveries.controller.js';
import { Erasing } from './inbound/erasing.js';
import { EventsController } from './inbound/events.controller.js';
import { LinksController } from './inbound/links.controller.js';
import { OffersController } from './inbound/offers.controller.js';
import { WebhookController } from './inbound/webhook.controller.js';
import { Erasures } from './outbound/erasures.js';
import { EventLog } from './outbound/event-log.js';
import { optinMigrations } from './outbound/migrations/optin-tables.js';
import { OfferCopies } from './outbound/offer-copies.js';
import { OptinKeys } from './outbound/optin-keys.js';
import { PageSecrets } from './outbound/page-secrets.js';
import { People } from './outbound/people.js';
import { SeenEvents } from './outbound/seen-events.js';
import { StateAtHand } from './outbound/state-at-hand.js';

/** All tables in optin's schema. */
export const migrations = [...kafkaMigrations, ...settingsMigrations, ...optinMigrations];

/** The wiring of optin. */
@Module({})
export class OptinModule {
  static forService(config: OptinConfig, deps: ServiceDeps): DynamicModule {
    return {
      module: OptinModule,
      imports: [
        databaseModule(config, deps, { migrations }),
        KafkaModule.forService(config, deps, { stateTopics: [shops, offers] }),
        ShopSettingsModule.forService(deps),
      ],
      controllers: [WebhookController, LinksController, EventsController, DeliveriesController, OffersController],
      providers: [
        People,
        Erasures,
        Erasing,
        SeenEvents,
        OfferCopies,
        Conversation,
        { provide: AdminAccess, useValue: new AdminAccess(config.ADMIN_TOKEN) },
        {
          provide: OptinKeys,
          useValue: new OptinKeys(config.SHOPPER_KEY, config.REF_KEY, Sealer.fromKeys(config.SEAL_KEYS)),
        },
        {
          provide: EventLog,
          inject: [KafkaClient],
          useFactory: (client: KafkaClient) => new EventLog(client, config.WEBHOOK_KAFKA_WAIT_MS),
        },
        {
          provide: PageSecrets,
          inject: [ShopDirectory, LOG, CLOCK],
          useFactory: (directory: ShopDirectory, log: Logger, clock: Clock) =>
            new PageSecrets(directory, log, () => clock.now()),
        },
        {
          provide: StateAtHand,
          inject: [CaughtUp, ShopDirectory, CLOCK],
          useFactory: (caughtUp: CaughtUp, directory: ShopDirectory, clock: Clock) =>
            new StateAtHand(caughtUp, directory, clock),
        },
      ],
    };
  }
}
