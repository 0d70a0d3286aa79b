import { MOST_WEBHOOK_BYTES } from '@beckon/contracts';
import {
  databaseSettings,
  integer,
  kafkaSettings,
  processSettings,
  setting,
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
  DATABASE_SCHEMA: withDefault(databaseSettings.DATABASE_SCHEMA, 'ingestion'),
  WEBHOOK_MAX_BYTES: setting({
    check: integer({ min: 1024, max: MOST_WEBHOOK_BYTES }),
    default: String(2 * 1_048_576),
    help: `Largest webhook body, in bytes, at most ${MOST_WEBHOOK_BYTES}; larger ones are answered 413. Products with many variants are large.`,
  }),
};
export type IngestionConfig = ConfigOf<typeof ingestionSettings>;
