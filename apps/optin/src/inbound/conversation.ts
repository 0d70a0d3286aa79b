import { decisionId, decisions } from '@beckon/contracts';
import type { Offer } from '@beckon/contracts';
import type { EmittingTransaction } from '@beckon/kafka';
import type { ShopInForce } from '@beckon/settings';
import { Injectable } from '@nestjs/common';
import { foldEvent } from '../domain/fold-event.js';
import { runningOut } from '../domain/again.js';
import { fittingProducts } from '../domain/fitting-products.js';
import type { Choice, Note } from '../domain/outcome.js';
import { activeOf, newPerson } from '../domain/person.js';
import type { Person, SubState } from '../domain/person.js';
import type { PersonEvent } from '../domain/person-event.js';
import { asksForList, readIntent, subNamedBy } from '../domain/read-intent.js';
import { readRequest } from '../domain/read-request.js';
import { optinMetrics } from '../metrics.js';
import { OfferCopies } from '../outbound/offer-copies.js';
import { OptinKeys } from '../outbound/optin-keys.js';
import { People } from '../outbound/people.js';
import { ProfilesWanted } from '../outbound/profiles-wanted.js';
import { SeenEvents } from '../outbound/seen-events.js';
import { Replies, factsOf } from './replies.js';

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

/** Buttons older than this name nothing any more, in milliseconds: one year. */
const NAMED_FOR_MS = 365 * 86_400_000;

/** Turns what people did into their new state, replies and decisions, in the transaction of the caller. */
@Injectable()
export class Conversation {
  constructor(
    private readonly people: People,
    private readonly seen: SeenEvents,
    private readonly offers: OfferCopies,
    private readonly keys: OptinKeys,
    private readonly replies: Replies,
    private readonly profiles: ProfilesWanted,
  ) {}

  async hold(tx: EmittingTransaction, arrivals: readonly Arrival[], now: number): Promise<void> {
    const fresh = await this.notSeen(tx, arrivals, now);
    if (fresh.length === 0) return;
    const known = await this.people.lock(
      tx,
      fresh.map((a) => a.shopperId),
      now,
    );
    const named = await this.namedIn(tx, fresh, now);
    const offers = await this.offersOf(tx, fresh, [...known.values()], named, now);
    const after = new Map<string, Person>();
    for (const arrival of fresh) {
      const { shopperId, event, shop } = arrival;
      const person = after.get(shopperId) ?? known.get(shopperId) ?? this.stranger(arrival);
      const outcome = foldEvent(person, event, {
        ...factsOf(shop.settings, offers, now, person.shopper.locale),
        mayAsk: arrival.mayAsk,
        notifications: arrival.notifications,
        found: await this.productsIn(tx, arrival),
        named: (id) => named.find((s) => s.sub_id === id && s.shopper_id === shopperId),
      });
      after.set(shopperId, outcome.person);
      this.replies.ask(tx, outcome, { shop, cause: event.key, now });
      publishNotes(tx, outcome, { shop, subject: `${arrival.page}:${event.key}`, now });
    }
    await this.people.save(
      tx,
      [...after].map(([id, person]) => ({ before: known.get(id), after: person })),
    );
    await this.profiles.note(tx, strangersIn(fresh, known), now);
  }

  /** Events that were not handled before, each once, in the order in which they happened. */
  private async notSeen(tx: EmittingTransaction, arrivals: readonly Arrival[], now: number): Promise<Arrival[]> {
    const keyOf = (a: Arrival): string => `${a.page}:${a.event.key}`;
    const claimed = await this.seen.claim(tx, arrivals.map(keyOf), now);
    const fresh = arrivals.filter((a) => claimed.delete(keyOf(a)));
    if (fresh.length < arrivals.length) optinMetrics.duplicates.add(arrivals.length - fresh.length);
    return fresh.sort((a, b) => a.event.at - b.event.at);
  }

  /** The subscriptions that tapped buttons name. */
  private namedIn(tx: EmittingTransaction, arrivals: readonly Arrival[], now: number): Promise<SubState[]> {
    const wanted = arrivals.flatMap(({ shopperId, event }) => {
      const subId = subNamedBy(event);
      return subId === null ? [] : [{ shopperId, subId }];
    });
    return this.people.named(tx, wanted, now - NAMED_FOR_MS);
  }

  /**
   * The offers that the answers can speak of: what is wished for or chosen now, asked about, listed, offered anew, or
   * named by buttons.
   */
  private async offersOf(
    tx: EmittingTransaction,
    arrivals: readonly Arrival[],
    people: readonly Person[],
    named: readonly SubState[],
    now: number,
  ): Promise<Offer[]> {
    const listing = new Set(arrivals.filter((a) => asksForList(a.event)).map((a) => a.shopperId));
    return this.offers.findFor(tx, [
      ...arrivals.flatMap(({ event }) => [event.wish ?? [], ('choice' in event && event.choice) || []].flat()),
      ...people.flatMap((p) => p.shopper.pending?.wish ?? []),
      ...people.flatMap((p) => (listing.has(p.shopper.shopper_id) ? activeOf(p) : [])),
      ...people.flatMap((p) => [...p.shopper.again_due, ...runningOut(p, now)]),
      ...named,
    ]);
  }

  /** The products that a free text may mean. */
  private async productsIn(tx: EmittingTransaction, { event, shop }: Arrival): Promise<Choice[]> {
    const intent = readIntent(event, shop.settings.bot.stop_words);
    if (intent.want !== 'words') return [];
    const request = readRequest(intent.text);
    return fittingProducts(shop.shop, request, await this.offers.named(tx, shop.shop, request.words));
  }

  private stranger({ shopperId, shop, page, psid }: Arrival): Person {
    return newPerson({ shopper_id: shopperId, shop: shop.shop, page, psid_sealed: this.keys.seal(psid) });
  }
}

/** People who were not known before, of shops that want their profiles read. */
function strangersIn(
  arrivals: readonly Arrival[],
  known: ReadonlyMap<string, Person>,
): { shopper_id: string; page: string }[] {
  const strangers = arrivals.filter((a) => !known.has(a.shopperId) && a.shop.settings.bot.read_profile);
  return [...new Map(strangers.map((a) => [a.shopperId, { shopper_id: a.shopperId, page: a.page }])).values()];
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
