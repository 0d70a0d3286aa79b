import { offers } from '@beckon/contracts';
import { CaughtUp } from '@beckon/kafka';
import type { ShopInForce } from '@beckon/settings';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { z } from 'zod';
import { itemOf } from '../../domain/wish.js';
import type { Item, Wish } from '../../domain/wish.js';
import { OfferCopies } from '../../outbound/offer-copies.js';
import { Problem } from './problems.js';
import type { WishFields } from './schemas.js';

/** Turns what a request asks for into a wish: a SKU gets its product from the offers that are known. */
@Injectable()
export class WishesAsked {
  constructor(
    private readonly offers: OfferCopies,
    private readonly caughtUp: CaughtUp,
    private readonly dataSource: DataSource,
  ) {}

  /** @throws Problem unknown_sku, unknown_topic */
  async read(
    { shop, settings }: ShopInForce,
    asked: z.output<typeof WishFields> & {
      readonly topic?: string | undefined;
      readonly external_id?: string | undefined;
    },
  ): Promise<Wish> {
    const { kind, sku = null, topic = null, threshold = null, locale = null } = asked;
    if (topic !== null && !settings.topics.some((t) => t.topic === topic && t.kind === kind))
      throw new Problem('unknown_topic', undefined, {
        faults: [{ pointer: '#/topic', detail: 'the shop’s settings name no such topic of this kind' }],
      });
    const product = topic === null ? (asked.product ?? (await this.productOf(shop, sku ?? ''))) : null;
    return { shop, product, sku, topic, kind, threshold, locale, external_id: asked.external_id ?? null };
  }

  /** What a message about the wish calls it, and its price. @throws Problem starting */
  async itemOf(wish: Wish): Promise<Item> {
    const known = await this.offers.findFor(this.dataSource, [wish]);
    if (known.length === 0) this.notWhileStarting();
    return itemOf(wish, known);
  }

  /** What is not known may just not have been read yet. */
  private notWhileStarting(): void {
    if (!this.caughtUp.ready([offers])) throw new Problem('starting', undefined, { headers: { 'retry-after': '2' } });
  }

  private async productOf(shop: string, sku: string): Promise<string> {
    const [offer] = await this.offers.find(this.dataSource, { products: [], skus: [[shop, sku]] });
    if (offer) return offer.product;
    this.notWhileStarting();
    throw new Problem('unknown_sku', undefined, {
      faults: [{ pointer: '#/sku', detail: 'no offer of it is known; name its product as well' }],
    });
  }
}
