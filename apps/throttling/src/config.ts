/** Settings of throttling. */
import { commonSettings, milliseconds, setting, text, withDefault, type ConfigOf } from '@beckon/service';

export const throttlingSettings = {
  ...commonSettings,
  DATABASE_SCHEMA: withDefault(commonSettings.DATABASE_SCHEMA, 'throttling'),
  REDIS_CA: setting({
    check: text().optional(),
    help: 'PEM of the authority that signed the Redis certificate (rediss://); usually as REDIS_CA_FILE.',
  }),
  ADMISSION_IDLE_MS: setting({
    check: milliseconds({ min: 10 }),
    default: '250',
    help: 'Rest between admission rounds that found nothing, in milliseconds; news end it early.',
  }),
};

export type ThrottlingConfig = ConfigOf<typeof throttlingSettings>;
