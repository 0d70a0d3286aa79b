import { subscriptions, type Subscription } from '@beckon/contracts';
import { BatchHandler, type Chunk, type ChunkTransaction } from '@beckon/kafka';
import { CLOCK, type Clock } from '@beckon/service';
import { Controller, Inject } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { newestByKey } from '../domain/newest.js';
import { withdrawOfSubscriptions } from '../outbound/endings-store.js';
import { wake, writeSubscriptions } from '../outbound/knowledge-store.js';
import { Pokes } from './pokes.js';

/** Keeps which subscriptions are active, and withdraws what waited for one that ended. */
@Controller()
export class SubscriptionsController {
  constructor(
    @Inject(Pokes) private readonly pokes: Pokes,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @BatchHandler(subscriptions)
  async onSubscriptions(@Payload() chunk: Chunk<Subscription>, @Ctx() tx: ChunkTransaction): Promise<void> {
    const newest = newestByKey(chunk.records).map(({ key, value }) => ({ sub_id: key, value }));
    const changed = await writeSubscriptions(tx, newest);
    const active = changed.filter((s) => s.active).map((s) => s.sub_id);
    const ended = changed.filter((s) => !s.active).map((s) => s.sub_id);

    await wake(tx, active, { column: 'sub_id', reasons: ['subscription_unknown', 'condition_false'] });
    if (ended.length > 0) await withdrawOfSubscriptions(tx, ended, this.clock.now());
    if (active.length > 0) tx.afterCommit(() => this.pokes.poke('admission'));
  }
}
