import { shoppers, type Shopper } from '@beckon/contracts';
import { BatchHandler, type Chunk, type ChunkTransaction } from '@beckon/kafka';
import { CLOCK, type Clock } from '@beckon/service';
import { Controller, Inject } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { newestByKey } from '../domain/newest.js';
import { suppressOfShoppers, withdrawOfSubscriptions } from '../outbound/endings-store.js';
import { wake, writeShoppers } from '../outbound/knowledge-store.js';
import { Pokes } from './pokes.js';

/** Keeps who may be told at all, and ends what waited for somebody who said STOP or asked to be forgotten. */
@Controller()
export class ShoppersController {
  constructor(
    @Inject(Pokes) private readonly pokes: Pokes,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @BatchHandler(shoppers)
  async onShoppers(@Payload() chunk: Chunk<Shopper>, @Ctx() tx: ChunkTransaction): Promise<void> {
    const now = this.clock.now();
    const newest = newestByKey(chunk.records).map(({ key, value }) => ({ shopper_id: key, value }));
    const changed = await writeShoppers(tx, newest);
    const ids = (of: typeof changed): string[] => of.map((s) => s.shopper_id);

    const erased = ids(changed.filter((s) => s.erased));
    if (erased.length > 0) await suppressOfShoppers(tx, 'erased', erased, now);
    const stopped = ids(changed.filter((s) => s.stopped && !s.erased));
    if (stopped.length > 0) await suppressOfShoppers(tx, 'stopped', stopped, now);
    const ended = changed.flatMap((s) => s.ended_subs);
    if (ended.length > 0) await withdrawOfSubscriptions(tx, ended, now);

    await wake(tx, ids(changed), { column: 'shopper_id', reasons: ['shopper_unknown', 'suspended'] });
    if (changed.length > 0) tx.afterCommit(() => this.pokes.poke('admission'));
  }
}
