import { Inject, Injectable } from '@nestjs/common';
import type { Redis } from 'ioredis';
import { RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import { SETTINGS, shopOf, type NaiveSettings, type NaiveShop } from './settings.js';

/** Injection token of the Redis client. */
export const REDIS = Symbol('redis');

/** Whom a limit is about. */
interface About {
  readonly page: string;
  readonly psid: string;
  readonly kind: string;
  readonly sku: string;
}

/** How many milliseconds the quiet hours still last; 0: it is no night. */
function quietFor(quiet: NaiveShop['quiet'], now: Date): number {
  if (!quiet) return 0;
  const minutes = (clock: string): number => 60 * Number(clock.slice(0, 2)) + Number(clock.slice(3, 5));
  const shown = now.toLocaleTimeString('en-GB', { timeZone: quiet.zone, hour: '2-digit', minute: '2-digit' });
  const [clock, from, to] = [minutes(shown), minutes(quiet.from), minutes(quiet.to)];
  if (from <= to ? clock < from || clock >= to : clock < from && clock >= to) return 0;
  return ((to - clock + 1440) % 1440) * 60_000 - (now.getTime() % 60_000);
}

/** The limits of every shop, each a limiter of `rate-limiter-flexible`. */
@Injectable()
export class Limits {
  private readonly limiters = new Map<string, readonly { limiter: RateLimiterRedis; key: (a: About) => string }[]>();

  constructor(
    @Inject(REDIS) storeClient: Redis,
    @Inject(SETTINGS) private readonly settings: NaiveSettings,
  ) {
    for (const { shop, limits } of settings.shops)
      this.limiters.set(
        shop,
        limits.map(({ scope, limit, period }, i) => ({
          limiter: new RateLimiterRedis({
            ...{ storeClient, keyPrefix: `${settings.redisPrefix}naive:${shop}:${i}`, points: limit },
            duration: Math.ceil(period / 1000), // it knows whole seconds only
          }),
          key: ({ page, psid, kind, sku }) =>
            [page, psid, scope === 'shopper_kind' ? kind : scope === 'shopper_sku' ? sku : ''].join(':'),
        })),
      );
  }

  /** Takes a message's room in all limits of its shop. @returns 0, or how many milliseconds there is no room */
  async take(about: About): Promise<number> {
    const night = quietFor(shopOf(this.settings, about.page).quiet, new Date());
    if (night > 0) return night;
    const limiters = this.limitersOf(about);
    for (const [i, { limiter, key }] of limiters.entries())
      try {
        await limiter.consume(key(about));
      } catch (error) {
        if (!(error instanceof RateLimiterRes)) throw error;
        await this.giveBack(about, i);
        return Math.max(100, error.msBeforeNext);
      }
    return 0;
  }

  /** Gives the room back, in the first `count` limits. */
  async giveBack(about: About, count = Infinity): Promise<void> {
    const given = this.limitersOf(about).slice(0, count);
    await Promise.all(given.map(({ limiter, key }) => limiter.reward(key(about))));
  }

  private limitersOf = ({ page }: About) => this.limiters.get(shopOf(this.settings, page).shop) ?? [];
}
