import { Controller, UseFilters, UseGuards, UseInterceptors, applyDecorators } from '@nestjs/common';
import { ApiGuard } from './api.guard.js';
import { IdempotencyInterceptor } from './idempotency.interceptor.js';
import { ProblemFilter } from './problem.filter.js';

/** Where the HTTP API lives. Nothing of it touches any other path, least of all the webhook edge. */
export const API_PREFIX = '/v1';

/**
 * A controller of the HTTP API, `path` being below `/v1`: its routes say what they `@Needs()`, throw {@link Problem}s,
 * and are listed in `routes.ts`.
 */
export const ApiController = (path: string): ClassDecorator =>
  applyDecorators(
    Controller(`${API_PREFIX}/${path}`),
    UseFilters(ProblemFilter),
    UseGuards(ApiGuard),
    UseInterceptors(IdempotencyInterceptor),
  );
