import { beforeAll, describe, expect, it } from '@jest/globals';
import {
  ShopSettings,
  alertsAdmitted,
  binaryHeaders,
  deadLetters,
  decisions,
  deliveries,
  exampleSettings,
  messagesRequested,
  offers,
  receipts,
  shoppers,
  shops,
  type Topic,
} from '@beckon/contracts';
import type { KafkaClient } from '@beckon/kafka';
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { GraphStandIn, aShopper, anAdmission, anOffer } from '../../../tests/support/delivery-kit.js';
import { cleanUp, follow, ownNames, servers, testKafka, until } from '../../../tests/support/real-servers.js';
import { Sealer } from '@beckon/service';

const repository = join(import.meta.dirname, '../../..');
const main = join(repository, 'apps/delivery/dist/main.js');
const topics: Topic[] = [
  shops,
  shoppers,
  offers,
  alertsAdmitted,
  messagesRequested,
  receipts,
  deliveries,
  decisions,
  deadLetters('delivery'),
] as Topic[];

beforeAll(() => {
  execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-b', 'apps/delivery'], {
    cwd: repository,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
});

/** A world of its own for one process of delivery that may be told where to die. */
async function world() {
  const names = ownNames();
  const keys = `k1:${randomBytes(32).toString('base64')}`;
  const sealer = Sealer.fromKeys(keys);
  const client = await testKafka('delivery', names.topicPrefix, topics);
  const graph = new GraphStandIn();
  const url = await graph.start();
  const folder = mkdtempSync(join(tmpdir(), 'beckon-crash-'));
  cleanUp(() => rmSync(folder, { recursive: true, force: true }));
  const armed = join(folder, 'armed');
  const hook = join(folder, 'hook.mjs');
  // Dies as by kill -9 at the named point, once the test has armed it.
  writeFileSync(
    hook,
    `import { existsSync } from 'node:fs';
     globalThis[Symbol.for('beckon.faultPoint')] = (name) => {
       if (name === process.env.DIE_AT && existsSync(${JSON.stringify(armed)})) process.kill(process.pid, 'SIGKILL');
     };`,
  );
  const schema = names.schema('delivery');
  const start = (dieAt = ''): ChildProcess => {
    const child = spawn(process.execPath, ['--import', hook, main], {
      stdio: ['ignore', process.env['TEST_LOG_LEVEL'] ? 'inherit' : 'ignore', 'inherit'],
      env: {
        ...process.env,
        DIE_AT: dieAt,
        SHUTDOWN_BUDGET_MS: '60000',
        LOG_LEVEL: process.env['TEST_LOG_LEVEL'] ?? 'info',
        TOPIC_PREFIX: names.topicPrefix,
        GROUP_PREFIX: names.topicPrefix,
        DATABASE_SCHEMA: schema,
        SEAL_KEYS: keys,
        GRAPH_BASE_URL: url,
        AURORA_PAGE_TOKEN: 'EAAcrash',
      },
    });
    cleanUp(() => child.kill('SIGKILL'));
    return child;
  };
  const database = new pg.Client({ connectionString: servers().databaseUrl });
  await database.connect();
  cleanUp(async () => {
    await database.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`);
    await database.end();
  });
  const arm = (): void => writeFileSync(armed, '');
  return { client, graph, sealer, start, arm, database, schema };
}

async function publish<V>(client: KafkaClient, topic: Topic<V>, key: string, value: V): Promise<void> {
  const headers = binaryHeaders({
    id: randomBytes(8).toString('hex'),
    source: 'test',
    type: topic.type,
    time: Date.now(),
  });
  await client.producer.send([{ topic: client.topic(topic), key, value: JSON.stringify(value), headers }]);
}

/** A shop, an offer, a shopper, and a process that has died at the named point with one alert. */
async function diedAt(point: string) {
  const w = await world();
  const settings = ShopSettings.parse(exampleSettings);
  await publish(w.client, shops, 'aurora', { shop: 'aurora', rev: 1, settings, updated_at: Date.now() });
  await publish(w.client, offers, 'aurora:red-coat-m', anOffer());
  const shopper = aShopper({ psid_sealed: w.sealer.seal('200') });
  await publish(w.client, shoppers, shopper.shopper_id, shopper);
  const first = w.start(point);
  await until(
    'the Page is owned',
    async () => {
      const rows = await w.database.query(`SELECT owner FROM ${w.schema}.pages`).catch(() => ({ rows: [] }));
      return rows.rows.some((r: { owner: string | null }) => r.owner !== null);
    },
    90_000,
  );
  const admission = anAdmission(shopper, { send_by: Date.now() + 600_000 });
  w.arm();
  await publish(w.client, alertsAdmitted, shopper.shopper_id, admission);
  await until(`death at ${point}`, () => first.signalCode === 'SIGKILL', 60_000);
  const records = await follow(w.client, deliveries);
  const lines = await follow(w.client, decisions);
  // The dead worker's lease would run out by itself; its running out is tested elsewhere.
  await w.database.query(`UPDATE ${w.schema}.pages SET lease_until = 1`);
  const second = w.start();
  return { ...w, second, admission, records, lines };
}

const parsed = (records: readonly { value: string | null }[]): Record<string, unknown>[] =>
  records.map((r) => JSON.parse(r.value ?? '{}') as Record<string, unknown>);

describe('promises 1 and 2: killed between the answer and the ledger (all other points: tests/flow/crashes)', () => {
  it('says unknown, sends nothing again whoever asks, and believes the echo; then ends in order', async () => {
    const w = await diedAt('post:answered');
    const told = (): Record<string, unknown>[] => parsed(w.records);
    const unknown = await until('told', () => told().find((r) => r['state'] === 'unknown'), 90_000);
    expect(unknown).toMatchObject({ alert_id: w.admission.alert_id, admission_no: 1, seq: 1 });
    await publish(w.client, alertsAdmitted, w.admission.shopper_id, w.admission);
    await until('the same answer again', () => told().length >= 2, 60_000);
    expect(told()[1]).toEqual(unknown);
    await publish(w.client, receipts, w.admission.shopper_id, {
      kind: 'echo',
      shopper_id: w.admission.shopper_id,
      page: w.admission.page,
      alert_id: w.admission.alert_id,
      mid: 'm_1',
      watermark: null,
      at: Date.now(),
    });
    await until('sent', () => told().some((r) => r['state'] === 'accepted'), 60_000);
    const lines = await until('the last word', () => {
      const terminal = parsed(w.lines).filter((l) => l['terminal'] === true);
      return terminal.length > 0 && terminal;
    });
    expect(lines).toMatchObject([{ verdict: 'sent', stage: 'delivery', alert_id: w.admission.alert_id }]);
    expect(w.graph.posts).toHaveLength(1);
    for (const r of w.records) expect(`${r.value}${JSON.stringify(r.headers)}`).not.toMatch(/"200"|EAAcrash|v1\.k1/);

    w.second.kill('SIGTERM');
    await until('an orderly end', () => w.second.exitCode !== null, 70_000);
    expect(w.second.exitCode).toBe(0);
    const { rows } = await w.database.query(`SELECT owner FROM ${w.schema}.pages`);
    expect(rows).toEqual([{ owner: null }]);
  }, 300_000);
});
