import type { Request } from 'express';

/** Where people and the platform reach optin from outside. */
export class PublicAddress {
  /** @param configured without a trailing slash; without it, what the request itself was addressed to is taken. */
  constructor(private readonly configured: string | undefined) {}

  /** The address of `path` (with a leading slash). */
  of(path: string, request: Request): string {
    const base = this.configured ?? `${request.protocol}://${request.get('host') ?? 'localhost'}`;
    return `${base.replace(/\/+$/, '')}${path}`;
  }
}

/** The status page of a deletion, below the public address. */
export const deletionPath = (code: string): string => `/privacy/deletions/${code}`;
