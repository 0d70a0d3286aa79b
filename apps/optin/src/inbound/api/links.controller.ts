import { Body, Param, Post } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Wish } from '../../domain/wish.js';
import { OfferCopies } from '../../outbound/offer-copies.js';
import { OptinKeys } from '../../outbound/optin-keys.js';
import { ApiController } from './api-controller.js';
import { Needs } from './api.guard.js';
import { Problem } from './problems.js';
import { readBody } from './read-input.js';
import { LinkRequest } from './schemas.js';
import type { Link } from './schemas.js';
import { ShopsAtHand, pageOf } from './shops-at-hand.js';

/** Makes the links that a shop puts on its product pages. */
@ApiController('shops/:shop/links')
export class LinksController {
  constructor(
    private readonly shops: ShopsAtHand,
    private readonly offers: OfferCopies,
    private readonly keys: OptinKeys,
    private readonly dataSource: DataSource,
  ) {}

  /** 201 with the link · 400: names every fault · 404: unknown shop, Page or SKU. */
  @Post()
  @Needs('links:write')
  async make(@Param('shop') shopName: string, @Body() body: unknown): Promise<Link> {
    const request = readBody(LinkRequest, body);
    const shop = this.shops.get(shopName);
    const { kind, sku, locale } = request;
    const page = pageOf(shop, request.page);
    const product = request.product ?? (await this.productOf(shopName, sku ?? ''));
    const ref = this.sign({ shop: shopName, product, sku: sku ?? null, kind, locale: locale ?? null });
    return { url: `https://m.me/${page.page}?ref=${ref}`, ref };
  }

  private async productOf(shop: string, sku: string): Promise<string> {
    const [offer] = await this.offers.find(this.dataSource, { products: [], skus: [[shop, sku]] });
    if (offer) return offer.product;
    throw new Problem('unknown_sku', undefined, {
      faults: [{ pointer: '#/sku', detail: 'no offer of it is known; name its product as well' }],
    });
  }

  private sign(wish: Wish): string {
    try {
      return this.keys.signRef(wish);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw new Problem('invalid_request', error.message, { faults: [{ pointer: '#', detail: error.message }] });
    }
  }
}
