import { askId } from '@beckon/contracts';
import { CLOCK } from '@beckon/service';
import type { Clock } from '@beckon/service';
import { Body, Get, HttpCode, Inject, Param, Post, Req } from '@nestjs/common';
import type { Request } from 'express';
import { randomUUID } from 'node:crypto';
import { AskShopper } from '../ask-shopper.js';
import type { Asked } from '../ask-shopper.js';
import { Asks } from '../../outbound/asks.js';
import type { Ask } from '../../outbound/asks.js';
import { ApiController } from './api-controller.js';
import { Needs } from './api.guard.js';
import { attemptOf } from './idempotency.interceptor.js';
import { Problem } from './problems.js';
import { readBody } from './read-input.js';
import { AskRequest } from './schemas.js';
import type { AskView } from './schemas.js';
import { ShopperNames } from './shopper-names.js';
import { ShopsAtHand } from './shops-at-hand.js';
import { WishesAsked } from './wishes-asked.js';

/** A shop asks a shopper, who accepts by a tap. */
@ApiController('shops/:shop/asks')
export class AsksController {
  constructor(
    private readonly shops: ShopsAtHand,
    private readonly wishes: WishesAsked,
    private readonly names: ShopperNames,
    private readonly shopper: AskShopper,
    private readonly asks: Asks,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** 202: the question is on its way · 404, 409, 429: why it is not. */
  @Post()
  @HttpCode(202)
  @Needs('asks:write')
  async ask(@Param('shop') shopName: string, @Body() body: unknown, @Req() request: Request): Promise<AskView> {
    const asked = readBody(AskRequest, body);
    const shop = this.shops.get(shopName);
    this.shops.readyToWord();
    const { threshold = asked.kind === 'price_drop' ? ({ type: 'any' } as const) : undefined } = asked;
    const wish = await this.wishes.read(shop, { ...asked, threshold });
    const shopperId = await this.names.resolve(
      shopName,
      asked.shopper === undefined
        ? { external_id: asked.external_id ?? '', page: asked.page }
        : { shopper_id: asked.shopper },
      { pointer: asked.shopper === undefined ? '#/external_id' : '#/shopper' },
    );
    // Repeated under its Idempotency-Key it is the same ask, also when the first answer was lost with its process.
    const attempt = attemptOf(request);
    const id = askId(shopName, attempt ? `${attempt.key} ${attempt.since}` : randomUUID());
    const outcome = await this.shopper.ask({ askId: id, shop, shopperId, wish });
    if (!('asked' in outcome)) throw refusalOf(outcome, this.clock.now());
    return this.view(shopName, id);
  }

  /** What became of it. */
  @Get(':ask_id')
  @Needs('asks:write')
  get(@Param('shop') shop: string, @Param('ask_id') id: string): Promise<AskView> {
    return this.view(this.shops.get(shop).shop, id);
  }

  private async view(shop: string, id: string): Promise<AskView> {
    const ask = await this.asks.find(shop, id);
    if (!ask) throw new Problem('unknown_ask');
    return { ...ask, state: stateOf(ask, this.clock.now()) };
  }
}

function stateOf(ask: Ask, now: number): AskView['state'] {
  if (ask.accepted_at !== null) return 'accepted';
  if (ask.sent_at !== null) return 'sent';
  return now < ask.expires_at ? 'requested' : 'unconfirmed';
}

function refusalOf(outcome: Exclude<Asked, { asked: true }>, now: number): Problem {
  if ('unknown' in outcome) return new Problem('unknown_shopper');
  const { refused, againAt } = outcome;
  const headers: Record<string, string> =
    againAt === null ? {} : { 'retry-after': String(Math.max(1, Math.ceil((againAt - now) / 1000))) };
  return new Problem(refused, undefined, { headers });
}
