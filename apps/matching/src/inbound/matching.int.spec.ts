import { expect } from '@jest/globals';
import { decisions, type Signal, type Subscription } from '@beckon/contracts';
import { MatchingBed, signal, subscription } from '../../../../tests/support/matching-bed.js';
import { ownNames, testDatabase, until } from '../../../../tests/support/real-servers.js';
import { matchingMigrations } from '../matching.module.js';
import { beginServing, HOLD_FANOUTS, NEXT_PAGES, pageParameters, type Fanout } from '../outbound/fanout-store.js';
import { servePages } from './fan-out.js';
import { lookAtSignals } from './look.js';
import { takeSignals } from './signals.controller.js';
import { takeSubscriptions } from './subscriptions.controller.js';

const service = { takeSignals, takeSubscriptions, servePages, lookAtSignals };
const bed = async (): Promise<MatchingBed> =>
  new MatchingBed(await testDatabase(ownNames().schema('matching'), matchingMigrations), service);

const many = (n: number, o: Partial<Subscription> = {}): Subscription[] =>
  Array.from({ length: n }, () => subscription(o));
const ids = (subs: readonly Subscription[]): string[] => subs.map((s) => s.sub_id);

/** A collection that is open. */
const topicSignal = (o: Partial<Signal> = {}): Signal =>
  signal({
    ...{ sku: 'topic:autumn', product: 'topic:autumn', kind: 'new_collection', source: 'schedule', seq: 1 },
    ...{ old_price: null, new_price: null, units: null },
    ...o,
  });

