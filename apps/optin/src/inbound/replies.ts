import { messagesRequested, replyId } from '@beckon/contracts';
import type { Offer, ShopSettings } from '@beckon/contracts';
import type { EmittingTransaction } from '@beckon/kafka';
import type { ShopInForce } from '@beckon/settings';
import { Injectable } from '@nestjs/common';
import type { Facts } from '../domain/fold-event.js';
import type { Outcome } from '../domain/outcome.js';
import type { ShopperState } from '../domain/person.js';
import { itemOf, topicItemOf } from '../domain/wish.js';
import { wordAnswer } from '../domain/word-reply.js';
import type { WordedReply } from '../domain/word-reply.js';
import { optinMetrics } from '../metrics.js';
import { OptinKeys } from '../outbound/optin-keys.js';

/** How long a reply is worth sending, in milliseconds; a last word as long as the window is open. */
const REPLY_LIFE_MS = 600_000;

/**
 * What a shop's settings and the offers say to decisions about a shopper with this locale. Nothing is asked for, no
 * button names anything, and no words are to be understood.
 */
export const factsOf = (
  { bot, locale, rules, topics }: ShopSettings,
  offers: readonly Offer[],
  now: number,
  shopperLocale: string | null,
): Facts => ({
  now,
  mayAsk: false,
  notifications: false,
  shopLocale: locale,
  humanPauseMs: bot.human_pause,
  disclosure: bot.disclosure,
  offerAgain: bot.offer_again,
  stopWords: bot.stop_words,
  lowStock: rules.low_stock,
  item: (wish) =>
    wish.topic === null
      ? itemOf(wish, offers)
      : topicItemOf(
          wish,
          topics.filter((t) => t.closes_at === undefined || t.closes_at > now),
          [wish.locale, shopperLocale, locale],
        ),
  found: [],
  named: () => undefined,
});

/** Words replies and asks delivery to send them. */
@Injectable()
export class Replies {
  constructor(private readonly keys: OptinKeys) {}

  /** `cause`: what is answered, the same each time it is handled, so that a message keeps its id. */
  ask(
    tx: EmittingTransaction,
    outcome: Pick<Outcome, 'person' | 'replies' | 'aside'>,
    o: { readonly shop: ShopInForce; readonly cause: string; readonly now: number },
  ): void {
    if (outcome.replies.length === 0) return;
    const { shopper } = outcome.person;
    const { locale, zone, name } = o.shop.settings;
    const worded = wordAnswer(outcome, {
      locales: [shopper.locale, locale],
      zone: shopper.zone ?? zone,
      shop: name,
      sign: (wish, shown) => this.keys.signRef(wish, shown),
    });
    for (const message of worded)
      requestMessage(tx, shopper, { id: replyId(shopper.page, o.cause, message.part), ...message }, o);
  }
}

/** Asks delivery to send a message in words; answers when it stops being worth sending, in milliseconds since the epoch. */
export function requestMessage(
  tx: EmittingTransaction,
  shopper: ShopperState,
  { id, purpose, quietInFlight, body }: WordedReply & { readonly id: string },
  o: { readonly shop: ShopInForce; readonly now: number },
): number {
  const expires_at = expiry(shopper, quietInFlight, o.now);
  tx.emit(
    messagesRequested,
    shopper.shopper_id,
    {
      id,
      shop: o.shop.shop,
      page: shopper.page,
      shopper_id: shopper.shopper_id,
      needs_shopper_rev: shopper.rev,
      psid_sealed: shopper.psid_sealed,
      purpose,
      quiet_in_flight: quietInFlight,
      body: { ...body },
      requested_at: o.now,
      expires_at,
    },
    { id },
  );
  optinMetrics.replies.add(1, { purpose });
  return expires_at;
}

/** Replies exist only while the window is open; after its end nobody could send them. */
function expiry(shopper: ShopperState, isStop: boolean, now: number): number {
  const window = shopper.window_until ?? now;
  return isStop ? window : Math.min(window, now + REPLY_LIFE_MS);
}
