import { Injectable, UnauthorizedException } from '@nestjs/common';
import type { CanActivate, ExecutionContext } from '@nestjs/common';
import type { IncomingMessage } from 'node:http';
import { equalSecrets } from './equal-secrets.js';

/** Lets requests with `Authorization: Bearer <ADMIN_TOKEN>` pass; without a configured token, none. */
@Injectable()
export class AdminGuard implements CanActivate {
  constructor(private readonly token: string | undefined) {}

  canActivate(context: ExecutionContext): boolean {
    const { authorization } = context.switchToHttp().getRequest<IncomingMessage>().headers;
    const given = /^Bearer (.+)$/i.exec(authorization ?? '')?.[1];
    if (given === undefined || this.token === undefined || !equalSecrets(given, [this.token]))
      throw new UnauthorizedException('a bearer token is needed');
    return true;
  }
}
