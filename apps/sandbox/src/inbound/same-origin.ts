import type { NextFunction, Request, Response } from 'express';

/**
 * Refuses what a browser sends on behalf of another site. The admin API asks for no credentials, so without this any
 * web page that is open on the same machine could act through it. Programs send no Origin and pass.
 */
export function sameOriginOnly(request: Request, response: Response, next: NextFunction): void {
  const { origin, host } = request.headers;
  if (origin === undefined || origin === `http://${host}`) return next();
  response.status(403).json({ error: { code: 'cross_origin', message: 'The admin API does not serve other sites.' } });
}
