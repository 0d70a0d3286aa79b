import { ShopDirectory } from '@beckon/settings';
import { BadRequestException, Body, Controller, NotFoundException, Param, Post, UseGuards } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { z } from 'zod';
import { ASKABLE, TOPIC_KINDS, Threshold } from '../domain/wish.js';
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
    topic: name.optional().describe('a topic of the shop’s settings, of the same kind'),
    threshold: Threshold.optional().describe('of a price drop: from which price on; without it the shopper is asked'),
    page: z.string().optional().describe('one of the shop’s Pages; the first if not given'),
    locale: z
      .string()
      .regex(/^[a-z]{2,3}([_-][A-Z]{2})?$/, 'a locale such as "en" or "de_DE"')
      .optional()
      .describe('the language of the page that shows the link'),
    external_id: z.string().min(1).max(128).optional().describe('the shop’s own id of the customer who gets the link'),
  })
  .refine(
    (r) => TOPIC_KINDS.includes(r.kind) || r.sku !== undefined || r.product !== undefined,
    'name a sku or a product',
  )
  .refine((r) => TOPIC_KINDS.includes(r.kind) === (r.topic !== undefined), {
    path: ['topic'],
    message: 'new_collection and early_sale are about a topic, and nothing else is',
  })
  .refine((r) => r.topic === undefined || (r.sku ?? r.product) === undefined, 'name a topic, or a sku or product')
  .refine((r) => r.threshold === undefined || r.kind === 'price_drop', {
    path: ['threshold'],
    message: 'only a price drop has a threshold',
  });

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
    const { kind, sku, topic, locale, threshold, external_id } = request.data;
    const { pages } = shop.settings;
    const page = request.data.page === undefined ? pages[0] : pages.find((p) => p.page === request.data.page);
    if (!page) throw new NotFoundException('the shop has no such Page');
    if (topic !== undefined && !shop.settings.topics.some((t) => t.topic === topic && t.kind === kind))
      throw new NotFoundException('the shop’s settings name no such topic of this kind');
    const product = topic === undefined ? (request.data.product ?? (await this.productOf(shopName, sku ?? ''))) : null;
    const ref = this.sign({
      ...{ shop: shopName, product, sku: sku ?? null, topic: topic ?? null, kind },
      ...{ threshold: threshold ?? null, locale: locale ?? null, external_id: external_id ?? null },
    });
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
