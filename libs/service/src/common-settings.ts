/** The settings that every service understands. A service adds its own: `{ ...commonSettings, MY_SETTING: setting(…) }`. */
import { hostname } from 'node:os';
import { z } from 'zod';
import { setting } from './config.js';
import { flag, integer, list, milliseconds, oneOf, port, text, url } from './checks.js';

export const processSettings = {
  SERVICE_INSTANCE: setting({
    check: text(),
    default: { words: 'host:pid', of: () => `${hostname()}:${process.pid}` },
    help: 'Name of this process in logs, leases and consumer groups; must differ between processes.',
  }),
  LOG_LEVEL: setting({
    check: oneOf(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']),
    default: 'info',
    help: 'Least severe log line that is written.',
  }),
  HTTP_HOST: setting({ check: text(), default: '127.0.0.1', help: 'Address to listen on; 0.0.0.0 in containers.' }),
  HTTP_PORT: setting({
    check: port(),
    default: '0',
    help: 'Port of the HTTP edge, health and metrics; 0 takes a free one and logs it.',
  }),
  SHUTDOWN_BUDGET_MS: setting({
    check: milliseconds({ min: 100 }),
    default: '20000',
    help: 'Time between SIGTERM and exit, in milliseconds; keep it below the grace period of the platform.',
  }),
  OTEL_EXPORTER_OTLP_ENDPOINT: setting({
    check: url('http', 'https').optional(),
    help: 'Address of an OpenTelemetry collector (OTLP over HTTP); without it there is no tracing.',
  }),
};

export const kafkaSettings = {
  KAFKA_BROKERS: setting({ check: list(), default: '127.0.0.1:9092', help: 'Comma-separated host:port of brokers.' }),
  KAFKA_CLIENT_ID: setting({
    check: text().optional(),
    help: 'Client id shown by brokers; the service name if not set.',
  }),
  KAFKA_SSL: setting({ check: flag(), default: 'false', help: 'Talk TLS to Kafka.' }),
  KAFKA_CA: setting({
    check: text().optional(),
    help: 'PEM of the authority that signed the brokers; usually as KAFKA_CA_FILE.',
  }),
  KAFKA_CERT: setting({ check: text().optional(), help: 'PEM of the client certificate; usually as KAFKA_CERT_FILE.' }),
  KAFKA_KEY: setting({
    check: text().optional(),
    secret: true,
    help: 'PEM of the client key; usually as KAFKA_KEY_FILE.',
  }),
  KAFKA_SASL_MECHANISM: setting({
    check: oneOf(['plain', 'scram-sha-256', 'scram-sha-512']).optional(),
    help: 'SASL mechanism (plain, scram-sha-256, scram-sha-512); none if not set.',
  }),
  KAFKA_SASL_USERNAME: setting({ check: text().optional(), help: 'SASL user.' }),
  KAFKA_SASL_PASSWORD: setting({ check: text().optional(), secret: true, help: 'SASL password.' }),
  TOPIC_PREFIX: setting({ check: topicPart(), default: 'beckon.', help: 'Put before the name of every own topic.' }),
  GROUP_PREFIX: setting({
    check: topicPart(),
    default: 'beckon.',
    help: 'Put before the name of every consumer group.',
  }),
};

export const databaseSettings = {
  DATABASE_URL: setting({
    check: url('postgres', 'postgresql'),
    help: 'Postgres address: postgres://user:password@host:5432/database.',
  }),
  DATABASE_SCHEMA: setting({
    check: schemaName(),
    help: 'Schema that holds the tables of this service, and of no other; made if missing.',
  }),
  DATABASE_POOL: setting({
    check: integer({ min: 1, max: 500 }),
    default: '10',
    help: 'Most connections to Postgres.',
  }),
  DATABASE_SSL: setting({ check: flag(), default: 'false', help: 'Talk TLS to Postgres and verify its certificate.' }),
  DATABASE_CA: setting({
    check: text().optional(),
    help: 'PEM of the authority that signed the Postgres certificate; usually as DATABASE_CA_FILE.',
  }),
  DATABASE_WAIT_MS: setting({
    check: milliseconds(),
    default: '60000',
    help: 'How long a starting process waits for Postgres to answer, in milliseconds.',
  }),
};

/** Where Messenger's API is. */
export const graphSettings = {
  GRAPH_BASE_URL: setting({
    check: url('https', 'http'),
    default: 'https://graph.facebook.com',
    help: 'The only host that messages are posted to, and that is asked about Pages.',
  }),
  GRAPH_VERSION: setting({ check: text(), default: 'v26.0', help: 'Version of the Graph API in the path.' }),
};

export const redisSettings = {
  REDIS_URL: setting({
    check: url('redis', 'rediss'),
    default: 'redis://127.0.0.1:6379',
    help: 'Redis address; rediss:// talks TLS.',
  }),
  REDIS_PREFIX: setting({ check: text(), default: 'beckon:', help: 'Put before every Redis key.' }),
};

/** An HTTP edge that takes webhooks of a platform: what may be sent to it before anybody knows who sends. */
export const webhookSettings = {
  WEBHOOK_MAX_BYTES: setting({
    check: integer({ min: 1024 }),
    default: '1048576',
    help: 'Largest webhook body, in bytes; larger ones are answered 413.',
  }),
  WEBHOOK_BODY_MS: setting({
    check: milliseconds({ min: 100, max: 60_000 }),
    default: '5000',
    help: 'How long a webhook’s body may take to arrive, and the head of a connection’s first request, in milliseconds; then the connection is closed.',
  }),
  WEBHOOK_HELD_BYTES: setting({
    check: integer({ min: 65_536 }),
    default: String(32 * 1_048_576),
    help: 'Bytes of half-arrived webhook bodies held at once, over all connections; beyond, webhooks are answered 503.',
  }),
  HTTP_MAX_CONNECTIONS: setting({
    check: integer({ min: 10 }),
    default: '1000',
    help: 'Open connections at once; further ones are closed unanswered.',
  }),
  WEBHOOK_KAFKA_WAIT_MS: setting({
    check: milliseconds({ min: 100, max: 4500 }),
    default: '3000',
    help: 'How long a webhook waits for Kafka before it is answered 503, in milliseconds (platforms allow 5 s).',
  }),
};

/** All of the above but webhooks and Messenger. DATABASE_SCHEMA has no default here: `withDefault(commonSettings.DATABASE_SCHEMA, 'matching')`. */
export const commonSettings = { ...processSettings, ...kafkaSettings, ...databaseSettings, ...redisSettings };

function topicPart() {
  return z.string().regex(/^[a-zA-Z0-9._-]{0,100}$/, 'may hold letters, digits and . _ - only');
}

function schemaName() {
  return z
    .string('must be given')
    .regex(/^[a-z_][a-z0-9_]{0,62}$/, 'must be lower-case letters, digits and _, not beginning with a digit');
}
