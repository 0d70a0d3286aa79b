/** The framework's way: a Nest microservice on Kafka, one `@EventPattern` call a message, each upserted by itself. */
import { Controller, Inject, Module } from '@nestjs/common';
import type { DynamicModule, INestMicroservice } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { EventPattern, Payload, Transport } from '@nestjs/microservices';
import type { MicroserviceOptions } from '@nestjs/microservices';
import pg from 'pg';
import 'reflect-metadata';

/** The fields of an offer update that are kept. */
interface OfferUpdate {
  readonly sku: string;
  readonly product: string;
  readonly units: number;
  readonly version: number;
  readonly price: { readonly amount: number; readonly currency: string };
}

/** Where it reads and writes. */
export interface NestUpsertOptions {
  readonly brokers: readonly string[];
  readonly topic: string;
  readonly group: string;
  readonly pool: pg.Pool;
  /** Told after each upsert. */
  readonly onUpsert: () => void;
}

/** The table that {@link startNestUpsert} writes; made in the connection's schema. */
export const OFFERS_TABLE = `CREATE TABLE offers (sku text PRIMARY KEY, product text NOT NULL, units bigint,
  price bigint, currency text, version bigint NOT NULL)`;

const UPSERT = `INSERT INTO offers (sku, product, units, price, currency, version) VALUES ($1, $2, $3, $4, $5, $6)
  ON CONFLICT (sku) DO UPDATE SET product = excluded.product, units = excluded.units, price = excluded.price,
    currency = excluded.currency, version = excluded.version WHERE offers.version < excluded.version`;

const OPTIONS = Symbol('options');

function controllerOf(topic: string): new (options: NestUpsertOptions) => object {
  @Controller()
  class OffersController {
    constructor(@Inject(OPTIONS) private readonly options: NestUpsertOptions) {}

    @EventPattern(topic)
    async onOffer(@Payload() update: object): Promise<void> {
      const { sku, product, units, price, version } = update as OfferUpdate;
      const values = [sku, product, units, price.amount, price.currency, version];
      await this.options.pool.query({ name: 'upsert', text: UPSERT, values });
      this.options.onUpsert();
    }
  }
  return OffersController;
}

@Module({})
class OffersModule {
  static with(options: NestUpsertOptions): DynamicModule {
    return {
      module: OffersModule,
      controllers: [controllerOf(options.topic)],
      providers: [{ provide: OPTIONS, useValue: options }],
    };
  }
}

/** Starts it; it reads from where its group was, at first from the beginning. Close it to leave the group. */
export async function startNestUpsert(options: NestUpsertOptions): Promise<INestMicroservice> {
  const app = await NestFactory.createMicroservice<MicroserviceOptions>(OffersModule.with(options), {
    transport: Transport.KAFKA,
    options: {
      client: { brokers: [...options.brokers], logLevel: 0 },
      consumer: { groupId: options.group, maxWaitTimeInMs: 100, allowAutoTopicCreation: false },
      subscribe: { fromBeginning: true },
      run: { partitionsConsumedConcurrently: 4 },
    },
    logger: ['error', 'fatal'],
  });
  await app.listen();
  return app;
}
