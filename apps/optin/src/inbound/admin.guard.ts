import { Injectable, UnauthorizedException } from '@nestjs/common';
import type { CanActivate, ExecutionContext } from '@nestjs/common';
import type { IncomingMessage } from 'node:http';
import { equalSecrets } from './equal-secrets.js';

/** Who may use the admin API. */
export class AdminAccess {
  /** @param token without one, nobody may. */
  constructor(private readonly token: string | undefined) {}

  /** @param authorization the request's header: `Bearer <token>`. */
  allows(authorization: string | undefined): boolean {
    const given = /^Bearer (.+)$/i.exec(authorization ?? '')?.[1];
    return given !== undefined && this.token !== undefined && equalSecrets(given, [this.token]);
  }
}

/** Lets requests with the admin token pass, answers others 401. */
@Injectable()
export class AdminGuard implements CanActivate {
  constructor(private readonly access: AdminAccess) {}

  canActivate(context: ExecutionContext): boolean {
    const { authorization } = context.switchToHttp().getRequest<IncomingMessage>().headers;
    if (!this.access.allows(authorization)) throw new UnauthorizedException('a bearer token is needed');
    return true;
  }
}
