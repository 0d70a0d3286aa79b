import type { EmittingTransaction } from '@beckon/kafka';
import { ShopDirectory } from '@beckon/settings';
import { Injectable } from '@nestjs/common';
import { erase } from '../domain/fold-known.js';
import type { DeletionChannel } from '../outbound/erasures.js';
import { Erasures } from '../outbound/erasures.js';
import { OptinKeys } from '../outbound/optin-keys.js';
import { People } from '../outbound/people.js';
import { publishNotes } from './conversation.js';
import { Erasing } from './erasing.js';

/** Deletion that somebody else asks for on behalf of a shopper: the brand's desk, the platform. Nothing is said to them. */
@Injectable()
export class ShopperErasure {
  constructor(
    private readonly people: People,
    private readonly erasures: Erasures,
    private readonly erasing: Erasing,
    private readonly keys: OptinKeys,
    private readonly directory: ShopDirectory,
  ) {}

  /**
   * Erases the shopper in the transaction of the caller; false when there is no such shopper (any more), or not of `shop`.
   * @throws SealError when our keys do not open their id: then nothing tells who they are, and nothing is done.
   */
  async erase(
    tx: EmittingTransaction,
    shopperId: string,
    o: { readonly by: DeletionChannel; readonly shop?: string; readonly now: number },
  ): Promise<boolean> {
    const person = (await this.people.lock(tx, [shopperId], o.now)).get(shopperId);
    if (!person || (o.shop !== undefined && person.shopper.shop !== o.shop)) return false;
    const { page, psid_sealed, seen_at } = person.shopper;
    const shop = { shop: person.shopper.shop, rev: this.directory.get(person.shopper.shop)?.rev ?? 0 };
    const psid = this.keys.open(psid_sealed);
    const mark = this.keys.personMark(page, psid);
    const erasure = (await this.erasures.find(tx, [mark])).get(mark);
    // The platform's clock may be ahead of ours: what is known now is older than the request, whatever it says.
    const at = Math.max(o.now, seen_at ?? 0);
    const { known, forgotten } = erase({ erasure, person }, at, o.now, this.erasing.namingOf({ page, psid, shop }));
    await this.erasing.write(tx, forgotten, { by: o.by, at: o.now });
    await this.erasing.remember(tx, mark, known.erasure);
    const notes = [
      ...forgotten.ended.map((sub) => ({ verdict: 'unsubscribed', reason: 'erased', sub }) as const),
      { verdict: 'erased', reason: 'user_asked', detail: `by the ${o.by}` } as const,
    ];
    publishNotes(
      tx,
      { person: { shopper: forgotten.marker, subs: [] }, notes },
      { shop, subject: `erased:${shopperId}`, now: o.now },
    );
    return true;
  }
}