describe('who is told', () => {
  test('whoever asked for this SKU, or any SKU of its product, at a price that is met; and nobody else', async () => {
    const b = await bed();
    const at = (amount: number, currency = 'EUR') => ({ type: 'price_at_most', amount, currency }) as const;
    const yes = [
      subscription({ condition: at(9_900) }),
      subscription({ condition: at(12_000) }),
      subscription({ condition: at(9_900), sku: null }),
    ];
    const no = [
      subscription({ condition: at(9_899) }),
      subscription({ condition: at(9_900, 'USD') }),
      subscription({ condition: at(9_900), sku: 'red-coat-l' }),
      subscription({ condition: at(9_900), sku: null, product: 'blue-coat' }),
      subscription({ condition: at(9_900), sku: null, topic: 'sale' }),
      subscription({ condition: at(9_900), shop: 'borealis' }),
      subscription({ condition: at(9_900), state: 'ended' }),
      subscription({ kind: 'back_in_stock', condition: { type: 'units_at_least', units: 1 } }),
    ];
    await b.subscriptions(...yes, ...no);
    await b.settle();
    await b.signals(signal());
    await b.settle();
    expect(b.told().sort()).toEqual(ids(yes).sort());
    expect(b.emitter.values(decisions)).toHaveLength(3);
    expect(await b.count('fanouts')).toBe(0);
  });

  test('a subscription that comes later is told of what is open, as if it had been there', async () => {
    const b = await bed();
    const open = signal();
    await b.signals(open, signal({ kind: 'back_in_stock', sku: 'red-coat-s', units: 2 }));
    await b.settle();
    const [coat, anyCoat] = [subscription(), subscription({ sku: null })];
    const wants = (units: number) =>
      subscription({ sku: 'red-coat-s', kind: 'back_in_stock', condition: { type: 'units_at_least', units } });
    const [two, three] = [wants(2), wants(3)];
    const tooCheap = subscription({ condition: { type: 'price_at_most', amount: 100, currency: 'EUR' } });
    await b.subscriptions(coat, anyCoat, two, three, tooCheap);
    await b.settle();
    expect(b.told().sort()).toEqual(ids([coat, anyCoat, two]).sort());
    expect(b.alerts().find((a) => a.sub_id === coat.sub_id)).toMatchObject({
      signal_id: open.signal_id,
      source: open.source,
      source_partition: open.source_partition,
      signal_opened_at: open.opened_at,
    });
    expect(await b.count('looks')).toBe(0);
  });

  test('a topic that opens tells whoever asked for it: before and after it opened, and nobody else', async () => {
    const b = await bed();
    const about = {
      sku: null,
      product: null,
      topic: 'autumn',
      kind: 'new_collection',
      condition: { type: 'topic_open' },
    } as const;
    const [before, after] = [subscription(about), subscription(about)];
    const no = [
      subscription({ ...about, topic: 'winter' }),
      subscription({ ...about, kind: 'early_sale' }),
      subscription({ ...about, shop: 'borealis' }),
      subscription({ ...about, state: 'ended' }),
      subscription({ sku: 'topic:autumn' }),
    ];
    await b.subscriptions(before, ...no);
    await b.settle();
    const open = topicSignal();
    await b.signals(open);
    await b.settle();
    expect(b.told()).toEqual([before.sub_id]);
    expect(b.alerts()[0]).toMatchObject({ sku: 'topic:autumn', product: 'topic:autumn', signal_id: open.signal_id });
    await b.subscriptions(after);
    await b.settle();
    expect(b.told()).toEqual(ids([before, after]));
    await b.signals({ ...open, op: 'closed', seq: 2 });
    await b.subscriptions(subscription(about));
    await b.settle();
    expect(b.told()).toHaveLength(2);
  });

  test('an early access tells its tiers, the next one the others, the public everybody', async () => {
    const b = await bed();
    const about = {
      sku: null,
      product: null,
      topic: 'autumn',
      kind: 'new_collection',
      condition: { type: 'topic_open' },
    } as const;
    const of = (tier: string | null) => subscription({ ...about, tier });
    const [gold, silver, none, lateGold, lateNone] = [of('gold'), of('silver'), of(null), of('gold'), of(null)];
    await b.subscriptions(gold, silver, none);
    await b.settle();
    const early = topicSignal({ tiers: ['gold'] });
    await b.signals(early);
    await b.settle();
    expect(b.told()).toEqual([gold.sub_id]);
    await b.subscriptions(lateGold, lateNone);
    await b.settle();
    expect(b.told()).toEqual(ids([gold, lateGold]));
    // Whoever is given the tier meanwhile is looked for as well.
    await b.subscriptions({ ...lateNone, rev: 2, tier: 'gold' });
    await b.settle();
    expect(b.told()).toContain(lateNone.sub_id);
    await b.signals({ ...early, op: 'moved', seq: 2, tiers: ['gold', 'silver'] });
    await b.settle();
    expect(b.told()).toContain(silver.sub_id);
    expect(b.told()).not.toContain(none.sub_id);
    await b.signals({ ...early, op: 'moved', seq: 3, tiers: null });
    await b.settle();
    expect(new Set(b.told())).toEqual(new Set(ids([gold, silver, none, lateGold, lateNone])));
    const alerts = b.alerts().length;
    await b.signals({ ...early, op: 'moved', seq: 4, tiers: ['gold'] });
    await b.settle();
    expect(b.alerts()).toHaveLength(alerts);
  });

  test('a further fall tells those who wanted less, and only them', async () => {
    const b = await bed();
    const at = (amount: number) => subscription({ condition: { type: 'price_at_most', amount, currency: 'EUR' } });
    const [high, middle, low] = [at(9_000), at(8_000), at(7_000)];
    await b.subscriptions(high, middle, low);
    await b.settle();
    const opened = signal({ seq: 1, new_price: { amount: 8_500, currency: 'EUR' } });
    await b.signals(opened);
    await b.settle();
    await b.signals({ ...opened, op: 'moved', seq: 2, new_price: { amount: 7_500, currency: 'EUR' } });
    await b.settle();
    expect(b.told()).toEqual(ids([high, middle]));
  });

  test('more units tell those who wanted more; fewer, and the same again, tell nobody', async () => {
    const b = await bed();
    const wants = (units: number) =>
      subscription({ kind: 'back_in_stock', condition: { type: 'units_at_least', units } });
    const [one, four, nine] = [wants(1), wants(4), wants(9)];
    await b.subscriptions(one, four, nine);
    await b.settle();
    const stock = signal({ kind: 'back_in_stock', seq: 1, units: 2 });
    await b.signals(stock);
    await b.settle();
    for (const [seq, units] of [3, 5, 2, 5].entries()) {
      await b.signals({ ...stock, op: 'moved', seq: seq + 2, units });
      await b.settle();
    }
    expect(b.told()).toEqual(ids([one, four]));
  });

  test('an older revision, an ended and an erased subscription are told nothing', async () => {
    const b = await bed();
    const [ended, erased] = [subscription({ rev: 1 }), subscription({ rev: 1 })];
    await b.subscriptions(ended, erased);
    await b.subscriptions({ ...ended, rev: 3, state: 'ended' });
    await b.subscriptions({ ...ended, rev: 2 });
    await b.emitter.transaction((tx) => takeSubscriptions(tx, new Map([[erased.sub_id, null]]), 1));
    await b.signals(signal());
    await b.settle();
    expect(b.told()).toEqual([]);
    expect(await b.count('subscriptions')).toBe(1);
  });

  test('a shop without settings waits for them', async () => {
    const b = await bed();
    await b.subscriptions(subscription({ shop: 'unknown' }));
    await b.signals(signal({ shop: 'unknown' }));
    await b.settle();
    expect([b.told(), await b.count('looks'), await b.count('fanouts')]).toEqual([[], 1, 1]);
  });

  test('a redelivered chunk changes nothing', async () => {
    const b = await bed();
    const [sub, open] = [subscription(), signal()];
    await b.subscriptions(sub);
    await b.signals(open);
    await b.settle();
    const first = b.alerts().map((a) => a.alert_id);
    await b.signals(open);
    expect(await b.count('fanouts')).toBe(0);
    await b.subscriptions(sub);
    await b.settle();
    expect(new Set(b.alerts().map((a) => a.alert_id))).toEqual(new Set(first));
    expect(new Set(first).size).toBe(1);
  });
});

