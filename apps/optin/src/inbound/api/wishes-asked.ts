import type { ShopInForce } from '@beckon/settings';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Wish } from '../../domain/wish.js';
import { OfferCopies } from '../../outbound/offer-copies.js';
import { Problem } from './problems.js';
import type { WishAsked } from './schemas.js';
import { ShopsAtHand } from './shops-at-hand.js';

/** Turns what a request asks for into a wish: a SKU gets its product from the offers that are known. */
@Injectable()
export class WishesAsked {
  constructor(
    private readonly offers: OfferCopies,
    private readonly shops: ShopsAtHand,
    private readonly dataSource: DataSource,
  ) {}

  /** @throws Problem unknown_sku, unknown_topic, starting */
  async read({ shop, settings }: ShopInForce, asked: WishAsked): Promise<Wish> {
    const { kind, sku, topic, threshold, locale, external_id } = asked;
    if (topic !== undefined && !settings.topics.some((t) => t.topic === topic && t.kind === kind))
      throw new Problem('unknown_topic', undefined, {
        faults: [{ pointer: '#/topic', detail: `the shop’s settings name no such topic of the kind ${kind}` }],
      });
    const product = topic === undefined ? (asked.product ?? (await this.productOf(shop, sku ?? ''))) : null;
    return {
      ...{ shop, product, sku: sku ?? null, topic: topic ?? null, kind },
      ...{ threshold: threshold ?? null, locale: locale ?? null, external_id: external_id ?? null },
    };
  }

  private async productOf(shop: string, sku: string): Promise<string> {
    const [offer] = await this.offers.find(this.dataSource, { products: [], skus: [[shop, sku]] });
    if (offer) return offer.product;
    this.shops.readyToWord();
    throw new Problem('unknown_sku', undefined, {
      faults: [{ pointer: '#/sku', detail: 'no offer of it is known; name its product as well' }],
    });
  }
}
