import { decisionId, decisions, messagesRequested, replyId } from '@beckon/contracts';
import type { Offer } from '@beckon/contracts';
import type { EmittingTransaction } from '@beckon/kafka';
import type { ShopInForce } from '@beckon/settings';
import { Injectable } from '@nestjs/common';
import type { Erasure } from '../domain/erasure.js';
import { foldKnown } from '../domain/fold-known.js';
import type { Known } from '../domain/fold-known.js';
import type { Note, Outcome, ReplyWanted } from '../domain/outcome.js';
import type { Person, ShopperState } from '../domain/person.js';
import type { PersonEvent } from '../domain/person-event.js';
import { itemOf } from '../domain/wish.js';
import type { Wish } from '../domain/wish.js';
import { wordReply } from '../domain/word-reply.js';
import { optinMetrics } from '../metrics.js';
import { OfferCopies } from '../outbound/offer-copies.js';
import { OptinKeys } from '../outbound/optin-keys.js';
import { People } from '../outbound/people.js';
import { SeenEvents } from '../outbound/seen-events.js';
import { Erasing } from './erasing.js';

/** What one person did on one Page, with whose Page it is. */
export interface Arrival {
  readonly shop: ShopInForce;
  readonly page: string;
  readonly mayAsk: boolean;
  readonly psid: string;
  /** Tells whether the person was erased; see person-mark.ts. */
  readonly mark: string;
  readonly event: PersonEvent;
}

/** How long a reply is worth sending, in milliseconds; a last word as long as the window is open. */
const REPLY_LIFE_MS = 600_000;

/** Turns what people did into their new state, replies and decisions, in the transaction of the caller. */
@Injectable()
export class Conversation {
  constructor(
    private readonly people: People,
    private readonly seen: SeenEvents,
    private readonly offers: OfferCopies,
    private readonly keys: OptinKeys,
    private readonly erasing: Erasing,
  ) {}

  /** @param erasures of the people who have been erased before, by mark. */
  async hold(
    tx: EmittingTransaction,
    arrivals: readonly Arrival[],
    erasures: ReadonlyMap<string, Erasure>,
    now: number,
  ): Promise<void> {
    const fresh = await this.notSeen(tx, arrivals, now);
    if (fresh.length === 0) return;
    const idOf = (a: Arrival): string => this.keys.shopperId(a.page, a.psid, erasures.get(a.mark)?.generation ?? 0);
    const ids = new Map(fresh.map((a) => [a.mark, idOf(a)]));
    const before = await this.people.lock(tx, [...ids.values()], now);
    await this.erasing.expectNone(
      tx,
      [...ids.values()].filter((id) => !before.has(id)),
    );
    const offers = await this.offersOf(tx, fresh);
    const known = new Map<string, Known>();
    for (const arrival of fresh) {
      const { event, shop, mark } = arrival;
      const so: Known = known.get(mark) ?? { erasure: erasures.get(mark), person: before.get(ids.get(mark) ?? '') };
      const facts = {
        now,
        mayAsk: arrival.mayAsk,
        shopLocale: shop.settings.locale,
        item: (wish: Wish) => itemOf(wish, offers),
      };
      const after = foldKnown(so, event, facts, this.erasing.namingOf(arrival));
      known.set(mark, after.known);
      if (after.forgotten) {
        await this.erasing.write(tx, after.forgotten, { by: 'chat', at: event.at });
        const { heir } = after.forgotten;
        if (heir) before.set(heir.shopper.shopper_id, heir);
      }
      if (after.known.erasure && after.known.erasure !== so.erasure)
        await this.erasing.remember(tx, mark, after.known.erasure);
      after.outcome?.replies.forEach((reply) => this.say(tx, arrival, after.outcome as Outcome, reply, now));
      if (after.outcome) publishNotes(tx, after.outcome, { shop, subject: `${arrival.page}:${event.key}`, now });
    }
    await this.people.save(
      tx,
      [...known.values()].flatMap(({ person }) =>
        person ? [{ before: before.get(person.shopper.shopper_id), after: person }] : [],
      ),
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

  private async offersOf(tx: EmittingTransaction, arrivals: readonly Arrival[]): Promise<Offer[]> {
    const wishes = arrivals.flatMap((a) => ('wish' in a.event && a.event.wish ? [a.event.wish] : []));
    return this.offers.find(tx, {
      products: wishes.flatMap((w) => (w.sku === null ? [[w.shop, w.product] as [string, string]] : [])),
      skus: wishes.flatMap((w) => (w.sku === null ? [] : [[w.shop, w.sku] as [string, string]])),
    });
  }

  private say(tx: EmittingTransaction, arrival: Arrival, outcome: Outcome, reply: ReplyWanted, now: number): void {
    const { shopper } = outcome.person;
    const { page, shop, event } = arrival;
    const payload = reply.say === 'ask' ? this.keys.signRef(reply.wish) : '';
    const { purpose, quietInFlight, body } = wordReply(reply, [shopper.locale, shop.settings.locale], payload);
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
