import { shops, type ShopRecord } from '@beckon/contracts';
import { BatchHandler, type Chunk, type ChunkTransaction } from '@beckon/kafka';
import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { ShopDirectory } from './shop-directory.js';

/** Keeps this service's copy of all shops' settings. */
@Controller()
export class ShopsController {
  constructor(private readonly directory: ShopDirectory) {}

  /** Newer revisions replace older ones; a tombstone removes the shop. */
  @BatchHandler(shops)
  async onShops(@Payload() chunk: Chunk<ShopRecord>, @Ctx() tx: ChunkTransaction): Promise<void> {
    for (const { key, value } of chunk.records) {
      if (value) {
        await tx.query(
          `INSERT INTO shop_settings (shop, rev, settings) VALUES ($1, $2, $3)
           ON CONFLICT (shop) DO UPDATE
             SET rev = excluded.rev, settings = excluded.settings, change = nextval('shop_settings_change')
             WHERE excluded.rev > shop_settings.rev`,
          [value.shop, value.rev, JSON.stringify(value.settings)],
        );
      } else {
        await tx.query(
          `UPDATE shop_settings SET settings = NULL, change = nextval('shop_settings_change') WHERE shop = $1`,
          [key],
        );
      }
    }
    tx.afterCommit(() => this.directory.poke());
  }
}
