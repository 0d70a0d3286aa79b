import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  allTopics,
  binaryHeaders,
  catalogSignals,
  deadLetters,
  decisions,
  deliveries,
  exampleSettings,
  offers,
  ShopSettings,
  shops,
  type Topic,
} from '@beckon/contracts';
import { createTopics, REPLAY_FOR, REPLAY_TIME } from '@beckon/kafka';
import { Sealer } from '@beckon/service';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pc from 'picocolors';
import { stringify } from 'yaml';
import { Cluster } from './cluster.js';
import { run } from './run.js';
import { readConfig } from './config.js';

/** Every command against a real broker, in topics of its own. */
const prefix = `cli-${randomUUID().slice(0, 8)}.`;
const source = `${prefix}aurora.catalog`;
const sealKeys = `k1:${Buffer.alloc(32, 7).toString('base64')}`;
const folder = mkdtempSync(join(tmpdir(), 'beckon-cli-'));
const env = {
  KAFKA_BROKERS: process.env['KAFKA_BROKERS'] ?? '',
  TOPIC_PREFIX: prefix,
  GROUP_PREFIX: prefix,
  SEAL_KEYS: sealKeys,
};
let cluster: Cluster;

interface Ran {
  readonly code: number;
  readonly out: string[];
  readonly err: string[];
}

/** Runs a command; `until` is told each line of data and may interrupt it, as Ctrl-C does. */
async function beckon(args: string[], until?: (line: string) => boolean): Promise<Ran> {
  const [out, err] = [[] as string[], [] as string[]];
  const interrupt = new AbortController();
  const code = await run(args, {
    out: (line) => {
      out.push(...line.split('\n'));
      if (until?.(line)) interrupt.abort();
    },
    err: (line) => void err.push(line),
    colors: pc.createColors(false),
    env,
    signal: interrupt.signal,
    now: () => Date.now(),
  });
  return { code, out, err };
}

const json = (lines: readonly string[]): Record<string, unknown>[] =>
  lines.map((line) => JSON.parse(line) as Record<string, unknown>);

async function put<V>(topic: Topic<V>, key: string, value: V): Promise<void> {
  const headers = binaryHeaders({ id: randomUUID(), source: 'test', type: topic.type, time: Date.now() });
  await cluster.send([{ topic: cluster.name(topic), key, value: JSON.stringify(value), headers }]);
}

function settingsFile(change: Partial<Record<keyof typeof exampleSettings, unknown>> = {}): string {
  const file = join(folder, `${randomUUID()}.yaml`);
  const sources = [{ name: 'catalog', format: 'cloudevents', topic: source }];
  writeFileSync(file, stringify({ ...exampleSettings, sources, ...change }));
  return file;
}

