import { Module, type DynamicModule } from '@nestjs/common';
import { ClientsModule, Transport } from '@nestjs/microservices';
import { Redis } from 'ioredis';
import { RateLimiterRedis } from 'rate-limiter-flexible';
import { DataSource } from 'typeorm';
import { AlertsService, KAFKA, LIMITER } from './alerts.service.js';
import { OffersController } from './offers.controller.js';
import { SETTINGS, type NaiveSettings } from './settings.js';
import { tablesSql } from './tables.js';
import { WebhookController } from './webhook.controller.js';

/** Wires the naive service. */
@Module({})
export class NaiveModule {
  static with(settings: NaiveSettings): DynamicModule {
    return {
      module: NaiveModule,
      imports: [
        ClientsModule.register([
          {
            name: KAFKA,
            transport: Transport.KAFKA,
            options: { client: { clientId: 'naive', brokers: [...settings.brokers] }, producerOnlyMode: true },
          },
        ]),
      ],
      controllers: [OffersController, WebhookController],
      providers: [
        AlertsService,
        { provide: SETTINGS, useValue: settings },
        {
          provide: DataSource,
          useFactory: async () => {
            const source = new DataSource({ type: 'postgres', url: settings.databaseUrl, extra: { max: 20 } });
            await source.initialize();
            await source.query(tablesSql(settings.schema));
            return source;
          },
        },
        {
          provide: LIMITER,
          useFactory: () =>
            new RateLimiterRedis({
              storeClient: new Redis(settings.redisUrl),
              keyPrefix: `${settings.redisPrefix}naive`,
              points: settings.limit.points,
              duration: settings.limit.seconds,
            }),
        },
      ],
    };
  }
}
