import { deliveries } from '@beckon/contracts';
import type { Delivery, Offer } from '@beckon/contracts';
import { BatchHandler } from '@beckon/kafka';
import type { Chunk, ChunkTransaction } from '@beckon/kafka';
import { CLOCK } from '@beckon/service';
import type { Clock } from '@beckon/service';
import { ShopDirectory } from '@beckon/settings';
import { Controller, Inject } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { canBeAnswered, tellDue } from '../domain/again.js';
import { endTold, hasArrived } from '../domain/end-told.js';
import type { Person } from '../domain/person.js';
import { isUnreachable, suspendBy } from '../domain/suspend.js';
import { OfferCopies } from '../outbound/offer-copies.js';
import { People } from '../outbound/people.js';
import { publishNotes } from './conversation.js';
import { Replies, factsOf } from './replies.js';

/** What became of alerts: the subscription for one message ends when it was accepted; who blocked us is suspended. */
@Controller()
export class DeliveriesController {
  constructor(
    private readonly people: People,
    private readonly offers: OfferCopies,
    private readonly replies: Replies,
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
    const offers = await this.offersOf(tx, [...known.values()], telling);
    const after = new Map<string, Person>();
    for (const delivery of telling) {
      const person = after.get(delivery.shopper_id) ?? known.get(delivery.shopper_id);
      if (!person) continue;
      if (isUnreachable(delivery)) {
        after.set(delivery.shopper_id, suspendBy(person, delivery, now));
        continue;
      }
      const shop = this.directory.get(delivery.shop);
      const outcome = endTold(person, delivery, now, this.offersAgain(delivery.shop));
      const cause = `told:${delivery.sub_id}`;
      publishNotes(tx, outcome, { shop: { shop: delivery.shop, rev: shop?.rev ?? 0 }, subject: cause, now });
      // Whoever is told once is offered the next time, too: now, if the window is open.
      const told =
        shop && outcome.person !== person
          ? tellDue(outcome.person, factsOf(shop.settings, offers, now, person.shopper.locale))
          : outcome;
      if (shop) this.replies.ask(tx, told, { shop, cause, now });
      after.set(delivery.shopper_id, told.person);
    }
    await this.people.save(
      tx,
      [...after].map(([id, person]) => ({ before: known.get(id), after: person })),
    );
  }

  /** The offers that an offer to be told again can speak of. */
  private offersOf(tx: ChunkTransaction, people: readonly Person[], told: readonly Delivery[]): Promise<Offer[]> {
    const subs = new Set(told.filter((d) => hasArrived(d) && this.offersAgain(d.shop)).map((d) => d.sub_id));
    return this.offers.findFor(
      tx,
      people
        .filter((p) => canBeAnswered(p, this.clock.now()))
        .flatMap((p) => [...p.subs.filter((s) => subs.has(s.sub_id)), ...p.shopper.again_due]),
    );
  }

  private offersAgain(shop: string): boolean {
    return this.directory.get(shop)?.settings.bot.offer_again ?? false;
  }
}
