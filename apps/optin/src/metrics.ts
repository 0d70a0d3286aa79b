import { counter, gauge, histogram } from '@beckon/service';

/** What optin counts. Labels hold kinds and outcomes only, never an id or a text. */
export const optinMetrics = {
  webhooks: counter('beckon_optin_webhooks_total', {
    help: 'Webhook posts by outcome: taken, unsigned, starting (settings not read yet), kafka_away, too_large, encoded (compressed), slow (its body did not arrive in time), crowded (too many half-arrived bodies).',
    labels: ['outcome'],
  }),
  webhookSeconds: histogram('beckon_optin_webhook_seconds', {
    help: 'Time from the whole body of a signed webhook to its answer.',
    unit: 'seconds',
  }),
  apiRequests: counter('beckon_optin_api_requests_total', {
    help: 'Requests to the HTTP API by route (its template), method and status.',
    labels: ['route', 'method', 'status'],
  }),
  dropped: counter('beckon_optin_webhook_events_dropped_total', {
    help: 'Events of signed webhooks that were not written: foreign_page (not a Page of that app), unreadable.',
    labels: ['cause'],
  }),
  events: counter('beckon_optin_events_total', {
    help: 'Events handled, by kind.',
    labels: ['kind'],
  }),
  duplicates: counter('beckon_optin_duplicates_total', { help: 'Events that had been handled before.' }),
  replies: counter('beckon_optin_replies_total', {
    help: 'Replies asked of delivery, by purpose.',
    labels: ['purpose'],
  }),
  deletionRequests: counter('beckon_optin_deletion_requests_total', {
    help: 'Data-deletion requests of the platform by outcome: taken, unsigned.',
    labels: ['outcome'],
  }),
  erased: counter('beckon_optin_erased_total', {
    help: 'Shoppers whose data was deleted, by who asked: chat, desk, platform.',
    labels: ['by'],
  }),
  profiles: counter('beckon_optin_profiles_total', {
    help: 'Profiles asked for: profile (read), later (tried again), rest (the Page must slow down), never.',
    labels: ['outcome'],
  }),
  pageWebhooks: gauge('beckon_optin_page_webhooks', {
    help: '1: the Page is subscribed as far as is known; 0: its webhooks do not come, see the log. By the process that watches it.',
    labels: ['page'],
  }),
  resubscribed: counter('beckon_optin_pages_resubscribed_total', {
    help: 'Subscriptions that the platform had ended and that were made anew.',
  }),
  notes: counter('beckon_optin_notes_total', {
    help: 'What became of wishes: subscribed, unsubscribed, stopped, resumed, erased, ignored.',
    labels: ['verdict'],
  }),
};
