import { Emitter } from '@beckon/kafka';
import type { EmittingTransaction } from '@beckon/kafka';
import { CLOCK } from '@beckon/service';
import type { Clock } from '@beckon/service';
import { ShopDirectory } from '@beckon/settings';
import type { ShopInForce } from '@beckon/settings';
import { Inject, Injectable } from '@nestjs/common';
import { ASK_DAY_MS, decideAsk } from '../domain/decide-ask.js';
import type { AskVerdict } from '../domain/decide-ask.js';
import type { Person } from '../domain/person.js';
import type { Item, Wish } from '../domain/wish.js';
import { wordReply } from '../domain/word-reply.js';
import { Asks } from '../outbound/asks.js';
import { OptinKeys } from '../outbound/optin-keys.js';
import { People } from '../outbound/people.js';
import { requestMessage } from './replies.js';

/** What a shop wants to ask of whom. */
export interface AskWanted {
  readonly askId: string;
  readonly shop: ShopInForce;
  readonly shopperId: string;
  readonly wish: Wish;
  readonly item: Item;
  readonly locale: string | null;
}

/** What became of it. `unknown`: the shopper is gone meanwhile, or their Page is the shop's no longer. */
export type Asked = { readonly asked: true } | Exclude<AskVerdict, { ask: true }> | { readonly unknown: true };

/** Puts a shop's question to a shopper, if it may: the same way as the bot's own replies. */
@Injectable()
export class AskShopper {
  constructor(
    private readonly emitter: Emitter,
    private readonly people: People,
    private readonly asks: Asks,
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

  private async decide(tx: EmittingTransaction, wanted: AskWanted): Promise<Asked> {
    const { askId, shop, shopperId, wish, item } = wanted;
    const now = this.clock.now();
    const person = (await this.people.lock(tx, [shopperId], now)).get(shopperId);
    const page = person && this.directory.byPage(person.shopper.page);
    if (!person || page?.shop.shop !== shop.shop) return { unknown: true };
    if (await this.asks.find(shop.shop, askId, tx)) return { asked: true };
    const verdict = decideAsk(person, wish, {
      now,
      mayAsk: page.page.one_time_notifications,
      humanPauseMs: shop.settings.bot.human_pause,
      perDay: shop.settings.bot.asks_per_day,
      askedAt: await this.asks.timesSince(tx, shopperId, now - ASK_DAY_MS),
      item,
    });
    if (!verdict.ask) return verdict;
    await this.send(tx, wanted, person, now);
    return { asked: true };
  }

  private async send(tx: EmittingTransaction, wanted: AskWanted, { shopper }: Person, now: number): Promise<void> {
    const { askId, shop, wish, item, locale } = wanted;
    const { shopper_id, page } = shopper;
    const locales = [locale, shopper.locale, shop.settings.locale];
    const worded = wordReply({ say: 'ask', wish, item }, locales, this.keys.signRef(wish));
    const expires_at = requestMessage(tx, shopper, { id: askId, ...worded }, { shop, now });
    const { kind, product, sku } = wish;
    await this.asks.add(tx, {
      ...{ ask_id: askId, shop: shop.shop, page, shopper_id, kind, product, sku, requested_at: now, expires_at },
    });
  }
}
