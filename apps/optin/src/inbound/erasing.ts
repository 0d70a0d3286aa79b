import type { EmittingTransaction } from '@beckon/kafka';
import { Injectable } from '@nestjs/common';
import type { Erasure, Forgotten } from '../domain/erasure.js';
import type { Naming } from '../domain/fold-known.js';
import { newPerson } from '../domain/person.js';
import { optinMetrics } from '../metrics.js';
import { Erasures } from '../outbound/erasures.js';
import type { DeletionChannel } from '../outbound/erasures.js';
import { OptinKeys } from '../outbound/optin-keys.js';
import { People } from '../outbound/people.js';
import { NotYet } from '../outbound/state-at-hand.js';

/** Writes what an erasure decided, in the transaction of the caller. */
@Injectable()
export class Erasing {
  constructor(
    private readonly people: People,
    private readonly erasures: Erasures,
    private readonly keys: OptinKeys,
  ) {}

  /** Names and seals for a person on a Page. */
  namingOf({ page, psid, shop }: { page: string; psid: string; shop: { shop: string } }): Naming {
    return {
      stranger: (generation) =>
        newPerson({
          shopper_id: this.keys.shopperId(page, psid, generation),
          shop: shop.shop,
          page,
          psid_sealed: this.keys.seal(psid),
        }),
      codeOf: (shopperId) => this.codeOf(shopperId),
    };
  }

  /** The receipt code of a shopper's deletion: the same whoever asks for it, and however often. */
  codeOf(shopperId: string): string {
    return this.keys.deletionCode('shopper', shopperId);
  }

  /**
   * To be called with the shoppers that were not found, after locking: one of them may have been erased since the
   * erasures were looked up. The chunk then comes again and finds that.
   * @throws NotYet
   */
  async expectNone(tx: EmittingTransaction, ids: readonly string[]): Promise<void> {
    const erased = await this.people.erasedAmong(tx, ids);
    if (erased.length > 0) throw new NotYet('a shopper was erased this very moment');
  }

  /** Publishes the end of the shopper and notes the receipt; what moved to the heir is written first. */
  async write(
    tx: EmittingTransaction,
    { marker, ended, heir }: Forgotten,
    o: { by: DeletionChannel; at: number },
  ): Promise<void> {
    if (heir) await this.people.save(tx, [{ after: heir }]);
    await this.people.forget(tx, { marker, ended, heir });
    const code = this.codeOf(marker.shopper_id);
    const receipt = { code, channel: o.by, shop: marker.shop, requested_at: o.at, found: true, done_at: null };
    await this.erasures.note(tx, receipt, [marker.shopper_id]);
    tx.afterCommit(() => optinMetrics.erased.add(1, { by: o.by }));
  }

  /** Remembers that the person was erased. */
  remember(tx: EmittingTransaction, mark: string, erasure: Erasure): Promise<void> {
    return this.erasures.save(tx, mark, erasure);
  }
}
