/** The demo, act by act. */
import { fileURLToPath } from 'node:url';
import {
  formatMoney,
  freshness,
  offers,
  ShopSettings,
  subscriptions,
  type Subscription,
  type Topic,
} from '@beckon/contracts';
import { clientOptions, KafkaClient } from '@beckon/kafka';
import { createLogger, kafkaSettings, loadConfig } from '@beckon/service';
import { z } from 'zod';
import { CATALOGUE, offerOf, type DemoOffer, type OfferChange } from './catalogue.js';
import { beckon } from './command.js';
import { call } from './http.js';
import { PEOPLE, Phone } from './people.js';
import { Platform } from './platform.js';
import { playOn } from './play-on.js';
import { TopicWatch } from './topic-watch.js';
import { until } from './wait.js';
import type { DemoAlert, DemoContext, DemoResult } from '../demo.js';

const SHOP_FILE = fileURLToPath(new URL('../../demo/shop.yaml', import.meta.url));

/** See `playDemo`. */
export async function play(context: DemoContext): Promise<DemoResult> {
  const { signal, say, sandboxUrl } = context;
  const environment = { ...context.environment };
  const shop = await applyShop(environment, signal);
  const log = createLogger({ service: 'demo', level: 'silent' });
  const client = new KafkaClient(clientOptions(loadConfig(kafkaSettings, environment), { name: 'demo', log }));
  const platform = new Platform(client, shop.topic, () => Date.now());
  const begun = Date.now();
  const watch = new TopicWatch(
    client,
    [offers, subscriptions, freshness] as readonly Topic[],
    (topic, value) => topic !== 'subscriptions' || (value as Subscription).consented_at >= begun,
  );
  try {
    await Promise.all([watch.start(), connectPage(context, shop), platform.publishAll()]);
    await catalogueSeen(watch, shop.name, signal);
    say(`The shop ${shop.name} sells ${CATALOGUE.length} variants of ${countProducts()} products`);
    await showProducts(context, shop);

    const phones = await Promise.all(PEOPLE.map((person) => Phone.of(person, shop.page, sandboxUrl, signal)));
    await Promise.all(phones.map((phone) => optIn(context, shop, phone)));
    const asked = await subscribed(watch, phones, signal);
    await sourceFresh(watch, client, shop, begun, signal);
    const alerts = await tellThem(context, shop, platform, asked);
    await watch.stop().catch(() => undefined);
    void playOn(platform, say, signal).finally(() => client.close());
    return { alerts, next: nextSteps(context, asked) };
  } catch (error) {
    await watch.stop().catch(() => undefined);
    await client.close();
    throw error;
  }
}

/** What the demo needs from the shop's settings. */
interface DemoShop {
  readonly name: string;
  readonly page: string;
  readonly pageName: string;
  readonly topic: string;
}

/** A shopper who opted in, and what for. */
interface Asked {
  readonly phone: Phone;
  readonly subscription: Subscription;
}

async function applyShop(environment: Record<string, string>, signal: AbortSignal): Promise<DemoShop> {
  const answer = await beckon(['shops', 'apply', SHOP_FILE, '--json'], environment, signal);
  const { settings } = z.object({ settings: ShopSettings }).parse(JSON.parse(answer));
  await beckon(['topics', 'apply', '--sources'], environment, signal);
  const [page, source] = [settings.pages[0], settings.sources[0]];
  if (!page || source?.topic === undefined) throw new Error('the demo shop names no Page or no topic');
  return { name: settings.shop, page: page.page, pageName: page.name, topic: source.topic };
}

/**
 * Makes the Page in the sandbox, as somebody does in the platform's dashboard: it verifies the webhook first, so this
 * repeats until optin knows the shop. Then the Page is connected as any other.
 */
async function connectPage(
  { sandboxUrl, urls, secrets, environment, signal }: DemoContext,
  shop: DemoShop,
): Promise<void> {
  await until(
    'optin answers the verification of the webhook',
    () =>
      call(`${sandboxUrl}/admin/pages`, {
        page: shop.page,
        name: shop.pageName,
        token: secrets['DEMO_PAGE_TOKEN'],
        app_id: '1',
        app_secret: secrets['DEMO_APP_SECRET'],
        verify_token: secrets['DEMO_VERIFY_TOKEN'],
        webhook_url: `${urls['optin']}/webhooks/messenger`,
      }),
    { signal },
  );
  await beckon(['pages', 'connect', shop.name], { ...environment, ...secrets }, signal);
}

/** Waits until ingestion has every variant as the platform published it just now: then older signals are closed too. */
async function catalogueSeen(watch: TopicWatch, shop: string, signal: AbortSignal): Promise<void> {
  await until(
    'the catalogue in the offers',
    () => {
      const missing = CATALOGUE.find(
        ({ sku, units, cents }) =>
          watch.all(offers, (o) => o.shop === shop && o.sku === sku && o.units === units && o.price?.amount === cents)
            .length === 0,
      );
      if (missing) throw new Error(`${missing.sku} is missing`);
      return true;
    },
    { signal },
  );
}

/**
 * Waits until every partition of the shop's topic was told to be fresh, and then once more. Nothing is told while a
 * source may be behind, and a source that was just connected is believed only when throttling has confirmed its first
 * word; by the second it has.
 */
