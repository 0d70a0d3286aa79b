import { Body, HttpCode, Param, Put } from '@nestjs/common';
import { SetTiers } from '../set-tiers.js';
import { ApiController } from './api-controller.js';
import { Needs } from './api.guard.js';
import { readBody } from './read-input.js';
import { TiersRequest } from './schemas.js';
import { ShopsAtHand } from './shops-at-hand.js';

/** The shop says which customers are of which tier. */
@ApiController('shops/:shop/tiers')
export class TiersController {
  constructor(
    private readonly shops: ShopsAtHand,
    private readonly tiers: SetTiers,
  ) {}

  /** 204: they have them. The same again changes nothing. */
  @Put()
  @HttpCode(204)
  @Needs('tiers:write')
  async set(@Param('shop') shopName: string, @Body() body: unknown): Promise<void> {
    const given = readBody(TiersRequest, body);
    await this.tiers.set(this.shops.get(shopName).shop, given);
  }
}
