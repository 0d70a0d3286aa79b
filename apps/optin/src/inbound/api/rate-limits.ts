import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import type { ServerResponse } from 'node:http';
import { Problem } from './problems.js';

const WINDOW_S = 60;

/**
 * How many calls a key (or, together, everybody without one) may make a minute. Counted by each process for itself: the
 * limit is there so that nobody's loop takes the time of the webhook edge beside it, and a process can judge that alone.
 * A count in Postgres would write a row for every call, and would fail when Postgres does.
 */
export class RateLimits {
  private readonly keyed: Limit;
  private readonly open: Limit;

  constructor(perMinute: { readonly key: number; readonly open: number }) {
    this.keyed = new Limit('key', perMinute.key);
    this.open = new Limit('open', perMinute.open);
  }

  /** Counts a call with a key and says in the answer's headers how many are left. @throws Problem rate_limited */
  countKey(keyId: string, response: ServerResponse): Promise<void> {
    return this.keyed.count(keyId, response);
  }

  /** The same for calls that need no key: all of them share one count. */
  countOpen(response: ServerResponse): Promise<void> {
    return this.open.count('everybody', response);
  }
}

class Limit {
  private readonly limiter: RateLimiterMemory;

  constructor(
    private readonly name: string,
    private readonly points: number,
  ) {
    this.limiter = new RateLimiterMemory({ points, duration: WINDOW_S });
  }

  async count(who: string, response: ServerResponse): Promise<void> {
    const after = await this.limiter.consume(who).catch((refusal: unknown) => {
      if (refusal instanceof RateLimiterRes) return refusal;
      throw refusal;
    });
    const seconds = Math.max(1, Math.ceil(after.msBeforeNext / 1000));
    // draft-ietf-httpapi-ratelimit-headers: quota and window in seconds; what is left, and for how long.
    response.setHeader('ratelimit-policy', `"${this.name}";q=${this.points};w=${WINDOW_S}`);
    response.setHeader('ratelimit', `"${this.name}";r=${after.remainingPoints};t=${seconds}`);
    if (after.consumedPoints > this.points)
      throw new Problem('rate_limited', `At most ${this.points} requests a minute; again in ${seconds} s.`, {
        headers: { 'retry-after': String(seconds) },
      });
  }
}
