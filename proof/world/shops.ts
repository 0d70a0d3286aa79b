/** Makes the shops of the load known to Beckon: settings, as an operator would publish them. */
import { shops, ShopSettings, topicName } from '@beckon/contracts';
import type { Producer } from 'kafkajs';
import type { QuietHours } from '../checker/evidence.js';
import type { PlannedShop } from '../load/plan.js';
import type { PageAccount } from './sandbox-client.js';

/** The shop's own topic. */
export const sourceTopic = (shop: string): string => `${shop}.catalog`;

/** Names of the variables that hold a Page's secrets. */
export const secretsOf = ({ page, token, app_secret, verify_token }: PageAccount): Record<string, string> => ({
  [`PROOF_TOKEN_${page}`]: token,
  [`PROOF_SECRET_${page}`]: app_secret,
  [`PROOF_VERIFY_${page}`]: verify_token,
});

/** Texts that say nothing but what they are about, so that a log can be judged. */
export const TEXTS = { back_in_stock: 'back {title}', price_drop: 'drop {title}' };

/** Publishes the settings of shops. @param night quiet hours of these shops */
export async function publishShops(
  producer: Producer,
  prefix: string,
  planned: readonly PlannedShop[],
  rev = 1,
  night: Pick<QuietHours, 'from' | 'to' | 'zone'> | null = null,
): Promise<void> {
  const messages = planned.map(({ shop, pages, limits, minGapMs, notifications, pacePerSecond }) => {
    const settings = ShopSettings.parse({
      shop,
      name: shop,
      currency: 'EUR',
      ...(night ? { quiet_hours: { from: night.from, to: night.to }, zone: night.zone } : { quiet_hours: null }),
      limits,
      min_gap: minGapMs,
      pages: pages.map((page) => ({
        page,
        name: `Page ${page}`,
        access_token: `env:PROOF_TOKEN_${page}`,
        app_secret: `env:PROOF_SECRET_${page}`,
        verify_token: `env:PROOF_VERIFY_${page}`,
        pace_per_second: pacePerSecond,
        inbox_unused: true,
        notification_messages: page === notifications,
      })),
      // Every call that the sandbox gets is a message, so that they can be counted.
      bot: { read_profile: false },
      sources: [{ name: 'catalog', format: 'cloudevents', topic: sourceTopic(shop) }],
      // Everything that comes back is told at once: what is looked at here is the way, not the rest between two alerts.
      rules: { cool_down: 0 },
      templates: { back_in_stock: { en: TEXTS.back_in_stock }, price_drop: { en: TEXTS.price_drop } },
    });
    const value = shops.schema.parse({ shop, rev, settings, updated_at: Date.now() });
    return { key: shop, value: JSON.stringify(value) };
  });
  await producer.send({ topic: topicName(prefix, shops), acks: -1, messages });
}
