import { counter } from '@beckon/service';

/** Metrics of matching. */
export const matchingMetrics = {
  matched: counter('beckon_matching_matched_total', {
    help: 'Alerts by the side that found them: "signal" (fan-out) or "subscription" (its look at open signals).',
    labels: ['side'],
  }),
  signals: counter('beckon_matching_signals_total', {
    help: 'Records of catalog.signals: news (somebody may have to be told), quiet, old (seen before).',
    labels: ['outcome'],
  }),
  pages: counter('beckon_matching_pages_total', { help: 'Pages of fan-outs that were served.' }),
};
