import { decisionId, decisions, messagesRequested, replyId } from '@beckon/contracts';
import type { Offer } from '@beckon/contracts';
import type { EmittingTransaction } from '@beckon/kafka';
import type { ShopInForce } from '@beckon/settings';
import { Injectable } from '@nestjs/common';
import { foldEvent } from '../domain/fold-event.js';
import { fittingProducts } from '../domain/fitting-products.js';
import type { Choice, Note, Outcome, ReplyWanted } from '../domain/outcome.js';
import { readPayload } from '../domain/payloads.js';
import { newPerson } from '../domain/person.js';
import type { Person, ShopperState } from '../domain/person.js';
import type { PersonEvent } from '../domain/person-event.js';
import { readIntent } from '../domain/read-intent.js';
import { readRequest } from '../domain/read-request.js';
import { itemOf, topicItemOf, wishOf } from '../domain/wish.js';
import { wordReply } from '../domain/word-reply.js';
import { optinMetrics } from '../metrics.js';
import { OfferCopies } from '../outbound/offer-copies.js';
import { OptinKeys } from '../outbound/optin-keys.js';
import { People } from '../outbound/people.js';
import { SeenEvents } from '../outbound/seen-events.js';

/** What one person did on one Page, with whose Page it is. */
export interface Arrival {
  readonly shop: ShopInForce;
  readonly page: string;
  readonly mayAsk: boolean;
  readonly notifications: boolean;
  readonly psid: string;
  readonly shopperId: string;
  readonly event: PersonEvent;
}

/** How long a reply is worth sending, in milliseconds; the confirmation of a STOP as long as the window is open. */
const REPLY_LIFE_MS = 600_000;

/** Turns what people did into their new state, replies and decisions, in the transaction of the caller. */
@Injectable()
export class Conversation {
  constructor(
    private readonly people: People,
    private readonly seen: SeenEvents,
    private readonly offers: OfferCopies,
    private readonly keys: OptinKeys,
  ) {}

  async hold(tx: EmittingTransaction, arrivals: readonly Arrival[], now: number): Promise<void> {
    const fresh = await this.notSeen(tx, arrivals, now);
    if (fresh.length === 0) return;
    const known = await this.people.lock(
      tx,
      fresh.map((a) => a.shopperId),
      now,
    );
    const offers = await this.offersOf(tx, fresh, known);
    const after = new Map<string, Person>();
    for (const arrival of fresh) {
      const { shopperId, event, shop } = arrival;
      const person = after.get(shopperId) ?? known.get(shopperId) ?? this.stranger(arrival);
      const { locale, topics, rules } = shop.settings;
      const outcome = foldEvent(person, event, {
        now,
        mayAsk: arrival.mayAsk,
        notifications: arrival.notifications,
        shopLocale: locale,
        lowStock: rules.low_stock,
        item: (wish) =>
          wish.topic === null
            ? itemOf(wish, offers)
            : topicItemOf(wish, topics, [wish.locale, person.shopper.locale, locale]),
        found: await this.productsIn(tx, arrival),
      });
      after.set(shopperId, outcome.person);
      outcome.replies.forEach((reply) => this.say(tx, arrival, outcome, reply, now));
      publishNotes(tx, outcome, { shop, subject: `${arrival.page}:${event.key}`, now });
    }
    await this.people.save(
      tx,
      [...after].map(([id, person]) => ({ before: known.get(id), after: person })),
    );
  }

  /** Events that were not handled before, each once, in the order in which they happened. */
  private async notSeen(tx: EmittingTransaction, arrivals: readonly Arrival[], now: number): Promise<Arrival[]> {
    const keyOf = (a: Arrival): string => `${a.page}:${a.event.key}`;
    const claimed = await this.seen.claim(tx, arrivals.map(keyOf), now);
    const fresh = arrivals.filter((a) => claimed.delete(keyOf(a)));
    if (fresh.length < arrivals.length) optinMetrics.duplicates.add(arrivals.length - fresh.length);
    return fresh.sort((a, b) => a.event.at - b.event.at);
  }

