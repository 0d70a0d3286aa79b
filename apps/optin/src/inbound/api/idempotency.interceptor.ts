import { CLOCK, LOG } from '@beckon/service';
import type { Clock, Logger } from '@beckon/service';
import { Inject, Injectable } from '@nestjs/common';
import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import type { Request, Response } from 'express';
import { createHash } from 'node:crypto';
import { from, lastValueFrom, of } from 'rxjs';
import type { Observable } from 'rxjs';
import { RememberedAnswers } from '../../outbound/remembered-answers.js';
import type { Attempt } from '../../outbound/remembered-answers.js';
import { Problem } from './problems.js';

const attempts = new WeakMap<object, Attempt>();

/** The attempt that a POST with an Idempotency-Key is part of; undefined without one. */
export const attemptOf = (request: Request): Attempt | undefined => attempts.get(request);

/**
 * The same POST twice does one thing: with an Idempotency-Key (draft-ietf-httpapi-idempotency-key-header) the second gets
 * the first one's answer, for 24 hours. Refusals are not remembered: nothing was done, and later it may be possible.
 */
@Injectable()
export class IdempotencyInterceptor implements NestInterceptor {
  constructor(
    private readonly answers: RememberedAnswers,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOG) private readonly log: Logger,
  ) {}

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const http = context.switchToHttp();
    const [request, response] = [http.getRequest<Request>(), http.getResponse<Response>()];
    const header = request.headers['idempotency-key'];
    if (request.method !== 'POST' || header === undefined) return next.handle();
    const { shop } = request.params;
    if (typeof shop !== 'string') throw new Error('an Idempotency-Key belongs to a shop');
    const requestHash = hashOf(request);
    const begun = await this.answers.begin({ shop, key: readKey(header), requestHash }, this.clock.now());
    switch (begun.is) {
      case 'other':
        throw new Problem('idempotency_key_reused');
      case 'in_flight': {
        const seconds = String(Math.max(1, Math.ceil(begun.forMs / 1000)));
        throw new Problem('request_in_flight', undefined, { headers: { 'retry-after': seconds } });
      }
      case 'answered':
        response.setHeader('idempotency-replayed', 'true');
        return of(begun.answer);
      case 'new':
        attempts.set(request, begun.attempt);
        return from(this.handle(begun.attempt, next));
    }
  }

  private async handle(attempt: Attempt, next: CallHandler): Promise<unknown> {
    let answer: unknown;
    try {
      answer = await lastValueFrom(next.handle());
    } catch (error) {
      await this.answers.giveUp(attempt).catch((err: unknown) => this.log.warn({ err }, GIVEN_UP));
      throw error;
    }
    // It is done: whoever asked must hear so, also when the answer could not be kept.
    await this.answers.keep(attempt, answer).catch((err: unknown) => this.log.warn({ err }, NOT_KEPT));
    return answer;
  }
}

const GIVEN_UP = 'an Idempotency-Key stays taken for a minute: it could not be given back';
const NOT_KEPT = 'the answer to a POST with an Idempotency-Key could not be kept';

function readKey(header: string | string[]): string {
  // The draft writes it as a quoted string; most clients leave the quotes out.
  const key = /^"?([\x21\x23-\x7e]{1,255}?)"?$/.exec(String(header))?.[1];
  if (key !== undefined) return key;
  const detail = '1 to 255 visible ASCII characters, such as a UUID';
  throw new Problem('invalid_request', `Idempotency-Key: ${detail}`, {
    faults: [{ header: 'Idempotency-Key', detail }],
  });
}

/** Method, path and body: what makes two requests the same. Blanks between the body's fields do not matter. */
const hashOf = ({ method, originalUrl, body }: Request): Buffer =>
  createHash('sha256')
    .update(JSON.stringify([method, originalUrl, body ?? null]))
    .digest();
