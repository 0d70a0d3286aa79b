import type { NextFunction, Request, Response } from 'express';

/**
 * Takes percent signs that encode nothing for what they are. The router would answer them with a page of its own; like
 * this they reach the Graph API, which does not know such a path.
 */
export function readablePath(request: Request, _response: Response, next: NextFunction): void {
  if (request.path.includes('%') && !isEncoded(request.path)) request.url = request.url.replaceAll('%', '%25');
  next();
}

function isEncoded(path: string): boolean {
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
}
