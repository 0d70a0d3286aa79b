import { offers, shoppers, shops } from '@beckon/contracts';
import { CaughtUp, Emitter, KafkaModule, kafkaMigrations } from '@beckon/kafka';
import { Sealer, databaseModule, sealedColumn, startResealing, superviseLoop, type ServiceDeps } from '@beckon/service';
import { ShopDirectory, ShopSettingsModule, settingsMigrations } from '@beckon/settings';
import { Module, type DynamicModule } from '@nestjs/common';
import { randomBytes } from 'node:crypto';
import { DataSource } from 'typeorm';
import type { DeliveryConfig } from './config.js';
import { AlertsAdmittedController } from './inbound/alerts-admitted.controller.js';
import { MessagePost } from './inbound/message-post.js';
import { MessagesRequestedController } from './inbound/messages-requested.controller.js';
import { OffersController } from './inbound/offers.controller.js';
import { PageLeases } from './inbound/page-leases.js';
import { ReceiptsController } from './inbound/receipts.controller.js';
import { Sending } from './inbound/sending.js';
import { Settlements } from './inbound/settlements.js';
import { ShoppersController } from './inbound/shoppers.controller.js';
import { Sweeper } from './inbound/sweeper.js';
import { MessengerClient } from './outbound/messenger-client.js';
import { DeliveryTables1790000000002 } from './outbound/migrations/1790000000002-delivery-tables.js';
import { ErasedShoppers1790000140010 } from './outbound/migrations/1790000140010-erased-shoppers.js';
import { pagesOf } from './outbound/page-directory.js';

/** Topics whose end at start must be read before anything is sent. */
const stateTopics = [shops, shoppers, offers];

/** All tables of delivery, in order. */
export const deliveryMigrations = [
  ...kafkaMigrations,
  ...settingsMigrations,
  DeliveryTables1790000000002,
  ErasedShoppers1790000140010,
];

/** Wires delivery; nothing is decided here. */
@Module({})
export class DeliveryModule {
  static forService(config: DeliveryConfig, deps: ServiceDeps): DynamicModule {
    return {
      module: DeliveryModule,
      imports: [
        databaseModule(config, deps, { migrations: deliveryMigrations }),
        KafkaModule.forService(config, deps, { stateTopics }),
        ShopSettingsModule.forService(deps),
      ],
      controllers: [
        AlertsAdmittedController,
        MessagesRequestedController,
        ShoppersController,
        OffersController,
        ReceiptsController,
      ],
      providers: [
        {
          provide: PageLeases,
          inject: [DataSource, Emitter, CaughtUp, ShopDirectory],
          useFactory: (db: DataSource, emitter: Emitter, caughtUp: CaughtUp, shops: ShopDirectory) =>
            startSending(config, deps, db, emitter, caughtUp, shops),
        },
      ],
    };
  }
}

/** Starts the loops and ties them to the process. Leases stop first: they need the settlements until the last answer. */
function startSending(
  config: DeliveryConfig,
  deps: ServiceDeps,
  db: DataSource,
  emits: Emitter,
  caughtUp: CaughtUp,
  shops: ShopDirectory,
): PageLeases {
  const { clock, log } = deps;
  const pages = pagesOf(shops);
  const client = new MessengerClient({
    baseUrl: config.GRAPH_BASE_URL,
    version: config.GRAPH_VERSION,
    timeoutMs: config.POST_TIMEOUT_MS,
    connections: config.POST_CONNECTIONS,
    clock,
  });
  const settlements = new Settlements(emits, log);
  const sealer = Sealer.fromKeys(config.SEAL_KEYS);
  const worker = `${config.SERVICE_INSTANCE}#${randomBytes(4).toString('hex')}`;
  const post = new MessagePost({ client, pages, sealer, clock, log });
  const maxInFlight = config.MAX_IN_FLIGHT_PER_PAGE;
  const onUnheard = (unheard: readonly string[]): void => leases.giveBack(unheard);
  const sending = new Sending({ db, pages, post, settlements, worker, onUnheard, clock, log, maxInFlight });
  const leases: PageLeases = new PageLeases({
    db,
    emits,
    pages,
    worker,
    ready: () => caughtUp.ready(),
    startSender: (lease, until) => sending.open(lease, until),
    clock,
    log,
  });
  settlements.onSettled((page) => leases.poke(page));
  shops.onChange(() => leases.lookAgain());
  deps.shutdown.add('pages', () => leases.stop().then(() => sending.stop()), 'work');
  for (const loop of [leases.loop, leases.watch, sending.loop]) {
    deps.health.addLive(`loop ${loop.name}`, () => loop.stuckFor(120_000));
    loop.start();
  }
  superviseLoop(settlements.loop, deps);
  const ages = {
    giveUpUnknown: config.GIVE_UP_UNKNOWN_MS,
    keepReplies: config.KEEP_REPLIES_MS,
    keepAlerts: config.KEEP_ALERTS_MS,
  };
  const places = [
    sealedColumn(db, { table: 'shoppers', key: ['shopper_id'], column: 'psid_sealed' }),
    sealedColumn(db, { table: 'grants', key: ['grant_id'], column: 'token_sealed' }),
    // Ordered as the index of replies is: alerts, which hold nothing sealed, are never read.
    sealedColumn(db, {
      table: 'ledger',
      key: ['shopper_id', 'id'],
      column: 'body',
      field: 'psid_sealed',
      where: `kind = 'reply'`,
    }),
  ];
  startResealing({ sealer, places, clock, log }, deps);
  superviseLoop(new Sweeper({ db, emits, clock, log, ages }).loop, deps);
  deps.shutdown.add('connections to Messenger', () => client.close(), 'output');
  return leases;
}
