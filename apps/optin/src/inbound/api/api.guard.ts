import { CLOCK, equalSecrets } from '@beckon/service';
import type { Clock } from '@beckon/service';
import { Inject, Injectable, SetMetadata } from '@nestjs/common';
import type { CanActivate, ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request, Response } from 'express';
import type { Scope } from '../../domain/api-key.js';
import { decideAccess } from '../../domain/decide-access.js';
import type { Caller } from '../../domain/decide-access.js';
import { ApiKeys } from '../../outbound/api-keys.js';
import { Problem } from './problems.js';
import { RateLimits } from './rate-limits.js';

/** The operator's token; without one, nobody is the operator. */
export class OperatorToken {
  constructor(private readonly token: string | undefined) {}

  is(given: string): boolean {
    return this.token !== undefined && equalSecrets(given, [this.token]);
  }
}

/** Metadata of a route: the scope that it needs, or `open` for everybody. */
export const NEEDS = 'beckon.api.needs';
/** The route needs a key with this scope (or the operator's token); `open`: it needs none. */
export const Needs = (what: Scope | 'open'): MethodDecorator => SetMetadata(NEEDS, what);

const callers = new WeakMap<object, Caller>();

/** Who makes the request. @throws Error on an open route, where nobody was asked. */
export function callerOf(request: Request): Caller {
  const caller = callers.get(request);
  if (!caller) throw new Error('callerOf() is for routes that need a scope');
  return caller;
}

/**
 * Lets pass who may do what the route needs: the operator, or a key of the shop in the path with the scope. Counts the
 * calls of keys. Answers with problems only: 401, 403, 429.
 */
@Injectable()
export class ApiGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly keys: ApiKeys,
    private readonly operator: OperatorToken,
    private readonly limits: RateLimits,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const needs = this.reflector.get<Scope | 'open' | undefined>(NEEDS, context.getHandler());
    if (needs === undefined) throw new Error(`${context.getHandler().name} does not say what it @Needs()`);
    const http = context.switchToHttp();
    const [request, response] = [http.getRequest<Request>(), http.getResponse<Response>()];
    if (needs === 'open') {
      await this.limits.countOpen(response);
      return true;
    }
    const caller = await this.callerBehind(request.headers.authorization);
    if (caller.by === 'key') await this.limits.countKey(caller.keyId, response);
    const { shop } = request.params;
    const access = decideAccess(caller, { shop: typeof shop === 'string' ? shop : null, scope: needs });
    if (access !== 'granted') throw new Problem(access, refusal(access, caller, needs));
    callers.set(request, caller);
    return true;
  }

  private async callerBehind(authorization: string | undefined): Promise<Caller> {
    const given = /^Bearer +(.+?) *$/i.exec(authorization ?? '')?.[1];
    if (given === undefined) throw new Problem('key_missing', undefined, challenge);
    if (this.operator.is(given)) return { by: 'operator' };
    const key = await this.keys.find(given, this.clock.now());
    if (!key) throw new Problem('key_unknown', undefined, challenge);
    if (key.revoked_at !== null)
      throw new Problem(
        'key_revoked',
        `Key ${key.key_id} was revoked at ${new Date(key.revoked_at).toISOString()}.`,
        challenge,
      );
    return { by: 'key', keyId: key.key_id, shop: key.shop, scopes: key.scopes };
  }
}

/** RFC 9110, section 15.5.2: a 401 names the way to authenticate. */
const challenge = { headers: { 'www-authenticate': 'Bearer realm="beckon"' } };

function refusal(access: 'wrong_shop' | 'scope_missing', caller: Caller, scope: Scope): string | undefined {
  if (caller.by === 'operator') return undefined;
  return access === 'wrong_shop'
    ? `Key ${caller.keyId} is of the shop ${caller.shop}.`
    : `Key ${caller.keyId} has ${caller.scopes.join(', ')}; this needs ${scope}.`;
}
