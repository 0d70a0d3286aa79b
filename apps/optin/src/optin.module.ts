import { offers, shops } from '@beckon/contracts';
import { CaughtUp, Emitter, KafkaClient, KafkaModule, kafkaMigrations } from '@beckon/kafka';
import { CLOCK, LOG, Sealer, databaseModule } from '@beckon/service';
import type { Clock, Logger, ServiceDeps } from '@beckon/service';
import { ShopDirectory, ShopSettingsModule, settingsMigrations } from '@beckon/settings';
import { Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { OptinConfig } from './config.js';
import { OperatorToken } from './inbound/api/api.guard.js';
import { AccessController } from './inbound/api/access.controller.js';
import { AsksController } from './inbound/api/asks.controller.js';
import { DeletionsController } from './inbound/api/deletions.controller.js';
import { KeysController } from './inbound/api/keys.controller.js';
import { LinksController } from './inbound/api/links.controller.js';
import { OpenApiController } from './inbound/api/openapi.controller.js';
import { RateLimits } from './inbound/api/rate-limits.js';
import { ShopperNames } from './inbound/api/shopper-names.js';
import { ShoppersController } from './inbound/api/shoppers.controller.js';
import { ShopsAtHand } from './inbound/api/shops-at-hand.js';
import { TiersController } from './inbound/api/tiers.controller.js';
import { WishesAsked } from './inbound/api/wishes-asked.js';
import { AskShopper } from './inbound/ask-shopper.js';
import { Conversation } from './inbound/conversation.js';
import { DataDeletionController } from './inbound/data-deletion.controller.js';
import { DeletionStatusController } from './inbound/deletion-status.controller.js';
import { DeliveriesController } from './inbound/deliveries.controller.js';
import { Erasing } from './inbound/erasing.js';
import { EventsController } from './inbound/events.controller.js';
import { ExpireRights } from './inbound/expire-rights.js';
import { OffersController } from './inbound/offers.controller.js';
import { PublicAddress } from './inbound/public-address.js';
import { ReadProfiles } from './inbound/read-profiles.js';
import { Replies } from './inbound/replies.js';
import { SetTiers } from './inbound/set-tiers.js';
import { ShopperErasure } from './inbound/shopper-erasure.js';
import { WebhookController } from './inbound/webhook.controller.js';
import { ApiKeys } from './outbound/api-keys.js';
import { Asks } from './outbound/asks.js';
import { Erasures } from './outbound/erasures.js';
import { EventLog } from './outbound/event-log.js';
import { optinMigrations } from './outbound/migrations/optin-tables.js';
import { OfferCopies } from './outbound/offer-copies.js';
import { OptinKeys } from './outbound/optin-keys.js';
import { PageActivity } from './outbound/page-activity.js';
import { PageSecrets } from './outbound/page-secrets.js';
import { PageWatchStore } from './outbound/page-watch-store.js';
import { People } from './outbound/people.js';
import { ProfilesWanted } from './outbound/profiles-wanted.js';
import { RememberedAnswers } from './outbound/remembered-answers.js';
import { SeenEvents } from './outbound/seen-events.js';
import { ShopperViews } from './outbound/shopper-views.js';
import { StateAtHand } from './outbound/state-at-hand.js';
import { Tiers } from './outbound/tiers.js';

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
      controllers: [
        WebhookController,
        LinksController,
        AsksController,
        ShoppersController,
        KeysController,
        DeletionsController,
        DataDeletionController,
        DeletionStatusController,
        AccessController,
        TiersController,
        OpenApiController,
        EventsController,
        DeliveriesController,
        OffersController,
      ],
      providers: [
        People,
        Tiers,
        SetTiers,
        Erasures,
        Erasing,
        SeenEvents,
        OfferCopies,
        Conversation,
        Replies,
        ExpireRights,
        ProfilesWanted,
        ApiKeys,
        RememberedAnswers,
        ShopsAtHand,
        WishesAsked,
        Asks,
        AskShopper,
        ShopperNames,
        ShopperViews,
        { provide: OperatorToken, useValue: new OperatorToken(config.ADMIN_TOKEN) },
        {
          provide: RateLimits,
          useValue: new RateLimits({ key: config.API_RATE_PER_MINUTE, open: config.API_OPEN_RATE_PER_MINUTE }),
        },
        PageActivity,
        PageWatchStore,
        ShopperErasure,
        { provide: PublicAddress, useValue: new PublicAddress(config.PUBLIC_URL) },
        {
          provide: OptinKeys,
          useValue: new OptinKeys(config.SHOPPER_KEY, config.REF_KEY, Sealer.fromKeys(config.SEAL_KEYS)),
        },
        {
          provide: ReadProfiles,
          inject: [ProfilesWanted, People, OptinKeys, ShopDirectory, DataSource, Emitter],
          useFactory: (
            wanted: ProfilesWanted,
            people: People,
            keys: OptinKeys,
            directory: ShopDirectory,
            dataSource: DataSource,
            emitter: Emitter,
          ) =>
            new ReadProfiles({
              ...{ wanted, people, keys, directory, dataSource, emitter },
              graph: { baseUrl: config.GRAPH_BASE_URL, version: config.GRAPH_VERSION },
            }),
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
