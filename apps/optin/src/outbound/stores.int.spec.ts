import { beforeAll, describe, expect, it } from '@jest/globals';
import { offers } from '@beckon/contracts';
import type { EmittingTransaction } from '@beckon/kafka';
import type { DataSource } from 'typeorm';
import { ownNames, testDatabase } from '../../../../tests/support/real-servers.js';
import {
  NOW,
  autumn,
  coat,
  coatPrice,
  event,
  facts,
  noUpdates,
  nobody,
  tap,
  text,
  updates,
} from '../../tests/examples.js';
import { foldEvent } from '../domain/fold-event.js';
import type { Person } from '../domain/person.js';
import { optinMigrations } from './migrations/optin-tables.js';
import { TITLE_WORDS } from './migrations/wishes.js';
import { OfferCopies } from './offer-copies.js';
import { People } from './people.js';
import { jsonRows } from './rows.js';
import { SeenEvents } from './seen-events.js';

let dataSource: DataSource;
beforeAll(async () => {
  dataSource = await testDatabase(ownNames().schema('optin'), optinMigrations);
});

/** Runs work in a real transaction; what it emits is gathered as `topic key id`. */
async function inTransaction<T>(work: (tx: EmittingTransaction) => Promise<T>, emitted: string[] = []): Promise<T> {
  return dataSource.transaction((manager) =>
    work({
      manager,
      query: <R>(sql: string, parameters: readonly unknown[] = []) => manager.query<R[]>(sql, [...parameters]),
      emit: (topic, key, _value, o) => void emitted.push(`${topic.name} ${key} ${o?.id ?? ''}`),
      afterCommit: () => undefined,
    } as EmittingTransaction),
  );
}

describe('seen events', () => {
  const seen = new SeenEvents();
  it('are claimed once, also when named twice', async () => {
    const claim = (...keys: string[]) => inTransaction((tx) => seen.claim(tx, keys, NOW));
    expect(await claim('b', 'a', 'a')).toEqual(new Set(['a', 'b']));
    expect(await claim('a', 'c')).toEqual(new Set(['c']));
    expect(await claim()).toEqual(new Set());
  });

  it('are not claimed by a transaction that is rolled back', async () => {
    await inTransaction(async (tx) => {
      await seen.claim(tx, ['r'], NOW);
      throw new Error('roll back');
    }).catch(() => undefined);
    expect(await inTransaction((tx) => seen.claim(tx, ['r'], NOW))).toEqual(new Set(['r']));
  });

  it('are forgotten when old, in batches', async () => {
    await inTransaction((tx) => seen.claim(tx, ['o1', 'o2', 'o3', 'young'], 1000));
    await inTransaction((tx) => tx.query(`UPDATE events_seen SET seen_at = 5000 WHERE event_key = 'young'`));
    expect(await seen.forget(dataSource, 2000, 2)).toBe(2);
    expect(await seen.forget(dataSource, 2000, 2)).toBe(1);
    expect(await seen.forget(dataSource, 2000, 2)).toBe(0);
    expect(await inTransaction((tx) => seen.claim(tx, ['young', 'o1'], 6000))).toEqual(new Set(['o1']));
  });
});

const under = { type: 'at_most', amount: 8000, currency: 'EUR' } as const;

