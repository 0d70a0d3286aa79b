import { ShopDirectory } from '@beckon/settings';
import { BadRequestException, Body, Controller, NotFoundException, Param, Post, UseGuards } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { z } from 'zod';
import { ASKABLE } from '../domain/wish.js';
import type { Wish } from '../domain/wish.js';
import { OfferCopies } from '../outbound/offer-copies.js';
import { OptinKeys } from '../outbound/optin-keys.js';
import { AdminGuard } from './admin.guard.js';

const name = z.string().min(1).max(300);
const LinkRequest = z
  .strictObject({
    kind: z.enum(ASKABLE),
    sku: name.optional().describe('one SKU'),
    product: name.optional().describe('any SKU of the product; beside `sku`: its product, if no offer names it yet'),
    page: z.string().optional().describe('one of the shop’s Pages; the first if not given'),
    locale: z
      .string()
      .regex(/^[a-z]{2,3}([_-][A-Z]{2})?$/, 'a locale such as "en" or "de_DE"')
      .optional()
      .describe('the language of the page that shows the link'),
  })
  .refine((r) => r.sku !== undefined || r.product !== undefined, 'name a sku or a product');

/** A "notify me" link. */
export interface Link {
  readonly url: string;
  readonly ref: string;
}

/** Makes the links that a shop puts on its product pages. */
@Controller('/v1/shops/:shop/links')
@UseGuards(AdminGuard)
export class LinksController {
  constructor(
    private readonly directory: ShopDirectory,
    private readonly offers: OfferCopies,
    private readonly keys: OptinKeys,
    private readonly dataSource: DataSource,
  ) {}

  /** 201 with the link · 400: names every fault · 404: unknown shop, Page or SKU. */
  @Post()
  async make(@Param('shop') shopName: string, @Body() body: unknown): Promise<Link> {
    const request = LinkRequest.safeParse(body ?? {});
    if (!request.success)
      throw new BadRequestException(request.error.issues.map((i) => `${i.path.join('.') || 'body'}: ${i.message}`));
    const shop = this.directory.get(shopName);
    if (!shop) throw new NotFoundException(`no settings of a shop ${JSON.stringify(shopName)} are known`);
    const { kind, sku, locale } = request.data;
    const { pages } = shop.settings;
    const page = request.data.page === undefined ? pages[0] : pages.find((p) => p.page === request.data.page);
    if (!page) throw new NotFoundException('the shop has no such Page');
    const product = request.data.product ?? (await this.productOf(shopName, sku ?? ''));
    const ref = this.sign({ shop: shopName, product, sku: sku ?? null, kind, locale: locale ?? null });
    return { url: `https://m.me/${page.page}?ref=${ref}`, ref };
  }

  private async productOf(shop: string, sku: string): Promise<string> {
    const [offer] = await this.offers.find(this.dataSource, { products: [], skus: [[shop, sku]] });
    if (!offer) throw new NotFoundException('no offer of this SKU is known yet; name its product as well');
    return offer.product;
  }

  private sign(wish: Wish): string {
    try {
      return this.keys.signRef(wish);
    } catch (error) {
      if (error instanceof RangeError) throw new BadRequestException(error.message);
      throw error;
    }
  }
}
