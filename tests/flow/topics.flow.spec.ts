/**
 * The kinds beside stock and price, from what happens in the shop to the shopper's phone: few left, a new collection, a
 * sale that opens early for some.
 */
import { beforeAll, describe, expect, it } from '@jest/globals';
import { catalogSignals, deadLetters, freshness, type Kind, type Subscription } from '@beckon/contracts';
import { randomUUID } from 'node:crypto';
import { Beckon, SHOP } from '../support/beckon.js';
import { until } from '../support/real-servers.js';

let beckon: Beckon;
beforeAll(async () => {
  beckon = await Beckon.start();
}, 120_000);

const eur = (amount: number): { amount: number; currency: string } => ({ amount, currency: 'EUR' });

/** What a person was told first by an alert. */
const alertTo = (psid: string): Promise<string> =>
  until('the alert', async () => (await beckon.alerts(psid))[0]?.text ?? undefined, 40_000);

const follow = (psid: string, topic: string, kind: Kind): Promise<Subscription> =>
  beckon.subscribe(psid, topic, kind, { sku: undefined, topic });

/** An instant so many milliseconds from now, as settings have it. */
const soon = (ms: number): string => new Date(Date.now() + ms).toISOString();

/** A native event of the shop's platform about one of its topics; its time is now. */
const topicEvent = (topic: string, what: 'opened' | 'closed'): Promise<unknown> =>
  beckon.client.producer.send([
    {
      topic: beckon.sourceTopic,
      key: topic,
      value: JSON.stringify({ topic }),
      headers: {
        'content-type': 'application/json',
        ce_specversion: '1.0',
        ce_id: randomUUID(),
        ce_source: 'flow-platform',
        ce_type: `com.beckon.topic.${what}`,
        ce_time: new Date().toISOString(),
      },
    },
  ]);

const AUTUMN = { topic: 'autumn', kind: 'new_collection', name: { en: 'Autumn 2026', de: 'Herbst 2026' } } as const;

describe('a collection that opens by time', () => {
  it('is told to whoever asked, by its name and link, when its time has come, and not before', async () => {
    const url = 'https://flow.example/autumn';
    const announced = { ...AUTUMN, url, opens_at: soon(3_600_000) };
    await beckon.applySettings({ topics: [announced] });
    const p = await beckon.person('Ada');
    const sub = await follow(p, 'autumn', 'new_collection');
    const told = await beckon.read(freshness);
    await until('the timetable is kept', () => told.some((r) => r.key === `${SHOP}:schedule:0`));
    expect(await beckon.alerts(p)).toEqual([]);
    const opens = Date.now() + 3_000;
    await beckon.applySettings({ topics: [{ ...announced, opens_at: opens }] });
    expect(await alertTo(p)).toBe(`It is here: Autumn 2026, new at Flow shop.\n${url}`);
    expect((await beckon.alerts(p))[0]?.accepted_at).toBeGreaterThanOrEqual(opens);
    await until('its verdict', async () => (await beckon.verdicts(sub)).length === 1);
    expect(await beckon.verdicts(sub)).toEqual(['sent']);
  });

  it('is over before somebody could be told: withdrawn, nothing sent', async () => {
    const at = (ms: number): string => new Date(Date.now() + ms).toISOString().slice(11, 16);
    const night = { zone: 'UTC', quiet_hours: { from: at(-3_600_000), to: at(3_600_000) } };
    const topic = { ...AUTUMN, topic: 'brief' };
    await beckon.applySettings({ topics: [topic] });
    const p = await beckon.person('Ben');
    const sub = await follow(p, 'brief', 'new_collection');
    await beckon.applySettings({ ...night, topics: [{ ...topic, opens_at: soon(0) }] });
    await until('it waits for the morning', async () =>
      (await beckon.decisions()).some((d) => d.sub_id === sub.sub_id && d.reason === 'quiet_hours'),
    );
    await beckon.applySettings({ ...night, topics: [{ ...topic, opens_at: soon(-60_000), closes_at: soon(1_000) }] });
    await until('withdrawn', async () => (await beckon.verdicts(sub)).includes('withdrawn:signal_closed'));
    await beckon.applySettings();
    expect(await beckon.alerts(p)).toEqual([]);
  });
});

