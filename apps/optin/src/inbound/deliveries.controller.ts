import { deliveries } from '@beckon/contracts';
import type { Delivery } from '@beckon/contracts';
import { BatchHandler } from '@beckon/kafka';
import type { Chunk, ChunkTransaction } from '@beckon/kafka';
import { CLOCK } from '@beckon/service';
import type { Clock } from '@beckon/service';
import { ShopDirectory } from '@beckon/settings';
import { Controller, Inject } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { endTold, hasArrived } from '../domain/end-told.js';
import type { Person } from '../domain/person.js';
import { isUnreachable, suspendBy } from '../domain/suspend.js';
import { People } from '../outbound/people.js';
import { publishNotes } from './conversation.js';

/** What became of alerts: the subscription for one message ends when it was accepted; who blocked us is suspended. */
@Controller()
export class DeliveriesController {
  constructor(
    private readonly people: People,
    private readonly directory: ShopDirectory,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @BatchHandler(deliveries)
  async onDeliveries(@Payload() chunk: Chunk<Delivery>, @Ctx() tx: ChunkTransaction): Promise<void> {
    const telling = chunk.records.flatMap(({ value }) =>
      value && (hasArrived(value) || isUnreachable(value)) ? [value] : [],
    );
    if (telling.length === 0) return;
    const now = this.clock.now();
    const shopperIds = await this.people.ofActive(
      tx,
      telling.map((d) => d.sub_id),
    );
    const known = await this.people.lock(tx, shopperIds, now);
    const after = new Map<string, Person>();
    for (const delivery of telling) {
      const person = after.get(delivery.shopper_id) ?? known.get(delivery.shopper_id);
      if (!person) continue;
      if (isUnreachable(delivery)) {
        after.set(delivery.shopper_id, suspendBy(person, delivery, now));
        continue;
      }
      const outcome = endTold(person, delivery, now);
      after.set(delivery.shopper_id, outcome.person);
      const shop = { shop: delivery.shop, rev: this.directory.get(delivery.shop)?.rev ?? 0 };
      publishNotes(tx, outcome, { shop, subject: `told:${delivery.sub_id}`, now });
    }
    await this.people.save(
      tx,
      [...after].map(([id, person]) => ({ before: known.get(id), after: person })),
    );
  }
}
