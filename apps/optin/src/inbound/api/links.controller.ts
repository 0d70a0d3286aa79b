import { Body, Get, Header, Param, Post, Query, Res } from '@nestjs/common';
import type { ShopInForce } from '@beckon/settings';
import type { Response } from 'express';
import { notifyButton } from '../../domain/notify-button.js';
import type { Wish } from '../../domain/wish.js';
import { OptinKeys } from '../../outbound/optin-keys.js';
import { qrPng, qrSvg } from '../../outbound/qr-code.js';
import { ApiController } from './api-controller.js';
import { Needs } from './api.guard.js';
import { Problem } from './problems.js';
import { readBody, readQuery } from './read-input.js';
import { LinkRequest, QrPngQuery, QrSvgQuery } from './schemas.js';
import type { Link } from './schemas.js';
import { ShopsAtHand, pageOf } from './shops-at-hand.js';
import { WishesAsked } from './wishes-asked.js';

/** A ref is signed and a picture of it never changes: whoever has it may keep it. */
const FOR_GOOD = 'public, max-age=31536000, immutable';

/** Makes the links that a shop puts on its product pages, and draws them. */
@ApiController('shops/:shop/links')
export class LinksController {
  constructor(
    private readonly shops: ShopsAtHand,
    private readonly wishes: WishesAsked,
    private readonly keys: OptinKeys,
  ) {}

  /** 201 with the link · 400: names every fault · 404: unknown shop, Page or SKU. */
  @Post()
  @Needs('links:write')
  async make(@Param('shop') shopName: string, @Body() body: unknown): Promise<Link> {
    const request = readBody(LinkRequest, body);
    const shop = this.shops.get(shopName);
    const { page } = pageOf(shop, request.page);
    const ref = this.sign(await this.wishes.read(shop, request));
    const url = linkTo(page, ref);
    const picture = `/v1/shops/${shop.shop}/links/${ref}/qr`;
    return {
      url,
      ref,
      html: notifyButton({ url, label: request.label, locale: request.locale ?? shop.settings.locale }),
      qr_svg: `${picture}.svg?page=${page}`,
      qr_png: `${picture}.png?page=${page}`,
    };
  }

  /** The link as a QR code that scales. */
  @Get(':ref/qr.svg')
  @Needs('open')
  @Header('cache-control', FOR_GOOD)
  async svg(
    @Param('shop') shopName: string,
    @Param('ref') ref: string,
    @Query() query: unknown,
    @Res() response: Response,
  ): Promise<void> {
    const { page } = readQuery(QrSvgQuery, query);
    response.type('svg').send(await qrSvg(this.linkIn(this.shops.get(shopName), ref, page)));
  }

  /** The link as a QR code for print and mail. */
  @Get(':ref/qr.png')
  @Needs('open')
  @Header('cache-control', FOR_GOOD)
  async png(
    @Param('shop') shopName: string,
    @Param('ref') ref: string,
    @Query() query: unknown,
    @Res() response: Response,
  ): Promise<void> {
    const { page, size } = readQuery(QrPngQuery, query);
    response.type('png').send(await qrPng(this.linkIn(this.shops.get(shopName), ref, page), size));
  }

  /** Only what we signed for this shop is drawn: nobody gets a code of ours that leads elsewhere. */
  private linkIn(shop: ShopInForce, ref: string, page: string): string {
    if (!this.keys.readRef(ref, shop.shop)) throw new Problem('unknown_link');
    return linkTo(pageOf(shop, page, { parameter: 'page' }).page, ref);
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

const linkTo = (page: string, ref: string): string => `https://m.me/${page}?ref=${ref}`;
