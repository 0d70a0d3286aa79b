import {
  databaseSettings,
  graphSettings,
  kafkaSettings,
  processSettings,
  integer,
  list,
  milliseconds,
  sealSettings,
  setting,
  text,
  url,
  webhookSettings,
  withDefault,
  type ConfigOf,
} from '@beckon/service';

/** Everything that can be set for optin. */
export const optinSettings = {
  ...processSettings,
  ...kafkaSettings,
  ...databaseSettings,
  ...sealSettings,
  ...graphSettings,
  ...webhookSettings,
  DATABASE_SCHEMA: withDefault(databaseSettings.DATABASE_SCHEMA, 'optin'),
  SHOPPER_KEY: setting({
    check: text(),
    secret: true,
    help: 'Key that turns a page-scoped id into our shopper id. Never changes: another key makes everybody a stranger.',
  }),
  REF_KEY: setting({
    check: list(),
    secret: true,
    help: 'Keys of the refs in m.me links, comma-separated: the first signs, all are accepted.',
  }),
  ADMIN_TOKEN: setting({
    check: text().optional(),
    secret: true,
    help: 'The operator’s bearer token for the HTTP API: may do everything in every shop, also make API keys. Without it only API keys count.',
  }),
  API_RATE_PER_MINUTE: setting({
    check: integer({ min: 1 }),
    default: '600',
    help: 'Requests that each API key may make in a minute; counted by each process for itself.',
  }),
  API_OPEN_RATE_PER_MINUTE: setting({
    check: integer({ min: 1 }),
    default: '3000',
    help: 'Requests a minute, by everybody together, that need no key (QR codes); counted by each process for itself.',
  }),
  PUBLIC_URL: setting({
    check: url('https', 'http').optional(),
    help: 'Address under which people and the platform reach optin; status pages of deletions are named with it. Without it, as the request itself was addressed.',
  }),
  ERASED_MARKER_MS: setting({
    check: milliseconds({ min: 1000 }),
    default: String(7 * 86_400_000),
    help: 'How long the empty marker of a deleted shopper stays before its tombstone, in milliseconds; longer than any reader is ever away.',
  }),
  PAGE_WATCH_MS: setting({
    check: milliseconds({ min: 0 }),
    default: '300000',
    help: 'How often it is looked whether a Page from which nothing came is still subscribed, in milliseconds; 0: never.',
  }),
  SEEN_KEEP_MS: setting({
    check: milliseconds({ min: 60_000 }),
    default: String(8 * 86_400_000),
    help: 'How long handled events are remembered, in milliseconds; longer than messenger.events is kept (7 days).',
  }),
};

/** The settings in force. */
export type OptinConfig = ConfigOf<typeof optinSettings>;
