/**
 * What happens to a request of the API before Nest sees it: its path must be one of ours, its body JSON. Whatever is
 * refused here is a problem like all others. Mounted at `/v1` alone: the webhook edge never passes through.
 */
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { NextFunction, Request, Response } from 'express';
import type { IncomingMessage } from 'node:http';
import { optinMetrics } from '../../metrics.js';
import { API_PREFIX } from './api-controller.js';
import { Problem } from './problems.js';
import { routeAt } from './routes.js';
import { sendProblem } from './send-problem.js';

/** @param maxBytes largest body. */
export function openApiDoor(app: NestExpressApplication, maxBytes: number): void {
  app.use(API_PREFIX, knownRoutesOnly);
  app.useBodyParser('json', {
    type: (request: IncomingMessage) => isOurs(request) && isJson(request),
    limit: maxBytes,
    strict: true,
  });
  app.use(API_PREFIX, (error: unknown, _request: Request, response: Response, next: NextFunction) => {
    const problem = bodyProblem(error, maxBytes);
    if (problem) sendProblem(response, problem);
    else next(error);
  });
}

function knownRoutesOnly(request: Request, response: Response, next: NextFunction): void {
  response.setHeader('cache-control', 'no-store');
  response.setHeader('x-content-type-options', 'nosniff');
  const path = request.originalUrl.split('?')[0] ?? '';
  const { template, methods } = routeAt(path);
  const { method } = request;
  response.once('finish', () => {
    const known = methods.includes(method) ? method : 'other';
    optinMetrics.apiRequests.add(1, { route: template, method: known, status: String(response.statusCode) });
  });
  const problem = pathProblem(method, path, methods) ?? (hasBody(request) && !isJson(request) ? notJson() : undefined);
  if (problem) sendProblem(response, problem);
  else next();
}

function pathProblem(method: string, path: string, methods: readonly string[]): Problem | undefined {
  try {
    decodeURIComponent(path);
  } catch {
    return new Problem('malformed_path');
  }
  if (methods.length === 0) return new Problem('unknown_route', `There is nothing at ${path.slice(0, 200)}.`);
  if (methods.includes(method === 'HEAD' ? 'GET' : method)) return undefined;
  const allow = methods.join(', ');
  return new Problem('method_not_allowed', `${method} is not one of ${allow}.`, { headers: { allow } });
}

const notJson = (): Problem =>
  new Problem('unsupported_media_type', undefined, {
    headers: { accept: 'application/json' },
    faults: [{ header: 'Content-Type', detail: 'must be application/json' }],
  });

/** What the body parser refuses, by its own codes (https://github.com/expressjs/body-parser#errors). */
function bodyProblem(error: unknown, maxBytes: number): Problem | undefined {
  const { type, status, message } = error as { type?: string; status?: number; message?: string };
  if (status === 413) return new Problem('body_too_large', `At most ${maxBytes} bytes.`);
  if (status === 415) return notJson();
  if (type === 'entity.parse.failed')
    return new Problem('malformed_json', undefined, { faults: [{ pointer: '#', detail: quoteFree(message ?? '') }] });
  if (status === 400) return new Problem('malformed_json', 'The body is not what its headers say.');
  return undefined;
}

/** The parser quotes what it stumbled over, which may be personal: only the place is told. */
const quoteFree = (message: string): string =>
  /at position \d+( \(line \d+ column \d+\))?/.exec(message)?.[0] ?? 'it ends too early, or is no JSON at all';

const isOurs = (request: IncomingMessage & { originalUrl?: string }): boolean =>
  (request.originalUrl ?? request.url ?? '').toLowerCase().startsWith(`${API_PREFIX}/`);

const isJson = ({ headers }: IncomingMessage): boolean =>
  /^application\/(json|[\w.-]+\+json)\s*(;|$)/i.test(headers['content-type'] ?? '');

const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
