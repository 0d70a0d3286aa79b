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

  /** @throws Problem unknown_sku */
  async read({ shop }: ShopInForce, asked: z.output<typeof WishFields>): Promise<Wish> {
    const { kind, sku, locale } = asked;
    const product = asked.product ?? (await this.productOf(shop, sku ?? ''));
    return { shop, product, sku: sku ?? null, kind, locale: locale ?? null };
  }

  /** What a message about the wish calls it, and its price. @throws Problem starting */
  async itemOf(wish: Wish): Promise<Item> {
    const { shop, product, sku } = wish;
    const known = await this.offers.find(
      this.dataSource,
      sku === null ? { products: [[shop, product]], skus: [] } : { products: [], skus: [[shop, sku]] },
    );
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