async function sourceFresh(
  watch: TopicWatch,
  client: KafkaClient,
  shop: DemoShop,
  begun: number,
  signal: AbortSignal,
): Promise<void> {
  const partitions = (await client.ends(shop.topic)).size;
  let since = begun;
  for (const round of ['first', 'second']) {
    await until(
      `the ${round} word that the shop's events are read`,
      () => {
        const told = watch.all(freshness, (f) => f.shop === shop.name && f.at >= since);
        return told.length >= partitions ? true : undefined;
      },
      { signal },
    );
    since = Date.now();
  }
}

/** A "notify me" link, made by optin as a shop's web page would have it. Repeats until optin knows the offer. */
function linkFor(
  { urls, secrets, signal }: DemoContext,
  shop: DemoShop,
  wish: { readonly sku: string; readonly kind: string; readonly locale?: string; readonly threshold?: object },
): Promise<string> {
  return until(
    `a link for ${wish.sku}`,
    async () => {
      const headers = { authorization: `Bearer ${secrets['ADMIN_TOKEN']}` };
      return (await call<{ url: string }>(`${urls['optin']}/v1/shops/${shop.name}/links`, wish, headers)).url;
    },
    { signal },
  );
}

/** One product page per product beside the phones, for people who want to tap themselves. */
async function showProducts(context: DemoContext, shop: DemoShop): Promise<void> {
  const first = new Map<string, DemoOffer>();
  for (const offer of CATALOGUE) {
    const shown = first.get(offer.product);
    if (!shown || (shown.units > 0 && offer.units === 0)) first.set(offer.product, offer);
  }
  for (const offer of first.values()) {
    const kind = offer.units === 0 ? 'back_in_stock' : 'price_drop';
    await call(`${context.sandboxUrl}/admin/products`, {
      page: shop.page,
      id: offer.sku,
      title: offer.title,
      subtitle: `${offer.options.join(', ')} · ${offer.units === 0 ? 'sold out' : formatMoney({ amount: offer.cents, currency: 'EUR' }, 'en')}`,
      link: await linkFor(context, shop, { sku: offer.sku, kind }),
    });
  }
}

async function optIn(context: DemoContext, shop: DemoShop, phone: Phone): Promise<void> {
  const { name, asks, locale } = phone.person;
  const anyDrop = asks.kind === 'price_drop' ? { threshold: { type: 'any' } } : {};
  await phone.optIn(await linkFor(context, shop, { ...asks, ...anyDrop, locale }));
  context.say(`${name} tapped Notify Me: ${asks.kind} of ${asks.sku}`);
}

/** Waits until as many subscriptions are on their topic as people asked, and gives each phone one of its kind. */
function subscribed(watch: TopicWatch, phones: readonly Phone[], signal: AbortSignal): Promise<Asked[]> {
  return until(
    'the subscriptions',
    () => {
      const free = watch.all(subscriptions, (s) => s.state === 'active');
      return phones.map((phone): Asked => {
        const { name, asks } = phone.person;
        const at = free.findIndex((s) => s.sku === asks.sku && s.kind === asks.kind);
        const [subscription] = at < 0 ? [] : free.splice(at, 1);
        if (!subscription) throw new Error(`${name}'s is missing`);
        return { phone, subscription };
      });
    },
    { signal },
  );
}

/** Writes what they wait for, one event per SKU, and waits for their phones. */
async function tellThem(
  context: DemoContext,
  shop: DemoShop,
  platform: Platform,
  asked: readonly Asked[],
): Promise<DemoAlert[]> {
  const alerts: DemoAlert[] = [];
  for (const sku of new Set(asked.map((a) => a.phone.person.asks.sku))) {
    const waiting = asked.filter((a) => a.phone.person.asks.sku === sku);
    const at = await platform.change(sku, changeFor(waiting[0] as Asked));
    try {
      const arrived = await Promise.all(
        waiting.map(async ({ phone }) => {
          const { kind } = phone.person.asks;
          const { accepted_at } = await phone.alertSince(at, `the ${kind} alert`);
          return { kind, shopper: phone.person.name, sku, eventToPhoneMs: accepted_at - at };
        }),
      );
      alerts.push(...arrived);
    } catch (error) {
      if (context.signal.aborted) throw error;
      throw new Error(`${(error as Error).message}\n${await whatIsKnown(context, `${shop.name}:${sku}`)}`, {
        cause: error,
      });
    }
  }
  return alerts;
}

/** Stock comes back, or the price falls a fifth below what the shopper saw. */
function changeFor({ phone, subscription }: Asked): OfferChange {
  const { sku, kind } = phone.person.asks;
  if (kind === 'back_in_stock') return { units: 3 };
  return { cents: Math.round((subscription.seen_price?.amount ?? offerOf(sku).cents) * 0.8) };
}

/** What `beckon explain` says of a SKU, for the reason why nothing came. */
function whatIsKnown({ environment, signal }: DemoContext, sku: string): Promise<string> {
  return beckon(['explain', sku], environment, signal).catch((error: unknown) => (error as Error).message);
}

function nextSteps({ sandboxUrl }: DemoContext, asked: readonly Asked[]): string[] {
  return [
    `Phones: ${sandboxUrl} (tap Notify Me yourself; the shop’s stock and prices go on moving)`,
    'Make something happen:  npm run beckon -- emit offer --shop aurora --sku red-coat-m --units 0',
    `Why was somebody told?  npm run beckon -- explain ${asked[0]?.subscription.sub_id ?? 'aurora:red-coat-m'}`,
    'Watch the outcomes:     npm run beckon -- tail deliveries',
  ];
}

const countProducts = (): number => new Set(CATALOGUE.map((offer) => offer.product)).size;
