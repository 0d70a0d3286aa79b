/** The stack on real servers: they answer, keep their data, give way to the environment, and never outlive us. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Redis } from 'ioredis';
import { Kafka, logLevel } from 'kafkajs';
import pg from 'pg';
import type { RunRecord } from './guard-protocol.js';
import { isRunning, type ProcessIdentity } from './process-identity.js';
import { startStack, type Stack } from './stack.js';
import { stateFolder } from './state.js';
import { until } from './until.js';

const BUILT = fileURLToPath(new URL('../dist/index.js', import.meta.url));
// Nothing of ours in it: these stacks start all servers themselves.
const { KAFKA_BROKERS: _k, REDIS_URL: _r, DATABASE_URL: _d, ...env } = process.env;

/** A state folder of its own that borrows the jars which the suite's own servers were started from. */
function ownStateFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'beckon-test-'));
  mkdirSync(join(stateFolder(), 'jars'), { recursive: true });
  symlinkSync(join(stateFolder(), 'jars'), join(folder, 'jars'));
  return folder;
}

async function withPostgres<T>(stack: Stack, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: stack.databaseUrl });
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}

async function withRedis<T>(stack: Stack, use: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(stack.redisUrl, { lazyConnect: true });
  try {
    await redis.connect();
    return await use(redis);
  } finally {
    redis.disconnect();
  }
}

function kafkaOf(stack: Stack): Kafka {
  return new Kafka({ clientId: 'stack-test', brokers: stack.kafkaBrokers, logLevel: logLevel.NOTHING });
}

async function produce(stack: Stack, topic: string, values: string[]): Promise<void> {
  const producer = kafkaOf(stack).producer();
  await producer.connect();
  await producer.send({ topic, acks: -1, messages: values.map((value) => ({ value })) });
  await producer.disconnect();
}

/** Reads a topic from its beginning until `count` values are there. */
async function consume(stack: Stack, topic: string, count: number): Promise<string[]> {
  const consumer = kafkaOf(stack).consumer({ groupId: `${topic}-${Date.now()}` });
  const values: string[] = [];
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({ eachMessage: async ({ message }) => void values.push(String(message.value)) });
  try {
    await until(() => values.length >= count, { timeoutMs: 30_000, what: `${count} records of ${topic}` });
  } finally {
    await consumer.disconnect();
  }
  return values;
}

async function createTopic(stack: Stack, topic: string): Promise<void> {
  const admin = kafkaOf(stack).admin();
  await admin.connect();
  await admin.createTopics({ waitForLeaders: true, topics: [{ topic, numPartitions: 1 }] });
  await admin.disconnect();
}

describe('a persistent stack', () => {
  const stateDir = ownStateFolder();
  let stack: Stack;

  beforeAll(async () => {
    stack = await startStack({ stateDir, env });
  });
  afterAll(async () => {
    await stack.stop();
    rmSync(stateDir, { recursive: true, force: true });
  });

  it('answers on all three servers', async () => {
    await createTopic(stack, 'greetings');
    await produce(stack, 'greetings', ['hello']);
    expect(await consume(stack, 'greetings', 1)).toEqual(['hello']);
    expect(await withRedis(stack, (redis) => redis.ping())).toBe('PONG');
    const { rows } = await withPostgres(stack, (client) =>
      client.query("select current_database() as name, current_setting('fsync') as fsync"),
    );
    expect(rows).toEqual([{ name: 'beckon', fsync: 'on' }]);
    for (const ms of Object.values(stack.timings)) expect(ms).toBeGreaterThan(0);
  });

  it('creates no topic by accident', async () => {
    const producer = kafkaOf(stack).producer({ retry: { retries: 0 } });
    await producer.connect();
    await expect(producer.send({ topic: 'never-made', messages: [{ value: 'x' }] })).rejects.toThrow();
    await producer.disconnect();
  });

  it('refuses a second program on the same state', async () => {
    await expect(startStack({ stateDir, env })).rejects.toThrow(`Already running as process ${process.pid}`);
  });

  it('keeps data and addresses over a stop and a start', async () => {
    await createTopic(stack, 'kept');
    await produce(stack, 'kept', ['one', 'two']);
    await withRedis(stack, (redis) => redis.set('kept', 'yes'));
    await withPostgres(stack, (client) => client.query('create table kept as select 42 as answer'));
    const before = [stack.kafkaBrokers, stack.redisUrl, stack.databaseUrl];
    await stack.stop();
    stack = await startStack({ stateDir, env });
    expect([stack.kafkaBrokers, stack.redisUrl, stack.databaseUrl]).toEqual(before);
    expect(await consume(stack, 'kept', 2)).toEqual(['one', 'two']);
    expect(await withRedis(stack, (redis) => redis.get('kept'))).toBe('yes');
    const { rows } = await withPostgres(stack, (client) => client.query('select answer from kept'));
    expect(rows).toEqual([{ answer: 42 }]);
  });

  it('brings each server back with its data after SIGKILL', async () => {
    await createTopic(stack, 'survives');
    await produce(stack, 'survives', ['still here']);
    await withRedis(stack, (redis) => redis.set('survives', 'yes'));
    await withPostgres(stack, (client) => client.query('create table survives as select 1 as one'));
    for (const server of [stack.kafka, stack.redis, stack.postgres]) {
      const before = server.pid;
      await server.kill();
      expect(server.pid).toBeUndefined();
      await server.restart();
      expect(server.pid).not.toBe(before);
    }
    expect(await consume(stack, 'survives', 1)).toEqual(['still here']);
    // The append-only file holds what Redis had answered: a write reaches the system before its answer leaves.
    expect(await withRedis(stack, (redis) => redis.get('survives'))).toBe('yes');
    expect((await withPostgres(stack, (client) => client.query('select one from survives'))).rowCount).toBe(1);
  });
});

