import { subscriptions, type Subscription } from '@beckon/contracts';
import { BatchHandler, type Chunk, type ChunkTransaction } from '@beckon/kafka';
import { CLOCK, type Clock } from '@beckon/service';
import { Controller, Inject } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { askLooks, deleteSubscriptions, saveSubscriptions } from '../outbound/subscription-store.js';
import { Loops } from './loops.js';

/** The subscription's side: keeps who asks for what, and asks for a look at what is open already. */
@Controller()
export class SubscriptionsController {
  constructor(
    private readonly loops: Loops,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** The look itself happens after the commit: only then does a signal that opens now see the subscription. */
  @BatchHandler(subscriptions)
  async onSubscriptions(@Payload() chunk: Chunk<Subscription>, @Ctx() tx: ChunkTransaction): Promise<void> {
    const last = new Map<string, Subscription | null>();
    for (const { key, value } of chunk.records) {
      if (value === null) last.set(key ?? '', null);
      else if (value.rev >= (last.get(value.sub_id)?.rev ?? 0)) last.set(value.sub_id, value);
    }
    await takeSubscriptions(tx, last, this.clock.now());
    tx.afterCommit(() => this.loops.pokeLooks());
  }
}

/**
 * Writes the newest record of each subscription (null: a tombstone). An active one looks at the open signals also when
 * its record is no news: that costs little, and the deterministic alert id removes what was found before.
 */
export async function takeSubscriptions(
  tx: Pick<ChunkTransaction, 'query'>,
  last: ReadonlyMap<string, Subscription | null>,
  now: number,
): Promise<void> {
  const kept = [...last.values()].filter((s) => s !== null);
  await deleteSubscriptions(
    tx,
    [...last].filter(([, s]) => s === null).map(([id]) => id),
  );
  await saveSubscriptions(tx, kept);
  await askLooks(
    tx,
    kept.filter((s) => s.state === 'active'),
    now,
  );
}
