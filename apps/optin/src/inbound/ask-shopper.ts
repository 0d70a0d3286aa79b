import { Emitter } from '@beckon/kafka';
import type { EmittingTransaction } from '@beckon/kafka';
import { CLOCK } from '@beckon/service';
import type { Clock } from '@beckon/service';
import { ShopDirectory } from '@beckon/settings';
import type { ShopInForce } from '@beckon/settings';
import { Inject, Injectable } from '@nestjs/common';
import { ASK_DAY_MS, decideAsk } from '../domain/decide-ask.js';
import type { AskRefusal } from '../domain/decide-ask.js';
import type { Wish } from '../domain/wish.js';
import { wordReply } from '../domain/word-reply.js';
import { Asks } from '../outbound/asks.js';
import { OfferCopies } from '../outbound/offer-copies.js';
import { OptinKeys } from '../outbound/optin-keys.js';
import { People } from '../outbound/people.js';
import { factsOf, requestMessage } from './replies.js';

/** What a shop wants to ask of whom. */
export interface AskWanted {
  readonly askId: string;
  readonly shop: ShopInForce;
  readonly shopperId: string;
  readonly wish: Wish;
}

/** What became of it. `unknown`: the shopper is gone meanwhile, or their Page is the shop's no longer. */
export type Asked =
  | { readonly asked: true }
  | { readonly refused: AskRefusal; readonly againAt: number | null }
  | { readonly unknown: true };

/** Puts a shop's question to a shopper, if it may: the same way as the bot's own replies. */
@Injectable()
export class AskShopper {
  constructor(
    private readonly emitter: Emitter,
    private readonly people: People,
    private readonly asks: Asks,
    private readonly offers: OfferCopies,
    private readonly directory: ShopDirectory,
    private readonly keys: OptinKeys,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * Resolves when the question is committed; it is sent as soon as Kafka takes it. The same `askId` again asks nothing
   * more and counts as asked.
   */
  ask(wanted: AskWanted): Promise<Asked> {
    return new Promise((resolve, reject) => {
      const work = async (tx: EmittingTransaction): Promise<void> => {
        const outcome = await this.decide(tx, wanted);
        tx.afterCommit(() => resolve(outcome));
      };
      // A rejection after the commit comes too late to be heard: the outbox has the question, and its sweep sends it.
      this.emitter.transaction(work).catch(reject);
    });
  }

  private async decide(tx: EmittingTransaction, { askId, shop, shopperId, wish }: AskWanted): Promise<Asked> {
    const now = this.clock.now();
    const before = (await this.people.lock(tx, [shopperId], now)).get(shopperId);
    const page = before && this.directory.byPage(before.shopper.page);
    if (!before || page?.shop.shop !== shop.shop) return { unknown: true };
    if (await this.asks.find(shop.shop, askId, tx)) return { asked: true };
    const offers = await this.offers.findFor(tx, [wish]);
    const verdict = decideAsk(before, wish, {
      ...factsOf(shop.settings, offers, now, before.shopper.locale),
      mayAsk: page.page.one_time_notifications,
      notifications: page.page.notification_messages,
      perDay: shop.settings.bot.asks_per_day,
      askedAt: await this.asks.timesSince(tx, shopperId, now - ASK_DAY_MS),
    });
    if ('refused' in verdict) return verdict;
    const { ask, person } = verdict;
    await this.people.save(tx, [{ before, after: person }]);
    const locales = [wish.locale, person.shopper.locale, shop.settings.locale];
    const worded = wordReply(ask, locales, (about, shown) => this.keys.signRef(about, shown));
    const expires_at = requestMessage(tx, person.shopper, { id: askId, ...worded }, { shop, now });
    const { kind, product, sku, topic } = wish;
    const about = { kind, product, sku, topic, page: person.shopper.page };
    await this.asks.add(tx, {
      ...{ ...about, ask_id: askId, shop: shop.shop, shopper_id: shopperId, requested_at: now, expires_at },
    });
    return { asked: true };
  }
}
