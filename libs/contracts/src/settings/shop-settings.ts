import { z } from 'zod';
import { Kind } from '../vocabulary.js';
import { isCurrency } from '../money.js';
import { ClusterSettings } from './cluster-settings.js';
import { Duration, SecretRef } from './duration.js';
import { JsonMapping } from './json-mapping.js';
import { SCHEDULE, TopicSettings } from './topic-settings.js';
import { WebhookSettings } from './webhook-settings.js';

const slug = z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'small letters, digits and hyphens');
const zone = z.string().refine(
  (name) => {
    try {
      return Boolean(new Intl.DateTimeFormat('en', { timeZone: name }));
    } catch {
      return false;
    }
  },
  { message: 'not an IANA time zone such as "Europe/Berlin"' },
);
const clockTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time of day such as "21:30"');

/** A Facebook Page of the shop and the secrets of the app that serves it. */
export const PageSettings = z.strictObject({
  page: z.string().regex(/^\d+$/, 'the Page’s numeric id, as a string'),
  name: z.string().min(1),
  access_token: SecretRef,
  app_secret: SecretRef,
  verify_token: SecretRef,
  pace_per_second: z.number().min(0.1).max(300).default(20).describe('messages per second'),
  inbox_unused: z
    .boolean()
    .default(false)
    .describe('true allows more than 40 messages per second, at which a Page’s inbox stops showing new messages'),
  one_time_notifications: z.boolean().default(true).describe('whether the Page may ask for one-time notifications'),
  notification_messages: z
    .boolean()
    .default(false)
    .describe(
      'whether the Page may ask for notification messages: a right to tell of one wish again and again, which then is asked for instead of a one-time notification',
    ),
  app_id: z
    .string()
    .regex(/^\d+$/, 'the app’s numeric id, as a string')
    .optional()
    .describe('the app that serves the Page: tells what it says apart from what other apps say'),
});

/** What the platform's records leave open, for the formats that need it. A format ignores what it has no use for. */
const formatFields = {
  currency: z
    .string()
    .refine(isCurrency, 'an ISO 4217 code such as "EUR"')
    .optional()
    .describe('of prices that name none; the shop’s if not given'),
  channel: z
    .string()
    .min(1)
    .max(250)
    .optional()
    .describe('the platform’s own name of the channel that shoppers buy in'),
  locations: z
    .array(z.string().min(1).max(250))
    .max(500)
    .optional()
    .describe('the platform’s own ids of the locations that sell online; all, if not given'),
  mapping: JsonMapping.optional().describe('format json: where its fields lie, and how money and time are written'),
};

/**
 * Where the shop's stock and price events come from: a Kafka topic of its own (on our cluster or another), or webhooks at
 * `POST /hooks/{shop}/{source}`.
 */
export const SourceSettings = z
  .strictObject({
    name: slug,
    format: z.enum([
      'adobe-commerce',
      'bigcommerce',
      'cloudevents',
      'commercetools',
      'json',
      'medusa',
      'scayle',
      'shopify',
      'shopline',
      'woocommerce',
    ]),
    topic: z
      .string()
      .min(1)
      .max(249)
      .optional()
      .describe('the shop’s own Kafka topic, without any prefix of ours; without it: webhook'),
    cluster: ClusterSettings.optional().describe('the cluster that the topic is on; our own if not given'),
    webhook: WebhookSettings.optional().describe('how webhooks show where they come from'),
    ...formatFields,
  })
  .superRefine((s, ctx) => {
    const fault = (path: string, message: string): void => ctx.addIssue({ code: 'custom', path: [path], message });
    if (s.topic === undefined && s.webhook === undefined)
      fault('topic', 'name the topic, or say how webhooks are signed');
    if (s.topic !== undefined && s.webhook !== undefined)
      fault('webhook', 'a source has either a topic or webhooks; make it two sources');
    if (s.webhook !== undefined && s.cluster !== undefined)
      fault('cluster', 'only for a topic: webhooks are kept on our own cluster');
    if ((s.format === 'json') !== (s.mapping !== undefined))
      fault('mapping', 'format json needs a mapping, and no other format has one');
  });

/** At most `limit` messages in any `period`, counted per shopper, per shopper and kind, or per shopper and SKU. */
export const LimitSettings = z.strictObject({
  scope: z.enum(['shopper', 'shopper_kind', 'shopper_sku']),
  limit: z.int().min(1).max(255),
  period: Duration,
});

/** When a change of an offer is worth telling. */
export const RuleSettings = z.strictObject({
  min_stock: z.int().min(1).default(1).describe('units from which a SKU counts as in stock'),
  untracked: z
    .enum(['in_stock', 'ignored'])
    .default('in_stock')
    .describe('whether a SKU whose units the shop does not count is always there, or nothing is said of it'),
  min_out_of_stock: Duration.default(0).describe('how long a SKU must have been gone for its return to be news'),
  low_stock: z.int().min(1).default(3).describe('units from which on down few are left; 0 is out of stock'),
  min_drop_percent: z.number().min(0).max(99).default(0).describe('smaller price drops open no signal'),
  min_drop_amount: z.int().min(0).default(0).describe('smaller price drops open no signal; minor units of the price'),
  reference_price: z
    .enum(['before_fall', 'last_alerted', 'lowest_30d'])
    .default('before_fall')
    .describe(
      'what a price must be under to have dropped: the price before it began to fall; also the price told last (within 30 days); also the lowest of the last 30 days',
    ),
  cool_down: Duration.default(900_000).describe(
    'how long a SKU rests after a signal of one kind opened, before that kind opens again; 0: not at all',
  ),
});

