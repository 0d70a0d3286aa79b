import { counter, gauge, histogram } from '@beckon/service';

/** Metrics of ingestion. Shops and sources are labels: they are few, and the first question is always "whose?". */
export const ingestionMetrics = {
  updates: counter('beckon_ingestion_updates_total', {
    help: 'Offer updates by what became of them: applied, older (late), duplicate, waiting (its SKU is not known yet), unreadable (dead letter).',
    labels: ['outcome'],
  }),
  signals: counter('beckon_ingestion_signals_total', {
    help: 'Signals opened, moved and closed.',
    labels: ['kind', 'op'],
  }),
  sources: gauge('beckon_ingestion_sources', { help: 'Sources that this process reads.' }),
  sourcesAway: gauge('beckon_ingestion_sources_away', {
    help: 'Sources that this process reads whose topic could not be looked at: it is gone, or its cluster is away. Their alerts wait.',
  }),
  webhooks: counter('beckon_ingestion_webhooks_total', {
    help: 'Webhook posts by outcome: taken, trial (a platform tried the address), unsigned (or no such source), starting (settings not read yet), no_secret (a secret or public key that settings name is missing), kafka_away, too_large, encoded (compressed), slow (its body did not arrive in time), crowded (too many half-arrived bodies).',
    labels: ['outcome'],
  }),
  webhookSeconds: histogram('beckon_ingestion_webhook_seconds', {
    help: 'Time from the whole body of a signed webhook to its answer.',
    unit: 'seconds',
  }),
  repeated: counter('beckon_ingestion_webhooks_repeated_total', {
    help: 'Webhooks that had been handled before: the platform sent them again.',
  }),
  freshness: gauge('beckon_ingestion_freshness_age_seconds', {
    help: 'Age of the oldest freshness among the partitions that this process reads; alerts wait beyond 20.',
    unit: 'seconds',
  }),
};