describe('the fan-out', () => {
  test('goes on behind its cursor after a crash in the middle of a page: everybody once, in order', async () => {
    const b = await bed();
    const subs = many(95);
    await b.subscriptions(...subs.slice().reverse());
    await b.settle();
    await b.signals(signal());
    for (let i = 0; i < 4; i += 1) await b.page(10);
    const crash = b.page(10, () => {
      throw new Error('killed before the commit');
    });
    await expect(crash).rejects.toThrow('killed');
    expect(b.told()).toEqual(ids(subs.slice(0, 40)));
    await b.settle(10);
    expect(b.told()).toEqual(ids(subs));
    expect(await b.count('fanouts')).toBe(0);
  });

  test('is shared by two workers: both serve at the same moment, nobody is told twice', async () => {
    const one = await bed();
    const two = new MatchingBed(one.dataSource, service);
    const skus = Array.from({ length: 12 }, (_, i) => `sku-${i}`);
    const subs = skus.flatMap((sku) => many(30, { sku }));
    await one.subscriptions(...subs);
    await one.settle();
    await one.signals(...skus.map((sku) => signal({ sku })));
    // Neither commits its first page before the other holds one.
    let arrived = 0;
    let bothHold = (): void => undefined;
    const meeting = new Promise<void>((resolve) => (bothHold = resolve));
    const wait = (): Promise<void> => {
      if ((arrived += 1) === 2) bothHold();
      return meeting;
    };
    const work = async (b: MatchingBed): Promise<void> => {
      await b.page(10, wait, 5);
      while (await b.page(10, undefined, 5));
    };
    await Promise.all([work(one), work(two)]);
    await one.settle();
    expect(one.told().length).toBeGreaterThan(0);
    expect(two.told().length).toBeGreaterThan(0);
    expect([...one.told(), ...two.told()].sort()).toEqual(ids(subs).sort());
  });

  test('that one worker is serving is left alone by the others', async () => {
    const one = await bed();
    const two = new MatchingBed(one.dataSource, service);
    await one.subscriptions(...many(30));
    await one.settle();
    await one.signals(signal());
    let other: Promise<boolean> | undefined;
    await one.page(10, async () => {
      let looked = false;
      const done = (): void => void (looked = true);
      other = two.page(10);
      other.then(done, done);
      await until('the other has looked, or waits for us', async () => {
        const waiting: unknown[] = await one.dataSource.query(
          `SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'UPDATE fanouts%'`,
        );
        return looked || waiting.length > 0;
      });
    });
    expect([await other, two.told()]).toEqual([false, []]);
  });

  test('ends when its signal closes: the page under way is the last', async () => {
    const b = await bed();
    const open = signal({ seq: 1 });
    await b.subscriptions(...many(50));
    await b.settle();
    await b.signals(open);
    await b.page(10);
    // The end comes while a page is being written: it waits for that page, then nothing follows.
    let ended: Promise<void> | undefined;
    await b.page(10, () => {
      ended = b.signals({ ...open, op: 'closed', seq: 2 });
    });
    await ended;
    await b.settle(10);
    expect(b.told()).toHaveLength(20);
    expect(await b.count('fanouts')).toBe(0);
    await b.subscriptions(subscription());
    await b.settle();
    expect(b.told()).toHaveLength(20);
  });

  test('of another signal of the SKU takes the place of the one before', async () => {
    const b = await bed();
    const [first, second] = [signal({ seq: 1 }), signal({ seq: 3 })];
    await b.subscriptions(...many(30));
    await b.settle();
    await b.signals(first);
    await b.page(10);
    await b.signals({ ...first, op: 'closed', seq: 2 }, second);
    await b.settle(10);
    expect([b.told(first.signal_id).length, b.told(second.signal_id).length]).toEqual([10, 30]);
  });

  test('a shop with a stampede delays another shop by no more than a page', async () => {
    const b = await bed();
    const crowd = many(400);
    const [other] = many(1, { shop: 'borealis' });
    await b.subscriptions(...crowd, ...(other ? [other] : []));
    await b.settle();
    await b.signals(signal());
    await b.page(20);
    await b.signals(signal({ shop: 'borealis' }));
    await b.page(20);
    expect(b.told()).toContain(other?.sub_id);
    expect(b.told().length).toBeLessThan(100);
    await b.settle(20);
    expect(b.told()).toHaveLength(401);
  });
});

