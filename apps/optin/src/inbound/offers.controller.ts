import { offers } from '@beckon/contracts';
import type { Offer } from '@beckon/contracts';
import { BatchHandler } from '@beckon/kafka';
import type { Chunk, ChunkTransaction } from '@beckon/kafka';
import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { OfferCopies } from '../outbound/offer-copies.js';

/** Keeps optin's copy of the offers. */
@Controller()
export class OffersController {
  constructor(private readonly offers: OfferCopies) {}

  @BatchHandler(offers)
  async onOffers(@Payload() chunk: Chunk<Offer>, @Ctx() tx: ChunkTransaction): Promise<void> {
    await this.offers.apply(tx, chunk.records);
  }
}