beforeAll(async () => {
  cluster = await Cluster.connect(readConfig(env));
});
afterAll(async () => {
  const admin = await cluster.admin();
  await admin.deleteTopics({ topics: (await cluster.topics()).filter((name) => name.startsWith(prefix)) });
  await cluster.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('before there are topics', () => {
  it('shops apply and tail say what to do', async () => {
    expect(await beckon(['shops', 'apply', settingsFile()])).toMatchObject({
      code: 1,
      err: [`There is no topic ${prefix}shops.`, expect.stringContaining('beckon topics apply')],
    });
    expect(await beckon(['tail', 'decisions'])).toMatchObject({ code: 1, out: [] });
    expect(await beckon(['tail', 'nonsense'])).toMatchObject({ code: 1, out: [] });
  });
});

describe('topics apply', () => {
  it('creates what is missing, once; reports what differs and leaves it', async () => {
    const admin = await cluster.admin();
    await createTopics(admin, [{ topic: cluster.name(offers), numPartitions: 1 }]);

    const first = json((await beckon(['topics', 'apply', '--partitions', '2', '--json'])).out)[0];
    expect((first?.['created'] as string[]).sort()).toEqual(
      allTopics
        .map((t) => t.name)
        .filter((name) => name !== 'offers')
        .sort(),
    );
    expect(first?.['differences']).toEqual(
      expect.arrayContaining([
        { topic: 'offers', what: 'partitions', is: '1', wanted: '2' },
        { topic: 'offers', what: 'cleanup.policy', is: 'delete', wanted: 'compact' },
      ]),
    );
    expect((first?.['differences'] as { topic: string }[]).every((d) => d.topic === 'offers')).toBe(true);

    const again = await beckon(['topics', 'apply', '--partitions', '2']);
    expect(again.code).toBe(0);
    expect(again.out.filter((line) => line.startsWith('created'))).toEqual([]);
    expect(again.out).toContain('differs offers: partitions is 1, the contract says 2');

    // Mend by hand, as an operator would, so that the other tests have a compacted topic.
    const config = await cluster.describe([cluster.name(catalogSignals)], ['cleanup.policy', 'max.compaction.lag.ms']);
    expect(config.get(cluster.name(catalogSignals))).toEqual({
      partitions: 2,
      config: { 'cleanup.policy': 'compact', 'max.compaction.lag.ms': '86400000' },
    });
  });
});

describe('shops', () => {
  it('apply: revision 1, unchanged, revision 2 with what changed; show tells it', async () => {
    const dry = await beckon(['shops', 'apply', settingsFile(), '--dry-run']);
    expect(dry).toMatchObject({ code: 0 });
    expect(await beckon(['shops', 'show', 'aurora'])).toMatchObject({ code: 1 });

    const first = await beckon(['shops', 'apply', settingsFile()]);
    expect(first).toMatchObject({ code: 0, err: ['shop aurora: revision 1 is in force'] });
    expect(first.out).toContain('+ name: "Aurora Outfitters"');

    const same = await beckon(['shops', 'apply', settingsFile()]);
    expect(same).toMatchObject({ code: 0, out: [], err: ['shop aurora: unchanged, revision 1 stays in force'] });

    const second = await beckon(['shops', 'apply', settingsFile({ min_gap: '5m' })]);
    expect(second).toMatchObject({ code: 0, out: ['~ min_gap: 0 → 300000'] });

    const [record] = json((await beckon(['shops', 'show', '--json'])).out);
    expect(record).toMatchObject({ shop: 'aurora', rev: 2, settings: { min_gap: 300_000 } });
    const text = (await beckon(['shops', 'show'])).out.join('\n');
    expect(text).toMatch(/# aurora: revision 2[\s\S]*min_gap: 300000/);
  });

  it('invalid settings are refused as a whole; what is in force stays', async () => {
    const refused = await beckon(['shops', 'apply', settingsFile({ currency: 'EURO', min_gap: 'soon' })]);
    expect(refused).toMatchObject({ code: 1, out: [] });
    expect(refused.err.join('\n')).toMatch(/currency: [\s\S]*min_gap: /);
    expect(json((await beckon(['shops', 'show', '--json'])).out)).toMatchObject([{ rev: 2 }]);
  });

  it('a Page belongs to one shop', async () => {
    const refused = await beckon(['shops', 'apply', settingsFile({ shop: 'borealis' })]);
    expect(refused).toMatchObject({ code: 1, err: ['pages[0].page: Page 1001 belongs to shop aurora already'] });
  });

  it('of two who apply at the same moment, one is told that theirs is not in force', async () => {
    const shop = 'race';
    const files = ['a', 'b'].map((name, i) =>
      settingsFile({ shop, name, pages: [{ ...exampleSettings.pages[0], page: String(2000 + i) }] }),
    );
    const ran = await Promise.all(files.map((file) => beckon(['shops', 'apply', file])));
    const [record] = json((await beckon(['shops', 'show', shop, '--json'])).out);
    // Either they met (one revision, one is told) or one came after the other (two revisions): never a silent loss.
    const met = ran.filter((r) => r.code === 1);
    if (met.length > 0) expect(met[0]?.err.join()).toContain('yours is not in force');
    expect(record?.['rev']).toBe(met.length > 0 ? 1 : 2);
  });
});

describe('emit offer', () => {
  it('writes a CloudEvent to the shop’s first source', async () => {
    const missing = await beckon(['emit', 'offer', '--shop', 'aurora', '--sku', 'red-coat-m', '--units', '3']);
    expect(missing).toMatchObject({ code: 1, err: [expect.stringContaining(source), expect.any(String)] });
    expect((await beckon(['topics', 'apply', '--sources', '--partitions', '2'])).out).toContain(`created ${source}`);

    const unknown = await beckon(['emit', 'offer', '--shop', 'aurora', '--sku', 'red-coat-m', '--units', '3']);
    expect(unknown).toMatchObject({ code: 1, err: [expect.any(String), expect.stringContaining('--product')] });
    await put(offers, 'aurora:red-coat-m', offers.example);
    const sent = await beckon(['emit', 'offer', '--shop', 'aurora', '--sku', 'red-coat-m', '--price', '79.90']);
    expect(sent.code).toBe(0);

    const [event] = json((await beckon(['tail', source, '--from', 'beginning', '--no-follow', '--json'])).out);
    expect(event).toMatchObject({
      key: 'red-coat-m',
      headers: { ce_type: 'com.beckon.offer.changed', ce_specversion: '1.0' },
      value: { sku: 'red-coat-m', product: 'red-coat', price: { amount: 7990, currency: 'EUR' } },
    });
  });

  it.each([[['--price', 'cheap']], [[]]])('is not understood with %j', async (args) => {
    expect(await beckon(['emit', 'offer', '--shop', 'aurora', '--sku', 'red-coat-m', ...args])).toMatchObject({
      code: 2,
      out: [],
    });
  });
});

describe('tail', () => {
  it('follows from the end until it is interrupted, and leaves no consumer group', async () => {
    const before = await groups();
    await put(decisions, 'k', { ...decisions.example, decision_id: 'old' });
    const seen = beckon(['tail', 'decisions', '--json'], () => true);
    // What was there before is not shown; keep writing until the tail, once it listens, has taken one and ended.
    const writing = (async () => {
      for (let n = 0; n < 200 && !(await isDone(seen)); n += 1)
        await put(decisions, 'k', { ...decisions.example, decision_id: `new-${n}` });
    })();
    const { code, out } = await seen;
    await writing;
    expect(code).toBe(0);
    expect((json(out)[0]?.['value'] as { decision_id: string }).decision_id).toMatch(/^new-/);
    expect(await groups()).toEqual(before);
  });

  it('shows one key, so many records, and what is no JSON', async () => {
    const topic = cluster.name(deliveries);
    await cluster.send([
      { topic, key: 'a', value: Buffer.from([0xff, 0x00]), headers: {} },
      { topic, key: 'a', value: '{"n":1}', headers: { h: 'x' } },
      { topic, key: 'a', value: null, headers: {} },
      { topic, key: 'b', value: '{"n":2}', headers: {} },
    ]);
    const args = ['tail', 'deliveries', '--from', 'beginning', '--no-follow', '--key', 'a', '--json'];
    expect(json((await beckon(args)).out)).toMatchObject([
      { key: 'a', value_base64: '/wA=' },
      { key: 'a', value: { n: 1 }, headers: { h: 'x' } },
      { key: 'a', value: null },
    ]);
    expect((await beckon([...args, '-n', '1'])).out).toHaveLength(1);
    expect((await beckon(args.slice(0, -1))).out.join('\n')).toMatch(/\(not JSON\) [\s\S]*\(tombstone\)/);
  });
});

describe('explain', () => {
  const { alert_id: alert, shopper_id: shopper, sub_id: sub, signal_id: signal, source_at: at } = deliveries.example;

  beforeAll(async () => {
    const common = { ...decisions.example, reason: null, detail: null };
    await put(catalogSignals, 'aurora:red-coat-m:price_drop', catalogSignals.example);
    await put(decisions, shopper, { ...common, decision_id: 'x1', stage: 'matching', verdict: 'matched', at: at + 25 });
    await put(decisions, shopper, { ...decisions.example, decision_id: 'x2', at: at + 40 });
    await put(decisions, shopper, {
      ...common,
      decision_id: 'x3',
      stage: 'delivery',
      verdict: 'sent',
      terminal: true,
      at: at + 131,
    });
    await put(deliveries, shopper, deliveries.example);
  });

  it.each([alert, shopper, sub, signal, 'red-coat-m', 'aurora:red-coat-m'])('%s', async (id) => {
    const { code, out } = await beckon(['explain', id, '--json']);
    expect(code).toBe(0);
    const story = json(out).find((s) => s['alert_id'] === alert);
    expect((story?.['lines'] as { verdict: string }[]).map((l) => l.verdict)).toEqual(
      expect.arrayContaining(['event', 'opened', 'matched', 'held', 'sent', 'accepted']),
    );
    expect(story?.['ended']).toBe(true);
  });

  it('reads as text, with the reason in words', async () => {
    const text = (await beckon(['explain', alert as string])).out.join('\n');
    expect(text).toMatch(/held .*It is night where the shopper lives/);
  });

  it('nothing known is a fault', async () => {
    expect(await beckon(['explain', `alr_${'0'.repeat(32)}`])).toMatchObject({ code: 1, out: [] });
  });
});

describe('dead letters', () => {
  const why = (over: Record<string, string>): Record<string, string> => ({
    dl_service: 'ingestion',
    dl_reason: 'bad_price',
    dl_field: 'price',
    dl_shape: 'text of 5 characters',
    dl_detail: 'not an amount',
    dl_topic: source,
    dl_source: 'aurora/catalog',
    dl_partition: '0',
    dl_offset: '12',
    dl_timestamp: '1000',
    dl_at: String(Date.now()),
    ...over,
  });
  const bytes = Buffer.from([0x7b, 0xff, 0x00]);
  const all = ['tail', source, '--from', 'beginning', '--no-follow', '--json'];
  const outstanding = async (...args: string[]): Promise<Record<string, unknown>[]> =>
    json((await beckon(['dead-letters', 'list', '--service', 'ingestion', '--json', ...args])).out);

  beforeAll(async () => {
    const topic = cluster.name(deadLetters('ingestion'));
    const old = String(Date.now() - 2 * 86_400_000);
    await cluster.send([
      { topic, key: 'red-coat-m', value: bytes, headers: { ce_id: 'e1', ...why({}) } },
      {
        topic,
        key: 'red-coat-m',
        value: '{"sku":1}',
        headers: why({ dl_reason: 'no_sku', dl_source: 'boreal/prices' }),
      },
      { topic, key: 'hat', value: '{"sku":2}', headers: why({ dl_reason: 'no_sku', dl_at: old }) },
    ]);
  });

  it('list groups them; filters leave the rest out; a table for people', async () => {
    expect(await outstanding()).toHaveLength(3);
    expect(await outstanding('--reason', 'bad_price')).toMatchObject([
      { service: 'ingestion', shop: 'aurora', source: 'catalog', reason: 'bad_price', field: 'price', count: 1 },
    ]);
    expect(await outstanding('--shop', 'boreal', '--source', 'prices')).toMatchObject([{ reason: 'no_sku', count: 1 }]);
    expect(await outstanding('--since', '1d', '--each')).toHaveLength(2);
    expect(await beckon(['dead-letters', 'list', '--since', 'soon'])).toMatchObject({ code: 2, out: [] });

    const { out } = await beckon(['dead-letters', 'list', '--service', 'ingestion']);
    expect(out[0]).toMatch(/^COUNT {2}SERVICE +FROM +REASON +FIELD +SHAPE/);
    expect(out.slice(1).join('\n')).toMatch(
      /1 {2}ingestion {2}aurora\/catalog {2}bad_price {2}price {2}text of 5 char/,
    );
  });

  it('show has the bytes, the shape of the field, and when it was written', async () => {
    const [letter] = json((await beckon(['dead-letters', 'show', 'ingestion', '--reason', 'bad_price', '--json'])).out);
    expect(letter).toMatchObject({ value_base64: bytes.toString('base64'), headers: { ce_id: 'e1' }, offset: '12' });
    const text = (await beckon(['dead-letters', 'show', 'ingestion', letter?.['id'] as string])).out.join('\n');
    expect(text).toMatch(
      /bad_price at price \(text of 5 characters\): not an amount[\s\S]*1970-01-01 00:00:01[\s\S]*7b ff 00/,
    );
    expect(await beckon(['dead-letters', 'show', 'ingestion', '9:9'])).toMatchObject({ code: 1 });
  });

  it('replay puts back original bytes, headers and time, for that service only, and once', async () => {
    const before = (await beckon(all)).out.length;
    const args = ['dead-letters', 'replay', 'ingestion', '--reason', 'bad_price'];
    expect(await beckon([...args, '--dry-run'])).toMatchObject({ code: 0 });
    expect((await beckon(all)).out).toHaveLength(before);

    expect((await beckon(args)).code).toBe(0);
    const records = json((await beckon(all)).out);
    expect(records).toHaveLength(before + 1);
    const back = records.find((r) => (r['headers'] as Record<string, string>)[REPLAY_FOR] !== undefined);
    expect(back).toMatchObject({
      key: 'red-coat-m',
      value_base64: bytes.toString('base64'),
      headers: { ce_id: 'e1', [REPLAY_FOR]: 'ingestion', [REPLAY_TIME]: '1000' },
    });
    expect(Object.keys(back?.['headers'] as object).filter((name) => name.startsWith('dl_'))).toEqual([]);

    expect(await outstanding('--reason', 'bad_price')).toEqual([]);
    expect(await outstanding('--reason', 'bad_price', '--replayed')).toHaveLength(1);
    const again = await beckon(args);
    expect(again).toMatchObject({ code: 0, out: [] });
    expect(again.err.join('\n')).toContain('1 were replayed before and left out');
    expect((await beckon(all)).out).toHaveLength(before + 1);
    expect((await beckon([...args, '--again'])).out).toHaveLength(1);
    expect((await beckon(all)).out).toHaveLength(before + 2);
  });

  it('Ctrl-C loses nothing: what is left is given by the same command once more', async () => {
    const topic = cluster.name(deadLetters('ingestion'));
    const many = Array.from({ length: 250 }, (_, i) => `many-${i}`);
    await cluster.send(many.map((key) => ({ topic, key, value: '{}', headers: why({ dl_reason: 'many' }) })));
    const args = ['dead-letters', 'replay', 'ingestion', '--reason', 'many'];
    const first = await beckon(args, () => true);
    expect(first.code).toBe(1);
    expect(first.err.join('\n')).toMatch(/Interrupted: 100 of 250 were given to ingestion/);
    const second = await beckon(args);
    expect(second).toMatchObject({ code: 0 });
    expect([...first.out, ...second.out].map((line) => line.split(' ')[0]).toSorted()).toHaveLength(250);
    expect(new Set([...first.out, ...second.out]).size).toBe(250);
    const keys = json((await beckon(all)).out).map((r) => r['key']);
    expect(keys.filter((key) => many.includes(String(key))).toSorted()).toEqual(many.toSorted());
  });

  it('says which are meant, or nothing is put back', async () => {
    expect(await beckon(['dead-letters', 'replay', 'ingestion'])).toMatchObject({ code: 2 });
    expect(await beckon(['dead-letters', 'replay', 'ingestion', '9:9'])).toMatchObject({ code: 1 });
  });

  it('an old state record does not come back behind a newer one', async () => {
    const topic = cluster.name(shops);
    const value = JSON.stringify({ shop: 'old', rev: 1, settings: ShopSettings.parse(exampleSettings), updated_at: 1 });
    await cluster.send([{ topic, key: 'old', value, headers: {} }]);
    const last = (await cluster.latest(topic)).get('old');
    const headers = why({ dl_topic: topic, dl_offset: String(last?.offset), dl_reason: 'invalid' });
    await cluster.send([{ topic: cluster.name(deadLetters('matching')), key: 'old', value, headers }]);

    const dry = ['dead-letters', 'replay', 'matching', '--all', '--dry-run'];
    expect(await beckon(dry)).toMatchObject({ code: 0 });
    await cluster.send([{ topic, key: 'old', value: null, headers: {} }]);
    const refused = await beckon(['dead-letters', 'replay', 'matching', '--all']);
    expect(refused).toMatchObject({ code: 1, out: [] });
    expect(refused.err.join('\n')).toContain('holds something newer for this key');
    expect((await cluster.latest(topic)).get('old')?.value).toBeNull();
  });

  it('sealed ones are opened with the service’s keys', async () => {
    const sealer = Sealer.fromKeys(sealKeys);
    const headers = why({ dl_topic: source, dl_sealed: 'true', dl_reason: 'not_json' });
    const record = { key: sealer.seal('1001:200'), value: sealer.seal('{"psid":"200"}'), headers };
    await cluster.send([{ topic: cluster.name(deadLetters('optin')), ...record }]);
    const [letter] = json((await beckon(['dead-letters', 'show', 'optin', '--json'])).out);
    expect(letter).toMatchObject({ key: '1001:200', value: { psid: '200' }, sealed: false });
  });
});

async function groups(): Promise<string[]> {
  const all = (await (await cluster.admin()).listGroups()).groups.map((g) => g.groupId);
  return all.filter((id) => id.startsWith(prefix)).sort();
}

async function isDone(promise: Promise<unknown>): Promise<boolean> {
  const pending = Symbol('pending');
  return (await Promise.race([promise, Promise.resolve(pending)])) !== pending;
}