describe('cost: log(n) + matches', () => {
  test('a page of matches is one range of the index, however many subscriptions the SKU or the shop has', async () => {
    const b = await bed();
    await b.dataSource.query(`
      INSERT INTO subscriptions SELECT 'sub_' || lpad(i::text, 8, '0'), 1, true, 'aurora', 'price_drop',
        'sku:' || (i % 10), 'coat', (i % 10)::text, 'EUR', 1000 + i, i, 'shp', 1, '1001', '{}', 'once', 'en'
      FROM generate_series(1, 50000) AS i`);
    await b.dataSource.query('ANALYZE subscriptions');
    const page = (sku: number, low: number): Fanout => ({
      signal_id: 's',
      seq: 1,
      shop: 'aurora',
      sku: String(sku),
      product: 'coat',
      kind: 'price_drop',
      scale: 'EUR',
      high: Number.MAX_SAFE_INTEGER,
      cursor_threshold: low,
      cursor_rank: -1,
      cursor_sub: '',
      record: null,
    });
    const fanouts = [page(1, 50_950), page(2, 1_000), page(3, 90_000)];
    const text = await b.emitter.transaction(async (tx) => {
      await beginServing(tx);
      const plan = await tx.query<{ 'QUERY PLAN': string }>(
        `EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF, BUFFERS OFF) ${NEXT_PAGES}`,
        pageParameters(fanouts, 25),
      );
      return plan.map((r) => r['QUERY PLAN']).join('\n');
    });
    expect(text).toMatch(/Index Scan using subscriptions_by_threshold/);
    expect(text).not.toMatch(/Seq Scan|-> +Sort|Bitmap/);
    expect(text).not.toMatch(/Rows Removed/);
    // 5 matches above 50,950 on SKU 1, a full page on SKU 2, none on SKU 3: that is all that is read.
    const read = /subscriptions_by_threshold.*actual rows=([\d.]+) loops=3/.exec(text);
    expect(Number(read?.[1]) * 3).toBeCloseTo(5 + 25 + 0, 0);
  });

  test('taking fan-outs reads no more of a long queue than it takes', async () => {
    const b = await bed();
    await b.dataSource.query(`
      INSERT INTO fanouts (signal_id, seq, shop, sku, product, kind, scale, high, cursor_threshold, served_at)
      SELECT 'sig_' || i, 1, 'aurora', 'sku-' || i, 'coat', 'price_drop', 'EUR', 9, 0, i FROM generate_series(1, 20000) AS i`);
    const text = await b.emitter.transaction(async (tx) => {
      await beginServing(tx);
      const plan = await tx.query<{ 'QUERY PLAN': string }>(
        `EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF, BUFFERS OFF) ${HOLD_FANOUTS}`,
        [['aurora', 'borealis'], 40, 50],
      );
      return plan.map((r) => r['QUERY PLAN']).join('\n');
    });
    expect(text).toMatch(/Index Scan using fanouts_in_turn.*actual rows=20.00 loops=2/);
    expect(text).toMatch(/Index Scan using signals_pkey/);
    expect(text).not.toMatch(/Seq Scan|-> +Sort|Bitmap|Hash/);
  });
});
