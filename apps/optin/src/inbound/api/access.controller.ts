import { Get, HttpCode, Param } from '@nestjs/common';
import { ApiController } from './api-controller.js';
import { Needs } from './api.guard.js';
import { ShopsAtHand } from './shops-at-hand.js';

/**
 * For another service whose calls need a key of ours: it asks with the key that it was given. So keys stay in one place,
 * and one that was revoked counts nowhere from the next request on.
 */
@ApiController('shops/:shop/access')
export class AccessController {
  constructor(private readonly shops: ShopsAtHand) {}

  @Get('snapshots')
  @HttpCode(204)
  @Needs('snapshots:write')
  snapshots(@Param('shop') shop: string): void {
    this.shops.get(shop);
  }
}
