import { LOG, isPassing } from '@beckon/service';
import type { Logger } from '@beckon/service';
import { Catch, HttpException, Inject, Injectable } from '@nestjs/common';
import type { ArgumentsHost, ExceptionFilter } from '@nestjs/common';
import type { ServerResponse } from 'node:http';
import { Problem } from './problems.js';
import { sendProblem } from './send-problem.js';

/** Answers whatever the API throws as a problem. What nobody foresaw is logged, and told without a word about our insides. */
@Catch()
@Injectable()
export class ProblemFilter implements ExceptionFilter {
  constructor(@Inject(LOG) private readonly log: Logger) {}

  catch(error: unknown, host: ArgumentsHost): void {
    sendProblem(host.switchToHttp().getResponse<ServerResponse>(), this.toProblem(error));
  }

  private toProblem(error: unknown): Problem {
    if (error instanceof Problem) return error;
    if (isPassing(error)) {
      this.log.warn({ err: error }, 'an API request met a server that does not answer');
      return new Problem('unavailable', undefined, { headers: { 'retry-after': '2' } });
    }
    // Nest's own refusals come from before a handler (a parameter that cannot be read).
    if (error instanceof HttpException && error.getStatus() === 400)
      return new Problem('invalid_request', error.message);
    this.log.error({ err: error }, 'an API request failed');
    return new Problem('internal');
  }
}
