/**
 * Kafka, Redis or Postgres goes away under a running Beckon: what arrives meanwhile is refused aloud or waits, nothing
 * is sent unguarded, and everything goes on when the server is back. These servers are this file's own.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startStack, type Stack } from '@beckon/stack';
import { Beckon } from '../support/beckon.js';
import { until } from '../support/real-servers.js';

let stack: Stack;
let beckon: Beckon;
beforeAll(async () => {
  const { KAFKA_BROKERS: _k, REDIS_URL: _r, DATABASE_URL: _d, ...env } = process.env;
  stack = await startStack({ persistent: false, env });
  process.env['KAFKA_BROKERS'] = stack.kafkaBrokers.join(',');
  process.env['REDIS_URL'] = stack.redisUrl;
  process.env['DATABASE_URL'] = stack.databaseUrl;
  beckon = await Beckon.start();
}, 180_000);
afterAll(() => stack.stop());

let n = 0;

/** A person who asked for a SKU that is not there. */
async function asker(): Promise<{
  person: string;
  sku: string;
  back: () => Promise<void>;
  told: () => Promise<unknown>;
}> {
  const sku = `away-${(n += 1)}`;
  const person = await beckon.person(`Person ${n}`);
  await beckon.offer({ sku, units: 0, price: { amount: 900, currency: 'EUR' } }, 'snapshot');
  await beckon.subscribe(person, sku, 'back_in_stock');
  return {
    person,
    sku,
    back: () => beckon.offer({ sku, units: 5, price: { amount: 900, currency: 'EUR' } }),
    told: () =>
      until('told once', async () => (await beckon.alerts(person)).length === 1, 90_000).catch(async (e: unknown) => {
        throw new Error(`${String(e)}\n${await beckon.story()}`);
      }),
  };
}

describe('promises 1 to 4 while a server is away', () => {
  it('Redis, emptied: nothing is sent unguarded; the windows are rebuilt and it goes on', async () => {
    const a = await asker();
    await stack.redis.kill();
    await a.back();
    await until('it waits', async () => {
      const answer = await fetch(`${beckon.url('throttling')}/metrics`);
      return (await answer.text()).includes('windows_closed');
    });
    expect(await beckon.alerts(a.person)).toEqual([]);
    await stack.redis.restart();
    await a.told();
  }, 120_000);

  it('Postgres: partitions pause, nothing is lost, nothing is sent twice', async () => {
    const a = await asker();
    await stack.postgres.kill();
    await a.back();
    await until('a service says so', async () => !(await fetch(`${beckon.url('matching')}/health/ready`)).ok);
    await stack.postgres.restart();
    await a.told();
  }, 120_000);

  it('Kafka: webhooks are answered 503, the platform sends them again, and each is answered once', async () => {
    const a = await asker();
    const people = await Promise.all([1, 2, 3].map((i) => beckon.person(`Writer ${i}`)));
    const writes = async (times: number): Promise<void> => {
      for (let i = 0; i < times; i += 1) for (const person of people) await beckon.say(person, 'help');
    };
    const refused = async (): Promise<number> => {
      const text = await (await fetch(`${beckon.url('optin')}/metrics`)).text();
      return Number(/beckon_optin_webhooks_total\{outcome="kafka_away"\} (\d+)/.exec(text)?.[1] ?? 0);
    };
    for (const person of people) await beckon.getStarted(person);
    await writes(2);
    await stack.kafka.kill();
    await writes(4);
    // Each person's events wait for the first of theirs: so many are refused at once, and again when they are tried again.
    await until('the edge refuses, again and again', async () => (await refused()) >= 2 * people.length, 60_000);
    await stack.kafka.restart();
    await writes(2);
    const answers = async (): Promise<number[]> =>
      Promise.all(people.map(async (person) => (await beckon.received(person)).length));
    await until('everybody is answered', async () => (await answers()).every((n) => n >= 9), 120_000);
    await a.back();
    await a.told();
    // Whatever was sent twice has been handled long before the alert that came after it.
    expect(await answers()).toEqual([9, 9, 9]);
  }, 240_000);
});
