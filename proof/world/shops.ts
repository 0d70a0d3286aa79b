/** Makes the shops of the load known to Beckon: settings, as an operator would publish them. */
import { shops, ShopSettings, topicName } from '@beckon/contracts';
import type { Producer } from 'kafkajs';
import type { QuietHours } from '../checker/evidence.js';
import type { PlannedShop, Telling } from '../load/plan.js';
import { MAPPING } from '../load/tellers/mapped.js';
import { SELLING_LOCATIONS, SHOPIFY_SOURCE } from '../load/tellers/shopify.js';
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

/** Name of the variable that holds what webhooks are signed with. */
export const HOOKS_SECRET = 'PROOF_HOOKS_SECRET';

/** Where a shop's events come from. */
function sourceOf(shop: string, telling: Telling): object {
  const topic = sourceTopic(shop);
  if (telling === 'native') return { name: 'catalog', format: 'cloudevents', topic };
  if (telling === 'mapped') return { name: 'catalog', format: 'json', topic, mapping: MAPPING };
  const webhook = { scheme: 'shopify', secrets: [`env:${HOOKS_SECRET}`] };
  return { name: SHOPIFY_SOURCE, format: 'shopify', webhook, locations: SELLING_LOCATIONS };
}

/** Publishes the settings of shops. @param night quiet hours of these shops */
export async function publishShops(
  producer: Producer,
  prefix: string,
  planned: readonly PlannedShop[],
  rev = 1,
  night: Pick<QuietHours, 'from' | 'to' | 'zone'> | null = null,
): Promise<void> {
  const messages = planned.map(({ shop, pages, limits, minGapMs, notifications, pacePerSecond, telling }) => {
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
      sources: [sourceOf(shop, telling)],
      // Everything that comes back is told at once: what is looked at here is the way, not the rest between two alerts.
      rules: { cool_down: 0 },
      templates: { back_in_stock: { en: TEXTS.back_in_stock }, price_drop: { en: TEXTS.price_drop } },
    });
    const value = shops.schema.parse({ shop, rev, settings, updated_at: Date.now() });
    return { key: shop, value: JSON.stringify(value) };
  });
  await producer.send({ topic: topicName(prefix, shops), acks: -1, messages });
}
