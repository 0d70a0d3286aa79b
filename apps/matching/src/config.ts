import {
  databaseSettings,
  kafkaSettings,
  processSettings,
  integer,
  setting,
  withDefault,
  type ConfigOf,
} from '@beckon/service';

/** Settings of matching. */
export const matchingSettings = {
  ...processSettings,
  ...kafkaSettings,
  ...databaseSettings,
  DATABASE_SCHEMA: withDefault(databaseSettings.DATABASE_SCHEMA, 'matching'),
  FANOUT_WORKERS: setting({
    check: integer({ min: 1, max: 32 }),
    default: '2',
    help: 'Fan-out loops of this process: while one waits for Kafka, another reads the next page.',
  }),
};
export type MatchingConfig = ConfigOf<typeof matchingSettings>;
