/**
 * Makes docker-compose.yml from deploy/services.json, so that there is one list of services, ports and settings.
 *
 *     node tools/compose.mjs            writes the file
 *     node tools/compose.mjs --check    fails when the file is not what would be written
 *     node tools/compose.mjs --env      prints a .env with fresh secrets for a first `docker compose up`
 */
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import { environmentOf, readServiceList } from '../apps/local/dist/service-list.js';
import { makeSecret } from '../apps/local/dist/secrets.js';

const FILE = fileURLToPath(new URL('../docker-compose.yml', import.meta.url));
const HEAD = `# Made by \`node tools/compose.mjs\` from deploy/services.json: change that, not this.
# Secrets come from .env; \`node tools/compose.mjs --env > .env\` makes a first one.
`;
const IMAGE = 'beckon:local';
const list = readServiceList();

/** Official images, each with the check that tells the others when it answers. */
const servers = {
  kafka: {
    image: 'apache/kafka:4.3.0',
    environment: {
      KAFKA_NODE_ID: '1',
      KAFKA_PROCESS_ROLES: 'broker,controller',
      KAFKA_CONTROLLER_QUORUM_VOTERS: '1@kafka:9093',
      KAFKA_CONTROLLER_LISTENER_NAMES: 'CONTROLLER',
      // Containers come in by the name "kafka", programs of this machine by 127.0.0.1: a listener for each.
      KAFKA_LISTENERS: 'INTERNAL://:19092,HOST://:9092,CONTROLLER://:9093',
      KAFKA_ADVERTISED_LISTENERS: 'INTERNAL://kafka:19092,HOST://127.0.0.1:9092',
      KAFKA_LISTENER_SECURITY_PROTOCOL_MAP: 'INTERNAL:PLAINTEXT,HOST:PLAINTEXT,CONTROLLER:PLAINTEXT',
      KAFKA_INTER_BROKER_LISTENER_NAME: 'INTERNAL',
      KAFKA_LOG_DIRS: '/var/lib/kafka/data',
      KAFKA_AUTO_CREATE_TOPICS_ENABLE: 'false',
      KAFKA_NUM_PARTITIONS: '12',
      KAFKA_DEFAULT_REPLICATION_FACTOR: '1',
      KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR: '1',
      KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR: '1',
      KAFKA_TRANSACTION_STATE_LOG_MIN_ISR: '1',
      KAFKA_SHARE_COORDINATOR_STATE_TOPIC_REPLICATION_FACTOR: '1',
      KAFKA_SHARE_COORDINATOR_STATE_TOPIC_MIN_ISR: '1',
      KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS: '0',
    },
    ports: ['127.0.0.1:9092:9092'],
    volumes: ['kafka:/var/lib/kafka/data'],
    healthcheck: health(['/opt/kafka/bin/kafka-broker-api-versions.sh', '--bootstrap-server', '127.0.0.1:19092']),
  },
  redis: {
    image: 'redis:8-alpine',
    command: ['redis-server', '--appendonly', 'yes'],
    ports: ['127.0.0.1:6379:6379'],
    volumes: ['redis:/data'],
    healthcheck: health(['redis-cli', 'ping']),
  },
  postgres: {
    image: 'postgres:18-alpine',
    command: ['postgres', '-c', 'max_connections=200'],
    environment: { POSTGRES_USER: 'beckon', POSTGRES_PASSWORD: secret('POSTGRES_PASSWORD'), POSTGRES_DB: 'beckon' },
    ports: ['127.0.0.1:5432:5432'],
    // Since 18 the image keeps its data in a folder per major version below this one.
    volumes: ['postgres:/var/lib/postgresql'],
    healthcheck: health(['pg_isready', '--username', 'beckon', '--dbname', 'beckon']),
  },
};

const places = {
  host: '0.0.0.0',
  port: (name) => portOf(name),
  url: (name) => `http://${name}:${portOf(name)}`,
  kafka: 'kafka:19092',
  redis: 'redis://redis:6379',
  postgres: `postgres://beckon:${secret('POSTGRES_PASSWORD')}@postgres:5432/beckon`,
};
const build = { context: '.', dockerfile: 'deploy/Dockerfile' };

/** Runs once, before any service: makes the topics. (Each service brings its own tables up to date as it starts.) */
const init = {
  image: IMAGE,
  build,
  working_dir: '/app/apps/cli',
  command: ['node', 'dist/main.js', 'topics', 'apply'],
  environment: { KAFKA_BROKERS: places.kafka },
  depends_on: { kafka: { condition: 'service_healthy' } },
};

function service(entry) {
  const { name, port, servers: needs, secrets } = entry;
  const waits = needs.map((server) => [server, { condition: 'service_healthy' }]);
  if (needs.includes('kafka')) waits.push(['init', { condition: 'service_completed_successfully' }]);
  return {
    image: IMAGE,
    build,
    working_dir: `/app/apps/${name}`,
    environment: { ...environmentOf(entry, list, places), ...Object.fromEntries(secrets.map((s) => [s, secret(s)])) },
    ports: [`127.0.0.1:${port}:${port}`],
    ...(waits.length ? { depends_on: Object.fromEntries(waits) } : {}),
    healthcheck: health([
      'node',
      '-e',
      `fetch('http://127.0.0.1:${port}/health/ready').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))`,
    ]),
    // Longer than SHUTDOWN_BUDGET_MS: what is in flight gets its answer.
    stop_grace_period: '25s',
    restart: 'unless-stopped',
  };
}

function portOf(name) {
  return list.services.find((entry) => entry.name === name).port;
}

function secret(name) {
  return `\${${name}:?set it in .env (node tools/compose.mjs --env)}`;
}

function health(command) {
  return { test: ['CMD', ...command], interval: '5s', timeout: '5s', retries: 24, start_period: '5s' };
}

const text =
  HEAD +
  stringify(
    {
      name: 'beckon',
      services: { ...servers, init, ...Object.fromEntries(list.services.map((entry) => [entry.name, service(entry)])) },
      volumes: { kafka: {}, redis: {}, postgres: {} },
    },
    // compat: quote what older YAML takes for a truth value, such as the "yes" of Redis.
    { lineWidth: 0, aliasDuplicateObjects: false, compat: 'yaml-1.1' },
  );

const [flag] = process.argv.slice(2);
if (flag === '--env') {
  const wanted = { ...list.secrets, POSTGRES_PASSWORD: { make: 'random', help: 'Password of the database user.' } };
  for (const [name, { make, help }] of Object.entries(wanted)) {
    process.stdout.write(`# ${help}\n${name}=${makeSecret(make, randomBytes(32))}\n`);
  }
} else if (flag === '--check') {
  if (readFileSync(FILE, 'utf8') !== text) {
    process.stderr.write('docker-compose.yml is not what deploy/services.json says. Run: node tools/compose.mjs\n');
    process.exit(1);
  }
} else {
  writeFileSync(FILE, text);
}