describe('people', () => {
  const people = new People();
  const save = (before: Person | undefined, after: Person, emitted: string[] = []) =>
    inTransaction((tx) => people.save(tx, [{ ...(before ? { before } : {}), after }]), emitted);
  const load = async (id = 'shp_1') => (await inTransaction((tx) => people.lock(tx, [id, 'shp_nobody'], NOW))).get(id);

  it('a right to send that has run out is found, by one at a time', async () => {
    const one = foldEvent(
      { ...nobody(), shopper: { ...nobody().shopper, shopper_id: 'shp_x' } },
      tap(coat, 1),
      facts(),
    );
    await save(undefined, { ...one.person, subs: [] });
    const [grant] = one.person.shopper.grants;
    const expired = (tx: EmittingTransaction, now: number): Promise<string[]> => people.withExpiredGrants(tx, now, 9);
    expect(await inTransaction((tx) => expired(tx, grant!.expires_at - 1))).toEqual([]);
    await inTransaction(async (tx) => {
      expect(await expired(tx, grant!.expires_at)).toEqual(['shp_x']);
      expect(await inTransaction((other) => expired(other, grant!.expires_at))).toEqual([]);
    });
    const without = { ...one.person.shopper, rev: 2, grants: [] };
    await save(one.person, { shopper: without, subs: [] });
    expect(await inTransaction((tx) => expired(tx, Number.MAX_SAFE_INTEGER))).toEqual([]);
  });

  it('come back as they were saved, and only what changed is published', async () => {
    const asked = foldEvent(nobody(), text('hi', 9000), facts()).person;
    const one = foldEvent(asked, tap(coat, 1, 5000), facts()).person;
    const emitted: string[] = [];
    await save(undefined, one, emitted);
    expect(await load()).toEqual(one);
    expect(emitted).toEqual(['shoppers shp_1 shp_1:2', 'subscriptions sub_1 sub_1:1']);
    const two = foldEvent(one, text('hello', 4000), facts()).person;
    await save(one, two, emitted);
    expect(emitted.slice(2)).toEqual(['shoppers shp_1 shp_1:3']);
    const three = foldEvent(two, text('STOP', 3000), facts()).person;
    const again = foldEvent(three, tap(coat, 2, 1000), facts()).person;
    await save(two, again, emitted);
    expect(emitted.slice(3)).toEqual([
      'shoppers shp_1 shp_1:5',
      'subscriptions sub_1 sub_1:2',
      'subscriptions sub_2 sub_2:1',
    ]);
    expect((await load())?.subs.map((s) => s.state)).toEqual(['ended', 'active']);
    expect(await inTransaction((tx) => people.ofActive(tx, ['sub_1', 'sub_2', 'sub_2']))).toEqual(['shp_1']);
    expect(await inTransaction((tx) => people.ofActive(tx, ['sub_1']))).toEqual([]);
  });

  it('come back with their topics, changes, open question and stopped tokens', async () => {
    const stranger = { shopper: { ...nobody().shopper, shopper_id: 'shp_more' }, subs: [] };
    const events = [
      event({ kind: 'referral', wish: { ...coatPrice, threshold: null, external_id: 'c7' } }, 9000),
      tap(autumn, 70, 8000),
      tap(coatPrice, 80, 7000),
      updates(coat, 'A', 90, 6000),
      noUpdates('A', 5000),
      event({ kind: 'message', text: '80', payload: 'beckon:ask:R', choice: { ...coatPrice, threshold: under } }, 4000),
      event({ kind: 'referral', wish: { ...coatPrice, sku: 'other', threshold: null } }, 3000),
    ];
    const after = events.reduce<Person>((p, e) => foldEvent(p, e, facts({ notifications: true })).person, stranger);
    expect(after.shopper).toMatchObject({ pending: {}, token_stops: [{}], external_id: 'c7', external_at: NOW - 9000 });
    expect(after.subs.find((s) => s.sub_id === 'sub_80')?.changes).toHaveLength(1);
    await save(undefined, after);
    const loaded = await load('shp_more');
    const byId = (p?: Person) => [...(p?.subs ?? [])].sort((a, b) => (a.sub_id < b.sub_id ? -1 : 1));
    expect([loaded?.shopper, byId(loaded)]).toEqual([after.shopper, byId(after)]);
  });

  it('an older revision never overwrites a newer one', async () => {
    const stranger = { shopper: { ...nobody().shopper, shopper_id: 'shp_old' }, subs: [] };
    const older = foldEvent(stranger, text('hi', 9000), facts()).person;
    const newer = foldEvent(older, text('STOP', 5000), facts()).person;
    await save(older, newer);
    await save(undefined, older);
    expect(await load('shp_old')).toEqual(newer);
  });

  it('Postgres itself refuses two active subscriptions to one wish', async () => {
    const other = foldEvent(nobody(), tap(coat, 7), facts()).person;
    const twice = { ...other, subs: [other.subs[0]!, { ...other.subs[0]!, sub_id: 'sub_8' }] };
    const stranger = {
      shopper: { ...twice.shopper, shopper_id: 'shp_2' },
      subs: twice.subs.map((s) => ({ ...s, shopper_id: 'shp_2' })),
    };
    await expect(save(undefined, stranger)).rejects.toThrow('subscriptions_one_active_per_wish');
    expect(await load('shp_2')).toBeUndefined();
  });

  it('two transactions about one person come one after the other', async () => {
    const order: string[] = [];
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const first = inTransaction(async (tx) => {
      await people.lock(tx, ['shp_1'], NOW);
      order.push('first has it');
      await held;
      order.push('first ends');
    });
    while (order.length === 0) await new Promise((resolve) => setImmediate(resolve));
    const second = inTransaction(async (tx) => {
      await people.lock(tx, ['shp_1'], NOW);
      order.push('second has it');
    });
    const waits = 'SELECT count(*)::int AS n FROM pg_locks WHERE NOT granted';
    while ((await dataSource.query<{ n: number }[]>(waits))[0]?.n === 0) await new Promise((r) => setImmediate(r));
    release();
    await Promise.all([first, second]);
    expect(order).toEqual(['first has it', 'first ends', 'second has it']);
  });
});

