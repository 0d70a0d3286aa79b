import { CLOCK, LOG } from '@beckon/service';
import type { Clock, Logger } from '@beckon/service';
import { Body, Delete, Get, HttpCode, Inject, Param, Post, Req } from '@nestjs/common';
import type { Request } from 'express';
import { notTheirs } from '../../domain/decide-access.js';
import type { Caller } from '../../domain/decide-access.js';
import { ApiKeys } from '../../outbound/api-keys.js';
import type { ApiKey } from '../../outbound/api-keys.js';
import { ApiController } from './api-controller.js';
import { Needs, callerOf } from './api.guard.js';
import { Problem } from './problems.js';
import { readBody } from './read-input.js';
import { KeyRequest } from './schemas.js';
import { ShopsAtHand } from './shops-at-hand.js';

/** API keys of a shop. */
@ApiController('shops/:shop/keys')
export class KeysController {
  constructor(
    private readonly keys: ApiKeys,
    private readonly shops: ShopsAtHand,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOG) private readonly log: Logger,
  ) {}

  /** 201 with the key, which no later answer tells. */
  @Post()
  @Needs('keys:write')
  async create(
    @Param('shop') shop: string,
    @Body() body: unknown,
    @Req() request: Request,
  ): Promise<ApiKey & { readonly key: string }> {
    const wanted = readBody(KeyRequest, body);
    const more = notTheirs(callerOf(request), wanted.scopes);
    if (more.length > 0) throw new Problem('scope_not_yours', `This key has not: ${more.join(', ')}.`);
    const made = await this.keys.create({ ...wanted, shop: this.shops.get(shop).shop }, this.clock.now());
    const { key_id, scopes } = made;
    this.log.info({ shop, key_id, scopes, by: nameOf(callerOf(request)) }, 'an API key was made');
    return made;
  }

  @Get()
  @Needs('keys:write')
  async list(@Param('shop') shop: string): Promise<{ readonly keys: readonly ApiKey[] }> {
    return { keys: await this.keys.list(this.shops.get(shop).shop) };
  }

  /** 204, also for a key that was revoked before. No request with it is let in from now on. */
  @Delete(':key_id')
  @HttpCode(204)
  @Needs('keys:write')
  async revoke(@Param('shop') shop: string, @Param('key_id') keyId: string, @Req() request: Request): Promise<void> {
    if (!(await this.keys.revoke(shop, keyId, this.clock.now()))) throw new Problem('unknown_key_id');
    this.log.info({ shop, key_id: keyId, by: nameOf(callerOf(request)) }, 'an API key was revoked');
  }
}

const nameOf = (caller: Caller): string => (caller.by === 'key' ? caller.keyId : caller.by);
