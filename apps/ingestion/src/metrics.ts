import { counter, gauge } from '@beckon/service';

/** Metrics of ingestion. Shops and sources are labels: they are few, and the first question is always "whose?". */
export const ingestionMetrics = {
  updates: counter('beckon_ingestion_updates_total', {
    help: 'Offer updates by what became of them: applied, older (late), duplicate, unreadable (dead letter).',
    labels: ['outcome'],
  }),
  signals: counter('beckon_ingestion_signals_total', {
    help: 'Signals opened, moved and closed.',
    labels: ['kind', 'op'],
  }),
  sources: gauge('beckon_ingestion_sources', { help: 'Sources that this process reads.' }),
  freshness: gauge('beckon_ingestion_freshness_age_seconds', {
    help: 'Age of the oldest freshness among the partitions that this process reads; alerts wait beyond 20.',
    unit: 'seconds',
  }),
};
