/**
 * Kafka, Redis or Postgres goes away under a running Beckon: what arrives meanwhile is refused aloud or waits, nothing
 * is sent unguarded, and everything goes on when the server is back. These servers are this file's own.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startStack, type Stack } from '@beckon/stack';
import { createHmac } from 'node:crypto';
import { Beckon, PAGE } from '../support/beckon.js';
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

  it('Kafka: webhooks are answered 503, so that the platform comes again; afterwards all goes on', async () => {
    const a = await asker();
    const body = JSON.stringify({
      object: 'page',
      entry: [
        {
          id: PAGE,
          time: Date.now(),
          messaging: [
            {
              sender: { id: a.person },
              recipient: { id: PAGE },
              timestamp: Date.now(),
              message: { mid: 'm_x', text: 'hi' },
            },
          ],
        },
      ],
    });
    const signature = `sha256=${createHmac('sha256', beckon.secrets.FLOW_APP_SECRET).update(body).digest('hex')}`;
    const post = async (): Promise<number> => {
      const answer = await fetch(`${beckon.url('optin')}/webhooks/messenger`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-hub-signature-256': signature },
        body,
      });
      return answer.status;
    };
    await stack.kafka.kill();
    expect(await post()).toBe(503);
    await stack.kafka.restart();
    await until('the edge takes events again', async () => (await post()) === 200, 60_000);
    await a.back();
    await a.told();
  }, 180_000);
});
