import { MOST_WEBHOOK_BYTES } from '@beckon/contracts';
import {
  databaseSettings,
  integer,
  kafkaSettings,
  milliseconds,
  processSettings,
  setting,
  url,
  webhookSettings,
  withDefault,
  type ConfigOf,
} from '@beckon/service';

/** Settings of ingestion. */
export const ingestionSettings = {
  ...processSettings,
  ...kafkaSettings,
  ...databaseSettings,
  ...webhookSettings,
  OPTIN_URL: setting({
    check: url('http', 'https').optional(),
    help: 'Where optin’s HTTP API is: it keeps the API keys that snapshots are sent with. Without it no snapshot is taken.',
  }),
  SNAPSHOT_LINE_BYTES: setting({
    check: integer({ min: 1024, max: 16 * 1_048_576 }),
    default: '262144',
    help: 'Largest line of a snapshot, in bytes; a longer one is reported and passed over.',
  }),
  SNAPSHOT_IDLE_MS: setting({
    check: milliseconds({ min: 100 }),
    default: '30000',
    help: 'How long nothing may come of a snapshot that is being sent, in milliseconds; then it is ended.',
  }),
  DATABASE_SCHEMA: withDefault(databaseSettings.DATABASE_SCHEMA, 'ingestion'),
  WEBHOOK_MAX_BYTES: setting({
    check: integer({ min: 1024, max: MOST_WEBHOOK_BYTES }),
    default: String(2 * 1_048_576),
    help: `Largest webhook body, in bytes, at most ${MOST_WEBHOOK_BYTES}; larger ones are answered 413. Products with many variants are large.`,
  }),
};
export type IngestionConfig = ConfigOf<typeof ingestionSettings>;
