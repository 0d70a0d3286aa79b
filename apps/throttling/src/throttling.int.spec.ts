/** The whole service on real Kafka, Postgres and Redis, wired as in production. */
import {
  alertsAdmitted,
  alertsMatched,
  catalogSignals,
  deadLetters,
  decisions,
  deliveries,
  exampleSettings,
  freshness,
  matchedExample,
  shoppers,
  shops,
  ShopSettings,
  subscriptions,
  type Admission,
  type Decision,
  type MatchedAlert,
  type Topic,
} from '@beckon/contracts';
import { kafkaStrategy, type KafkaClient } from '@beckon/kafka';
import { CLOCK, HealthRegistry, loadConfig, LOG, Shutdown, systemClock, type ServiceDeps } from '@beckon/service';
import { describe, expect, it } from '@jest/globals';
import { Global, Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { cleanUp, follow, ownNames, servers, testKafka, testLog, until } from '../../../tests/support/real-servers.js';
import { throttlingSettings } from './config.js';
import { ThrottlingModule } from './throttling.module.js';

const topics = [
  shops,
  shoppers,
  subscriptions,
  catalogSignals,
  freshness,
  alertsMatched,
  alertsAdmitted,
  deliveries,
  decisions,
];

@Global()
@Module({
  providers: [
    { provide: CLOCK, useValue: systemClock },
    { provide: LOG, useValue: testLog() },
  ],
  exports: [CLOCK, LOG],
})
class ServiceRoot {}

/** Starts one process' worth of throttling; its end is the shutdown list. */
async function start(
  names: ReturnType<typeof ownNames>,
  instance: string,
): Promise<{ deps: ServiceDeps; stop: () => Promise<void> }> {
  const at = servers();
  const config = loadConfig(throttlingSettings, {
    KAFKA_BROKERS: at.brokers.join(','),
    REDIS_URL: at.redisUrl,
    DATABASE_URL: at.databaseUrl,
    DATABASE_SCHEMA: names.schema('throttling'),
    TOPIC_PREFIX: names.topicPrefix,
    GROUP_PREFIX: names.topicPrefix,
    REDIS_PREFIX: names.redisPrefix,
    SERVICE_INSTANCE: instance,
  });
  const log = testLog('throttling');
  const shutdown = new Shutdown({ budgetMs: 20_000, log });
  const deps: ServiceDeps = { name: 'throttling', log, health: new HealthRegistry(), shutdown, clock: systemClock };
  const module = await Test.createTestingModule({
    imports: [ServiceRoot, ThrottlingModule.forService(config, deps)],
  }).compile();
  const app = module.createNestApplication({ logger: false });
  shutdown.add('consumers', () => app.close(), 'intake');
  app.connectMicroservice({ strategy: kafkaStrategy(app, deps) }, { inheritAppConfig: true });
  await app.startAllMicroservices();
  let stopped = false;
  const stop = async (): Promise<void> => {
    if (!stopped) expect(await shutdown.run()).toBe(true);
    stopped = true;
  };
  cleanUp(stop);
  return { deps, stop };
}

const put = <V>(client: KafkaClient, topic: Topic<V>, key: string, value: V): Promise<void> =>
  client.producer.send([{ topic: client.topic(topic), key, value: JSON.stringify(value), headers: {} }]);

describe('throttling', () => {
  it('admits what is known to be true, stops while its source is silent, settles by answers, and hands over to the next process', async () => {
    const names = ownNames();
    const client = await testKafka('throttling', names.topicPrefix, [...topics, deadLetters('throttling')]);
    const admitted = await follow(client, alertsAdmitted);
    const told = await follow(client, decisions);
    const admissions = (): Admission[] => admitted.map((r) => alertsAdmitted.schema.parse(JSON.parse(r.value ?? '')));
    const story = (alert: MatchedAlert): string[] =>
      told
        .map((r) => decisions.schema.parse(JSON.parse(r.value ?? '')) as Decision)
        .filter((d) => d.alert_id === alert.alert_id)
        // A busy machine may let the source fall behind between two beats: true, and beside the point at the end.
        .filter((d, i, all) => d.reason !== 'source_behind' || i === 0 || all.length === 1)
        .map((d) => (d.reason ? `${d.verdict}:${d.reason}` : d.verdict));
    const beat = (): Promise<void> =>
      put(client, freshness, 'aurora:catalog:0', { shop: 'aurora', source: 'catalog', partition: 0, at: Date.now() });

    const settings = ShopSettings.parse({
      ...exampleSettings,
      quiet_hours: null,
      limits: [{ scope: 'shopper', limit: 1, period: '24h' }],
    });
    await put(client, shops, 'aurora', { ...shops.example, rev: 3, settings });
    const now = Date.now();
    const base = { ...matchedExample, expires_at: now + 3_600_000, signal_opened_at: now, matched_at: now };
    const alert = (n: number): MatchedAlert => ({ ...base, alert_id: `alr_${n}`, sub_id: `sub_${n}`, rank: n });
    const [first, second] = [alert(1), alert(2)];
    await put(client, shoppers, base.shopper_id, shoppers.example);
    for (const { sub_id } of [first, second])
      await put(client, subscriptions, sub_id, { ...subscriptions.example, sub_id });
    await put(client, catalogSignals, 'k', { ...catalogSignals.example, opened_at: now });

    const one = await start(names, 'one');
    await put(client, alertsMatched, base.shopper_id, first);
    await put(client, alertsMatched, base.shopper_id, second);
    await until('both wait for the source', () => story(first).length + story(second).length >= 2);
    expect([story(first), story(second)]).toEqual([['held:source_behind'], ['held:source_behind']]);
    expect(admissions()).toEqual([]);

    await beat();
    await until('the best goes first', () => admissions().length > 0);
    expect(admissions()[0]).toMatchObject({ alert_id: 'alr_1', admission_no: 1, settings_rev: 3 });
    await until('the other is held', () => story(second).includes('held:reserved_elsewhere'));
    expect((await one.deps.health.reportReady()).status).toBe('ok');

    await one.stop();
    await start(names, 'two');
    await put(client, deliveries, base.shopper_id, {
      ...deliveries.example,
      alert_id: 'alr_1',
      admission_no: 1,
      state: 'returned',
      reason: 'past_send_by',
      at: Date.now(),
    });
    const beats = setInterval(() => void beat(), 1_000);
    try {
      await until('admitted again, under the next number', () => admissions().some((a) => a.admission_no === 2));
    } finally {
      clearInterval(beats);
    }
    expect(admissions().map((a) => [a.alert_id, a.admission_no])).toEqual([
      ['alr_1', 1],
      ['alr_1', 2],
    ]);
    await put(client, catalogSignals, 'k', { ...catalogSignals.example, opened_at: now, op: 'closed', seq: 8 });
    await until('the other is withdrawn', () => story(second).at(-1) === 'withdrawn:signal_closed');
    expect(story(first)).toEqual(['held:source_behind', 'admitted', 'returned:past_send_by', 'admitted']);
  });
});