describe('a sale that opens early for a tier', () => {
  it('is told to the tier first, then to the public, each once', async () => {
    const sale = { topic: 'winter', kind: 'early_sale', name: { en: 'Winter sale' } } as const;
    const later = soon(3_600_000);
    const signals = await beckon.read(catalogSignals);
    await beckon.applySettings({ topics: [{ ...sale, opens_at: later }] });
    const [gold, late, plain] = [await beckon.person('Eve'), await beckon.person('Fay'), await beckon.person('Gus')];
    const customer = (external_id: string) => ({ sku: undefined, topic: 'winter', external_id });
    const tier = (external_id: string) =>
      beckon.api('PUT', 'tiers', [{ external_id, tier: 'gold' }]).then(({ status }) => expect(status).toBe(204));
    await tier('c-gold');
    const subs = [
      await beckon.subscribe(gold, 'winter', 'early_sale', customer('c-gold')),
      await beckon.subscribe(late, 'winter', 'early_sale', customer('c-late')),
      await beckon.subscribe(plain, 'winter', 'early_sale', customer('c-plain')),
    ];
    const early = { ...sale, opens_at: later, early_access: [{ tier: 'gold', opens_at: soon(0) }] };
    await beckon.applySettings({ topics: [early] });
    expect(await alertTo(gold)).toBe('It starts for you: Winter sale at Flow shop.');
    await tier('c-late');
    await alertTo(late);
    expect(await beckon.alerts(plain)).toEqual([]);
    await beckon.applySettings({ topics: [{ ...early, opens_at: soon(1_000) }] });
    await alertTo(plain);
    await until('the verdicts', async () =>
      (await Promise.all(subs.map((s) => beckon.verdicts(s)))).every((v) => v.length),
    );
    for (const sub of subs) expect(await beckon.verdicts(sub)).toEqual(['sent']);
    for (const psid of [gold, late, plain]) expect(await beckon.alerts(psid)).toHaveLength(1);
    const mine = signals.filter((r) => r.key === `${SHOP}:topic:winter:early_sale`);
    expect(mine.map((r) => (JSON.parse(r.value ?? '') as { op: string }).op)).toEqual(['opened', 'moved']);
  });
});

describe('a collection that opens by event', () => {
  it('is told when the shop says so, once; whoever asks after its end is not told', async () => {
    await beckon.applySettings({ topics: [{ ...AUTUMN, topic: 'capsule' }] });
    const [p, late] = [await beckon.person('Cleo'), await beckon.person('Dora')];
    const sub = await follow(p, 'capsule', 'new_collection');
    await topicEvent('capsule', 'opened');
    expect(await alertTo(p)).toBe('It is here: Autumn 2026, new at Flow shop.');
    await topicEvent('capsule', 'opened');
    await until('its verdict', async () => (await beckon.verdicts(sub)).length === 1);
    const signals = await beckon.read(catalogSignals);
    await topicEvent('capsule', 'closed');
    await until('closed', () => signals.some((r) => r.key?.includes('topic:capsule') && r.value?.includes('"closed"')));
    await follow(late, 'capsule', 'new_collection');
    const mine = signals.filter((r) => r.key === `${SHOP}:topic:capsule:new_collection`);
    expect(mine.map((r) => (JSON.parse(r.value ?? '') as { op: string }).op)).toEqual(['opened', 'closed']);
    expect([(await beckon.alerts(p)).length, (await beckon.alerts(late)).length]).toEqual([1, 0]);
  });

  it('an event of a topic that the shop does not have is a dead letter that says so', async () => {
    const dead = await beckon.read(deadLetters('ingestion'));
    await topicEvent('nothing', 'opened');
    const record = await until('the dead letter', () => dead.find((r) => r.value?.includes('nothing')));
    expect(record.headers).toMatchObject({ dl_field: 'topic', dl_reason: 'invalid_field' });
  });
});

describe('few left', () => {
  it('whoever asked is told when the units fall to the line, with how many there are; not by a restock below it', async () => {
    const [asker, later] = [await beckon.person('Lou'), await beckon.person('Max')];
    await beckon.offer({ sku: 'few', units: 10, price: eur(4900) }, 'snapshot');
    await beckon.offer({ sku: 'back', units: 0, price: eur(4900) }, 'snapshot');
    const sub = await beckon.subscribe(asker, 'few', 'low_stock');
    const quiet = await beckon.subscribe(later, 'back', 'low_stock');
    await beckon.offer({ sku: 'back', units: 2, price: eur(4900) });
    await beckon.offer({ sku: 'few', units: 2, price: eur(4900) });
    expect(await alertTo(asker)).toContain('Only 2 left: Red coat');
    await until('its verdict', async () => (await beckon.verdicts(sub)).length === 1);
    expect(await beckon.verdicts(sub)).toEqual(['sent']);
    expect(await beckon.alerts(later)).toEqual([]);
    expect(await beckon.verdicts(quiet)).toEqual([]);
  });
});
