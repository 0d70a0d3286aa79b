import type { EmittingTransaction, Emitter } from '@beckon/kafka';
import { Loop, superviseLoop } from '@beckon/service';
import type { ServiceDeps } from '@beckon/service';
import { ShopDirectory } from '@beckon/settings';
import { Injectable } from '@nestjs/common';
import { expire, runningOut } from '../domain/again.js';
import { OfferCopies } from '../outbound/offer-copies.js';
import { People } from '../outbound/people.js';
import { publishNotes } from './conversation.js';
import { Replies, factsOf } from './replies.js';

/** People of one step: a transaction and its outbox row stay small. */
const STEP = 200;
const EVERY_MS = 60_000;

/** Ends requests whose right to send has run out, and deletes the tokens. */
@Injectable()
export class ExpireRights {
  constructor(
    private readonly people: People,
    private readonly offers: OfferCopies,
    private readonly directory: ShopDirectory,
    private readonly replies: Replies,
  ) {}

  /** One step, in the transaction of the caller; true if there may be more. */
  async step(tx: EmittingTransaction, now: number, limit = STEP): Promise<boolean> {
    const ids = await this.people.withExpiredGrants(tx, now, limit);
    const known = await this.people.lock(tx, ids, now);
    const offers = await this.offers.findFor(
      tx,
      [...known.values()].flatMap((p) => [...runningOut(p, now), ...p.shopper.again_due]),
    );
    const changes = [...known.values()].map((before) => {
      const { shopper } = before;
      const shop = this.directory.get(shopper.shop);
      const outcome = expire(before, now, shop && factsOf(shop.settings, offers, now, shopper.locale));
      const cause = `expired:${shopper.shopper_id}:${outcome.person.shopper.rev}`;
      publishNotes(tx, outcome, { shop: { shop: shopper.shop, rev: shop?.rev ?? 0 }, subject: cause, now });
      if (shop) this.replies.ask(tx, outcome, { shop, cause, now });
      return { before, after: outcome.person };
    });
    await this.people.save(tx, changes);
    return ids.length === limit;
  }
}

/** Starts the loop that looks for what has run out; rows are leased by their locks, so any number of workers may. */
export function expireRights(
  rights: ExpireRights,
  emitter: Emitter,
  deps: Pick<ServiceDeps, 'clock' | 'log' | 'health' | 'shutdown'>,
): Loop {
  const tick = (): Promise<boolean> => emitter.transaction((tx) => rights.step(tx, deps.clock.now()));
  return superviseLoop(new Loop({ name: 'expire rights', idleMs: EVERY_MS, tick, log: deps.log }), deps);
}