describe('offer copies', () => {
  const copies = new OfferCopies();
  const offer = (sku: string, seq: number, more: object = {}) => ({
    ...offers.example,
    sku,
    seq,
    price: null,
    ...more,
  });
  const apply = (...values: ReturnType<typeof offer>[]) =>
    inTransaction((tx) =>
      copies.apply(
        tx,
        values.map((value) => ({ key: `${value.shop}:${value.sku}`, value })),
      ),
    );
  const find = (skus: string[], products: string[] = []) =>
    copies.find(dataSource, { skus: skus.map((s) => ['aurora', s]), products: products.map((p) => ['aurora', p]) });

  it('keep the highest sequence number, within a chunk and across chunks', async () => {
    await apply(
      offer('a:1', 3, { title: 'three' }),
      offer('a:1', 5, { title: 'five' }),
      offer('a:1', 4, { title: 'four' }),
    );
    expect(await find(['a:1'])).toEqual([offer('a:1', 5, { title: 'five' })]);
    await apply(offer('a:1', 4, { title: 'four' }));
    expect((await find(['a:1']))[0]?.title).toBe('five');
  });

  it('are found by SKU and by product, each once, within their shop', async () => {
    await apply(offer('b', 1), offer('c', 1, { product: 'other' }));
    await inTransaction((tx) => copies.apply(tx, [{ key: 'x:b', value: offer('b', 1, { shop: 'x' }) }]));
    expect((await find(['b', 'c'], ['red-coat'])).map((o) => `${o.shop}:${o.sku}`).sort()).toEqual([
      'aurora:a:1',
      'aurora:b',
      'aurora:c',
    ]);
    expect(await find([])).toEqual([]);
  });

  it('go with their tombstone', async () => {
    await inTransaction((tx) => copies.apply(tx, [{ key: 'aurora:a:1', value: null }]));
    expect(await find(['a:1'])).toEqual([]);
  });

  it('survive half a surrogate pair in a title', async () => {
    await apply(offer('d', 1, { title: `x\ud83d \u{1F600}`, options: ['\udc00'] }));
    expect((await find(['d']))[0]).toMatchObject({ title: 'x\ufffd \u{1F600}', options: ['\ufffd'] });
    expect(jsonRows([{ a: 'plain' }])).toBe('[{"a":"plain"}]');
  });

  describe('are found by the words of their titles', () => {
    const named = async (...words: string[]) =>
      (await copies.named(dataSource, 'search', words)).map((o) => o.sku).sort();
    const title = (sku: string, name: string | null, more: object = {}) =>
      offer(sku, 1, { shop: 'search', title: name, published: true, ...more });
    beforeAll(() =>
      apply(
        ...[title('s1', 'Red Coat'), title('s2', 'Blue coats (2-pack)'), title('s3', 'Mädchen-Mantel, weiß')],
        ...[title('s4', 'Red coat, gone', { published: false }), title('s5', null)],
        title('s6', 'Red coat', { shop: 'other' }),
      ),
    );

    it('without case and accents, by their beginnings, plural or not; only what the shop sells', async () => {
      expect(await named('coat')).toEqual(['s1', 's2']);
      expect(await named('coats')).toEqual(['s1', 's2']);
      expect(await named('madchen')).toEqual(['s3']);
      expect(await named('weiss', 'mant')).toEqual(['s3']);
      expect(await named('umbrella')).toEqual([]);
      expect(await named()).toEqual([]);
    });

    it('all of them if there is one with all, else some of them', async () => {
      expect(await named('red', 'coat')).toEqual(['s1']);
      expect(await named('red', 'mantel')).toEqual(['s1', 's3']);
    });

    it('whatever the words are, nothing of them is read as a search of its own', async () => {
      expect(await named("c'oat", 'a & b', '!red', ':*', '((')).toEqual(['s1', 's2']);
    });

    it('by an index', async () => {
      const plan: { 'QUERY PLAN': string }[] = await dataSource.transaction(async (m) => {
        await m.query('SET LOCAL enable_seqscan = off; SET LOCAL enable_indexscan = off');
        return m.query(
          `EXPLAIN SELECT 1 FROM offers WHERE title IS NOT NULL AND ${TITLE_WORDS} @@ to_tsquery('simple', 'coat')`,
        );
      });
      expect(plan.map((row) => row['QUERY PLAN']).join('\n')).toContain('offers_by_words');
    });
  });
});