describe('addresses in the environment', () => {
  it('replace servers: nothing is started for them', async () => {
    const stateDir = ownStateFolder();
    const given = { ...env, KAFKA_BROKERS: 'a:1,b:2', DATABASE_URL: 'postgres://elsewhere/x', PATH: env.PATH };
    const stack = await startStack({ stateDir, persistent: false, env: given });
    try {
      expect(stack.kafkaBrokers).toEqual(['a:1', 'b:2']);
      expect(stack.databaseUrl).toBe('postgres://elsewhere/x');
      expect([stack.kafka.external, stack.redis.external, stack.postgres.external]).toEqual([true, false, true]);
      expect([stack.kafka.pid, stack.postgres.pid]).toEqual([undefined, undefined]);
      await expect(stack.kafka.kill()).rejects.toThrow('KAFKA_BROKERS');
      expect(await withRedis(stack, (redis) => redis.ping())).toBe('PONG');
    } finally {
      await stack.stop();
      rmSync(stateDir, { recursive: true, force: true });
    }
  });
});

describe('when the program is killed', () => {
  const stateDir = ownStateFolder();
  afterAll(() => rmSync(stateDir, { recursive: true, force: true }));

  /** Starts a stack in a process of its own and returns that process and the record of what it started. */
  async function startElsewhere(persistent: boolean): Promise<{ kill(): void; run: RunRecord; home: string }> {
    const program = `
      const { startStack } = await import(${JSON.stringify(BUILT)});
      await startStack({ stateDir: ${JSON.stringify(stateDir)}, persistent: ${persistent} });
      console.log('started');
      setInterval(() => {}, 1000);`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await new Promise<void>((resolve, reject) => {
      child.stdout.once('data', () => resolve());
      child.once('exit', (code) => reject(new Error(`ended with ${code}`)));
    });
    const throwaway = join(stateDir, 'throwaway');
    const home = persistent ? stateDir : join(throwaway, readdirSync(throwaway)[0] ?? '');
    const run = JSON.parse(readFileSync(join(home, 'run.json'), 'utf8')) as RunRecord;
    return { kill: () => child.kill('SIGKILL'), run, home };
  }

  const allGone = (processes: readonly ProcessIdentity[]) =>
    until(() => !processes.some(isRunning), { timeoutMs: 20_000, what: 'the processes to be gone' });

  it('its servers end with it', async () => {
    const { kill, run, home } = await startElsewhere(true);
    expect(run.processes.map(({ key }) => key).sort()).toEqual(['kafka', 'postgres', 'redis']);
    expect(run.processes.every(isRunning)).toBe(true);
    kill();
    await allGone([...run.processes, run.guard as ProcessIdentity]);
    expect(existsSync(join(home, 'run.json'))).toBe(false);
  });

  it('and its guard too, the next start ends what they left, and deletes a throwaway', async () => {
    const { kill, run, home } = await startElsewhere(false);
    process.kill((run.guard as ProcessIdentity).pid, 'SIGSTOP'); // so that it cannot answer the program's death
    kill();
    process.kill((run.guard as ProcessIdentity).pid, 'SIGKILL');
    await allGone([run.parent as ProcessIdentity, run.guard as ProcessIdentity]);
    expect(run.processes.every(isRunning)).toBe(true);
    const next = await startStack({ stateDir, persistent: false, servers: ['redis'], env });
    try {
      await allGone(run.processes);
      expect(existsSync(home)).toBe(false);
      expect(() => next.kafkaBrokers).toThrow('without Kafka');
    } finally {
      await next.stop();
    }
  });
});
