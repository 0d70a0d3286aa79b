import { freshness, type Freshness } from '@beckon/contracts';
import { BatchHandler, type Chunk, type ChunkTransaction } from '@beckon/kafka';
import { CLOCK, type Clock } from '@beckon/service';
import { Controller, Inject } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { writeFreshness } from '../outbound/freshness-store.js';

/** Notes how far sources say they are read; see `freshness-confirmation.ts` for when that is believed. */
@Controller()
export class FreshnessController {
  constructor(@Inject(CLOCK) private readonly clock: Clock) {}

  @BatchHandler(freshness)
  async onFreshness(@Payload() chunk: Chunk<Freshness>, @Ctx() tx: ChunkTransaction): Promise<void> {
    await writeFreshness(
      tx,
      chunk.records.flatMap((r) => r.value ?? []),
      this.clock.now(),
    );
  }
}
