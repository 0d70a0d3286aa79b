import type { ServiceDeps } from '@beckon/service';
import type { DynamicModule } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { ShopDirectory } from './shop-directory.js';
import { ShopsController } from './shops.controller.js';

/** Reads the topic `shops` into this service's schema and provides `ShopDirectory` everywhere in it. */
export class ShopSettingsModule {
  static forService(deps: ServiceDeps): DynamicModule {
    return {
      module: ShopSettingsModule,
      global: true,
      controllers: [ShopsController],
      providers: [
        {
          provide: ShopDirectory,
          inject: [DataSource],
          useFactory: (dataSource: DataSource) => {
            const directory = new ShopDirectory(dataSource, deps.log);
            directory.start();
            deps.shutdown.add('shop settings', () => directory.stop(), 'work');
            return directory;
          },
        },
      ],
      exports: [ShopDirectory],
    };
  }
}
