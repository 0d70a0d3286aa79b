import { deliveries, type Delivery } from '@beckon/contracts';
import { BatchHandler, type Chunk, type ChunkTransaction } from '@beckon/kafka';
import { CLOCK, type Clock } from '@beckon/service';
import { Controller, Inject } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { applyAnswers } from '../outbound/settlement-store.js';
import { Pokes } from './pokes.js';

/** Settles reservations by delivery's answers. */
@Controller()
export class DeliveriesController {
  constructor(
    @Inject(Pokes) private readonly pokes: Pokes,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @BatchHandler(deliveries)
  async onDeliveries(@Payload() chunk: Chunk<Delivery>, @Ctx() tx: ChunkTransaction): Promise<void> {
    const changed = await applyAnswers(
      tx,
      chunk.records.flatMap((r) => r.value ?? []),
      this.clock.now(),
    );
    if (changed === 0) return;
    tx.afterCommit(() => {
      this.pokes.poke('windows');
      this.pokes.poke('admission');
    });
  }
}
