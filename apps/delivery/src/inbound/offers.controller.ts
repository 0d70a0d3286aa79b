import { offers, type Offer } from '@beckon/contracts';
import { BatchHandler, type Chunk, type ChunkTransaction } from '@beckon/kafka';
import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { forgetOffers, keepOffers } from '../outbound/offer-store.js';

/** Keeps what messages say about each SKU. */
@Controller()
export class OffersController {
  @BatchHandler(offers)
  async onOffers(@Payload() chunk: Chunk<Offer>, @Ctx() tx: ChunkTransaction): Promise<void> {
    const newest = new Map<string, Offer>();
    const gone = new Set<string>();
    for (const { key, value } of chunk.records) {
      if (!value) {
        if (key !== null) gone.add(key);
        if (key !== null) newest.delete(key);
        continue;
      }
      const name = `${value.shop}:${value.sku}`;
      gone.delete(name);
      if ((newest.get(name)?.seq ?? 0) < value.seq) newest.set(name, value);
    }
    await forgetOffers(tx, [...gone]);
    await keepOffers(tx, [...newest.values()]);
  }
}
