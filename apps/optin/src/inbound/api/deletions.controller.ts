import { Emitter } from '@beckon/kafka';
import { CLOCK } from '@beckon/service';
import type { Clock } from '@beckon/service';
import { Delete, HttpCode, Inject, Param, Query, Req } from '@nestjs/common';
import type { Request } from 'express';
import { DataSource } from 'typeorm';
import { Erasures } from '../../outbound/erasures.js';
import { Erasing } from '../erasing.js';
import { PublicAddress, deletionPath } from '../public-address.js';
import { ShopperErasure } from '../shopper-erasure.js';
import { ApiController } from './api-controller.js';
import { Needs } from './api.guard.js';
import { Problem } from './problems.js';
import { readQuery } from './read-input.js';
import { ShopperQuery } from './schemas.js';
import type { DeletionReceipt } from './schemas.js';
import { ShopperNames, nameInPath } from './shopper-names.js';
import { ShopsAtHand } from './shops-at-hand.js';

/** Deletion of a shopper's data by the brand's desk. */
@ApiController('shops/:shop/shoppers')
export class DeletionsController {
  constructor(
    private readonly shops: ShopsAtHand,
    private readonly names: ShopperNames,
    private readonly erasure: ShopperErasure,
    private readonly erasing: Erasing,
    private readonly erasures: Erasures,
    private readonly emitter: Emitter,
    private readonly dataSource: DataSource,
    private readonly address: PublicAddress,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** 202 with the receipt, the same for every repetition. */
  @Delete(':shopper_id')
  @HttpCode(202)
  @Needs('shoppers:delete')
  async erase(
    @Param('shop') shopName: string,
    @Param('shopper_id') segment: string,
    @Query() query: unknown,
    @Req() request: Request,
  ): Promise<DeletionReceipt> {
    const { shop } = this.shops.get(shopName);
    const name = nameInPath(segment, readQuery(ShopperQuery, query).page);
    // Our id is not looked up: who was deleted is known by nothing else, and has the same receipt.
    const shopperId =
      'shopper_id' in name ? name.shopper_id : await this.names.resolve(shop, name, { parameter: 'shopper_id' });
    const now = this.clock.now();
    await this.emitter.transaction((tx) => this.erasure.erase(tx, shopperId, { by: 'desk', shop, now }));
    const receipt = await this.erasures.byCode(this.dataSource, this.erasing.codeOf(shopperId));
    if (receipt?.shop !== shop) throw new Problem('unknown_shopper');
    const { code, requested_at } = receipt;
    return { code, requested_at, status_url: this.address.of(deletionPath(code), request) };
  }
}
