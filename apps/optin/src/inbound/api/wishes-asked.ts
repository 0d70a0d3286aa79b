import type { ShopInForce } from '@beckon/settings';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { z } from 'zod';
import type { Wish } from '../../domain/wish.js';
import { OfferCopies } from '../../outbound/offer-copies.js';
import { Problem } from './problems.js';
import type { WishFields } from './schemas.js';

/** Turns what a request asks for into a wish: a SKU gets its product from the offers that are known. */
@Injectable()
export class WishesAsked {
  constructor(
    private readonly offers: OfferCopies,
    private readonly dataSource: DataSource,
  ) {}

  /** @throws Problem unknown_sku */
  async read({ shop }: ShopInForce, asked: z.output<typeof WishFields>): Promise<Wish> {
    const { kind, sku, locale } = asked;
    const product = asked.product ?? (await this.productOf(shop, sku ?? ''));
    return { shop, product, sku: sku ?? null, kind, locale: locale ?? null };
  }

  private async productOf(shop: string, sku: string): Promise<string> {
    const [offer] = await this.offers.find(this.dataSource, { products: [], skus: [[shop, sku]] });
    if (offer) return offer.product;
    throw new Problem('unknown_sku', undefined, {
      faults: [{ pointer: '#/sku', detail: 'no offer of it is known; name its product as well' }],
    });
  }
}
