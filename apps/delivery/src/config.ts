import {
  databaseSettings,
  graphSettings,
  kafkaSettings,
  processSettings,
  integer,
  milliseconds,
  sealSettings,
  setting,
  withDefault,
  type ConfigOf,
} from '@beckon/service';

const DAY = 86_400_000;

/** Everything that can be set for delivery. */
export const deliverySettings = {
  ...processSettings,
  ...kafkaSettings,
  ...databaseSettings,
  ...sealSettings,
  ...graphSettings,
  DATABASE_SCHEMA: withDefault(databaseSettings.DATABASE_SCHEMA, 'delivery'),
  POST_TIMEOUT_MS: setting({
    check: milliseconds({ min: 100, max: 60_000 }),
    default: '10000',
    help: 'Wait for an answer once the first byte left, in milliseconds; then the outcome is unknown.',
  }),
  POST_CONNECTIONS: setting({
    check: integer({ min: 1, max: 2000 }),
    default: '256',
    help: 'Most connections to the Graph host.',
  }),
  MAX_IN_FLIGHT_PER_PAGE: setting({
    check: integer({ min: 1, max: 2000 }),
    default: '200',
    help: 'Most messages of one Page that wait for their answer.',
  }),
  GIVE_UP_UNKNOWN_MS: setting({
    check: milliseconds({ min: 1000 }),
    default: String(DAY),
    help: 'A message whose outcome nobody knows ends as failed after this time without an echo, in milliseconds.',
  }),
  KEEP_REPLIES_MS: setting({
    check: milliseconds({ min: DAY }),
    default: String(7 * DAY),
    help: 'Settled replies are deleted after this time, in milliseconds.',
  }),
  KEEP_ALERTS_MS: setting({
    check: milliseconds({ min: 30 * DAY }),
    default: String(400 * DAY),
    help: 'Settled alerts are deleted after this time, in milliseconds; longer than any signal stays open.',
  }),
};

/** Delivery's settings, read and checked. */
export type DeliveryConfig = ConfigOf<typeof deliverySettings>;
