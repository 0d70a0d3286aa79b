import { shoppers, type Shopper } from '@beckon/contracts';
import { BatchHandler, type Chunk, type ChunkTransaction } from '@beckon/kafka';
import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { forgetShoppers, keepShoppers } from '../outbound/shopper-store.js';
import { PageLeases } from './page-leases.js';

/** Keeps what the gate asks of each shopper: rights to send, stop, erasure. A STOP is in force once this commits. */
@Controller()
export class ShoppersController {
  constructor(private readonly leases: PageLeases) {}

  @BatchHandler(shoppers)
  async onShoppers(@Payload() chunk: Chunk<Shopper>, @Ctx() tx: ChunkTransaction): Promise<void> {
    const newest = new Map<string, Shopper>();
    const gone = new Set<string>();
    for (const { key, value } of chunk.records) {
      if (!value) {
        if (key !== null) gone.add(key);
        if (key !== null) newest.delete(key);
        continue;
      }
      gone.delete(value.shopper_id);
      if ((newest.get(value.shopper_id)?.rev ?? 0) < value.rev) newest.set(value.shopper_id, value);
    }
    await forgetShoppers(tx, [...gone]);
    await keepShoppers(tx, [...newest.values()]);
    // Messages may have waited for this revision.
    const pages = new Set([...newest.values()].map((s) => s.page));
    tx.afterCommit(() => pages.forEach((page) => this.leases.poke(page)));
  }
}
