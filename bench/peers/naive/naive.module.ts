import { Module, type DynamicModule } from '@nestjs/common';
import { ClientsModule, Transport } from '@nestjs/microservices';
import { Redis } from 'ioredis';
import { DataSource } from 'typeorm';
import { AlertsService, KAFKA } from './alerts.service.js';
import { Held } from './held.js';
import { Limits, REDIS } from './limits.js';
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
        Limits,
        Held,
        { provide: SETTINGS, useValue: settings },
        {
          provide: DataSource,
          useFactory: async () => {
            const extra = { max: 20, connectionTimeoutMillis: 5_000, query_timeout: 10_000 };
            const source = new DataSource({ type: 'postgres', url: settings.databaseUrl, extra });
            await source.initialize();
            await source.query(tablesSql(settings.schema));
            return source;
          },
        },
        { provide: REDIS, useFactory: () => new Redis(settings.redisUrl) },
      ],
    };
  }
}
