import { ShopSettings } from '@beckon/contracts';
import { SHOP } from './shop-floor.js';

/** The settings of the shop that alerts: all Pages at the pace, no night, limits as a shop has them. */
export function shopSettings(o: {
  readonly pages: readonly string[];
  readonly sourceTopic: string;
  readonly pacePerSecond: number;
}): ShopSettings {
  return ShopSettings.parse({
    ...{ shop: SHOP, name: 'Bench', currency: 'EUR', quiet_hours: null },
    limits: [
      { scope: 'shopper', limit: 3, period: '24h' },
      { scope: 'shopper_kind', limit: 2, period: '24h' },
      { scope: 'shopper_sku', limit: 1, period: '1h' },
    ],
    pages: o.pages.map((page) => ({
      ...{ page, name: `Page ${page}`, access_token: `env:BENCH_TOKEN_${page}`, app_secret: 'env:BENCH_APP_SECRET' },
      ...{ verify_token: 'env:BENCH_VERIFY_TOKEN', pace_per_second: o.pacePerSecond, inbox_unused: true },
    })),
    // An alert is one message here, as with the peers: nothing is offered after it, and nobody's profile is asked for.
    bot: { offer_again: false, read_profile: false },
    sources: [{ name: 'platform', format: 'cloudevents', topic: o.sourceTopic }],
    // Everything that comes back is told at once: what is looked at here is the way, not the rest between two alerts.
    rules: { cool_down: 0 },
  });
}
