/** The service's {@link DataSource} as a Nest provider, tied to health and shutdown. */
import type { DynamicModule, FactoryProvider } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { databaseSettings, processSettings } from './common-settings.js';
import type { ConfigOf } from './config.js';
import { databaseAnswers, openDatabase, type DatabaseOptions } from './database.js';
import type { ServiceDeps } from './run-service.js';

/**
 * `providers: [provideDatabase(config, deps, { migrations })]`, then inject `DataSource`. The process is ready only
 * while Postgres answers; connections close last.
 */
export function provideDatabase(
  config: ConfigOf<typeof databaseSettings> & Pick<ConfigOf<typeof processSettings>, 'SERVICE_INSTANCE'>,
  deps: ServiceDeps,
  o: Pick<DatabaseOptions, 'migrations' | 'entities'>,
): FactoryProvider<DataSource> {
  return {
    provide: DataSource,
    useFactory: async () => {
      const dataSource = await openDatabase({
        ...o,
        url: config.DATABASE_URL,
        schema: config.DATABASE_SCHEMA,
        poolSize: config.DATABASE_POOL,
        ssl: config.DATABASE_SSL,
        ca: config.DATABASE_CA,
        waitMs: config.DATABASE_WAIT_MS,
        applicationName: `beckon ${deps.name} ${config.SERVICE_INSTANCE}`,
        log: deps.log,
      });
      deps.health.addReady('database', databaseAnswers(dataSource));
      deps.shutdown.add('database', () => dataSource.destroy(), 'storage');
      return dataSource;
    },
  };
}

/** The same as a global module, so that every module of the service can inject `DataSource`. */
export function databaseModule(...args: Parameters<typeof provideDatabase>): DynamicModule {
  return { module: DatabaseModule, global: true, providers: [provideDatabase(...args)], exports: [DataSource] };
}

class DatabaseModule {}