  /**
   * The offers that answers can speak of: what events name, and, where a button of ours was tapped or a question is open,
   * what the person was asked about and waits for.
   */
  private async offersOf(
    tx: EmittingTransaction,
    arrivals: readonly Arrival[],
    known: ReadonlyMap<string, Person>,
  ): Promise<Offer[]> {
    const wishes = arrivals.flatMap(({ event, shopperId }) => {
      const person = known.get(shopperId);
      const named = [event.wish, 'choice' in event ? event.choice : undefined, person?.shopper.pending?.wish];
      const tapped = 'payload' in event && readPayload(event.payload) !== undefined;
      const waitedFor = tapped ? (person?.subs ?? []).filter((s) => s.state === 'active').map(wishOf) : [];
      return [...named.filter((w) => w !== undefined), ...waitedFor];
    });
    return this.offers.find(tx, {
      products: wishes.flatMap((w) => (w.product === null || w.sku !== null ? [] : [[w.shop, w.product] as const])),
      skus: wishes.flatMap((w) => (w.sku === null ? [] : [[w.shop, w.sku] as const])),
    });
  }

  /** The products that a free text may mean. */
  private async productsIn(tx: EmittingTransaction, { event, shop }: Arrival): Promise<Choice[]> {
    const intent = readIntent(event);
    if (intent.want !== 'words') return [];
    const request = readRequest(intent.text);
    return fittingProducts(shop.shop, request, await this.offers.named(tx, shop.shop, request.words));
  }

  private stranger({ shopperId, shop, page, psid }: Arrival): Person {
    return newPerson({ shopper_id: shopperId, shop: shop.shop, page, psid_sealed: this.keys.seal(psid) });
  }

  private say(tx: EmittingTransaction, arrival: Arrival, outcome: Outcome, reply: ReplyWanted, now: number): void {
    const { shopper } = outcome.person;
    const { page, shop, event } = arrival;
    const { purpose, quietInFlight, body } = wordReply(reply, [shopper.locale, shop.settings.locale], (wish, shown) =>
      this.keys.signRef(wish, shown),
    );
    const id = replyId(page, event.key, reply.say);
    tx.emit(
      messagesRequested,
      shopper.shopper_id,
      {
        id,
        shop: shop.shop,
        page,
        shopper_id: shopper.shopper_id,
        needs_shopper_rev: shopper.rev,
        psid_sealed: shopper.psid_sealed,
        purpose,
        quiet_in_flight: quietInFlight,
        body: { ...body },
        requested_at: now,
        expires_at: expiry(shopper, quietInFlight, now),
      },
      { id },
    );
    optinMetrics.replies.add(1, { purpose });
  }
}

/** Replies exist only while the window is open; after its end nobody could send them. */
function expiry(shopper: ShopperState, isStop: boolean, now: number): number {
  const window = shopper.window_until ?? now;
  return isStop ? window : Math.min(window, now + REPLY_LIFE_MS);
}

/** Writes the lines of a shopper's story. `subject` names the cause, so that the lines of one cause keep their ids. */
export function publishNotes(
  tx: EmittingTransaction,
  { person: { shopper }, notes }: { person: Person; notes: readonly Note[] },
  o: { shop: Pick<ShopInForce, 'shop' | 'rev'>; subject: string; now: number },
): void {
  notes.forEach((note, seq) => {
    const id = decisionId(o.subject, 'optin', seq);
    tx.emit(
      decisions,
      shopper.shopper_id,
      {
        decision_id: id,
        alert_id: null,
        stage: 'optin',
        seq,
        verdict: note.verdict,
        reason: note.reason,
        terminal: false,
        shop: o.shop.shop,
        page: shopper.page,
        shopper_id: shopper.shopper_id,
        sub_id: note.sub?.sub_id ?? null,
        signal_id: null,
        product: note.sub?.product ?? null,
        sku: note.sub?.sku ?? null,
        kind: note.sub?.kind ?? null,
        detail: note.detail ?? null,
        settings_rev: o.shop.rev,
        at: o.now,
      },
      { id },
    );
    optinMetrics.notes.add(1, { verdict: note.verdict });
  });
}