/** Hours in which nobody is told anything, in the shopper's zone (else the shop's). May pass midnight. */
export const QuietHours = z.strictObject({ from: clockTime, to: clockTime });

/** How the bot behaves in the conversation. */
export const BotSettings = z.strictObject({
  human_pause: Duration.default(3_600_000).describe(
    'how long the bot is silent after a human (or another app) wrote to the shopper; 0: never. STOP and START are always answered',
  ),
  disclosure: z
    .boolean()
    .default(true)
    .describe('whether the first reply, and the first after 30 days, says that it comes from an automated service'),
  offer_again: z
    .boolean()
    .default(true)
    .describe('whether a shopper who was told once is offered to be told the next time, too'),
  read_profile: z
    .boolean()
    .default(true)
    .describe('whether language and time zone of a new shopper are asked of Messenger, once'),
  stop_words: z
    .array(z.string().trim().min(1).max(60))
    .max(100)
    .default([])
    .describe('further words that stop everything when a shopper writes nothing else'),
  asks_per_day: z
    .int()
    .min(0)
    .max(5)
    .default(2)
    .describe('how often in 24 hours the shop may ask one shopper by POST /v1/shops/{shop}/asks; 0: never'),
});

/** The whole settings of a shop: the file that `beckon shops apply` reads. Unknown fields are refused. */
export const ShopSettings = z
  .strictObject({
    shop: slug,
    name: z.string().min(1),
    locale: z
      .string()
      .regex(/^[a-z]{2,3}([_-][A-Z]{2})?$/, 'a locale such as "en" or "de_DE"')
      .default('en'),
    zone: zone.default('UTC'),
    currency: z.string().refine(isCurrency, 'an ISO 4217 code such as "EUR"'),
    pages: z.array(PageSettings).min(1),
    sources: z.array(SourceSettings).min(1),
    limits: z.array(LimitSettings).default([
      { scope: 'shopper', limit: 3, period: 86_400_000 },
      { scope: 'shopper_sku', limit: 1, period: 3_600_000 },
    ]),
    min_gap: Duration.default(0).describe('least time between two messages to one shopper'),
    quiet_hours: QuietHours.nullable().default({ from: '21:00', to: '08:00' }),
    expire_after: Duration.default(172_800_000).describe('how long an alert is worth telling'),
    rules: RuleSettings.prefault({}).describe('what is worth telling'),
    topics: z
      .array(TopicSettings)
      .max(200)
      .default([])
      .describe('collections and sales that shoppers can ask to be told of'),
    bot: BotSettings.prefault({}).describe('the conversation with a shopper'),
    templates: z
      .partialRecord(Kind, z.record(z.string(), z.string().min(1)))
      .default({})
      .describe('wording per kind and locale, ICU MessageFormat'),
  })
  .superRefine((s, ctx) => {
    const unique = (path: string, values: string[]): void => {
      values.forEach((v, i) => {
        if (values.indexOf(v) !== i)
          ctx.addIssue({ code: 'custom', path: [path, i], message: `${JSON.stringify(v)} is named twice` });
      });
    };
    unique(
      'pages',
      s.pages.map((p) => p.page),
    );
    unique(
      'sources',
      s.sources.map((x) => x.name),
    );
    unique(
      'topics',
      s.topics.map((t) => t.topic),
    );
    s.sources.forEach(({ name }, i) => {
      if (name === SCHEDULE)
        ctx.addIssue({
          code: 'custom',
          path: ['sources', i, 'name'],
          message: 'is the name of the timetable of topics',
        });
    });
    s.pages.forEach((p, i) => {
      if (p.pace_per_second > 40 && !p.inbox_unused)
        ctx.addIssue({
          code: 'custom',
          path: ['pages', i, 'pace_per_second'],
          message: 'over 40 per second a Page’s inbox stops working; set inbox_unused: true if nobody uses it',
        });
    });
  });
export type ShopSettings = z.output<typeof ShopSettings>;
export type BotSettings = z.output<typeof BotSettings>;
export type PageSettings = z.output<typeof PageSettings>;
export type SourceSettings = z.output<typeof SourceSettings>;
export type LimitSettings = z.output<typeof LimitSettings>;

/** A small, valid settings file. */
export const exampleSettings: z.input<typeof ShopSettings> = {
  shop: 'aurora',
  name: 'Aurora Outfitters',
  locale: 'en',
  zone: 'Europe/Berlin',
  currency: 'EUR',
  pages: [
    {
      page: '1001',
      name: 'Aurora Outfitters',
      access_token: 'env:AURORA_PAGE_TOKEN',
      app_secret: 'env:AURORA_APP_SECRET',
      verify_token: 'env:AURORA_VERIFY_TOKEN',
    },
  ],
  sources: [{ name: 'catalog', format: 'cloudevents', topic: 'aurora.catalog' }],
  limits: [{ scope: 'shopper', limit: 3, period: '24h' }],
};
