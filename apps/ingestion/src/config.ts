import { databaseSettings, kafkaSettings, processSettings, withDefault, type ConfigOf } from '@beckon/service';

/** Settings of ingestion. */
export const ingestionSettings = {
  ...processSettings,
  ...kafkaSettings,
  ...databaseSettings,
  DATABASE_SCHEMA: withDefault(databaseSettings.DATABASE_SCHEMA, 'ingestion'),
};
export type IngestionConfig = ConfigOf<typeof ingestionSettings>;
