import { commonSettings, withDefault, type ConfigOf } from '@beckon/service';

const { REDIS_URL: _url, REDIS_PREFIX: _prefix, ...common } = commonSettings;

/** Settings of ingestion. */
export const ingestionSettings = {
  ...common,
  DATABASE_SCHEMA: withDefault(commonSettings.DATABASE_SCHEMA, 'ingestion'),
};
export type IngestionConfig = ConfigOf<typeof ingestionSettings>;
