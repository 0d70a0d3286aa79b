import { commonSettings, integer, setting, withDefault, type ConfigOf } from '@beckon/service';

const { REDIS_URL: _url, REDIS_PREFIX: _prefix, ...common } = commonSettings;

/** Settings of matching. */
export const matchingSettings = {
  ...common,
  DATABASE_SCHEMA: withDefault(commonSettings.DATABASE_SCHEMA, 'matching'),
  FANOUT_WORKERS: setting({
    check: integer({ min: 1, max: 32 }),
    default: '2',
    help: 'Fan-out loops of this process: while one waits for Kafka, another reads the next page.',
  }),
};
export type MatchingConfig = ConfigOf<typeof matchingSettings>;
