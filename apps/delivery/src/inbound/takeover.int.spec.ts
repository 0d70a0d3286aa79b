import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Admission } from '@beckon/contracts';
import { systemClock } from '@beckon/service';
import type { DataSource } from 'typeorm';
import {
  GraphStandIn,
  KeptEmits,
  TOKEN_ENV,
  aShopper,
  aWorker,
  accept,
  anAdmission,
  anOffer,
  deliveryDatabase,
  pagesOfTest,
} from '../../../../tests/support/delivery-kit.js';
import { testLog, until } from '../../../../tests/support/real-servers.js';
import { lockRows, lockUnposted, passGate, queueAdmissions } from '../outbound/ledger-store.js';
import type { Fact } from '../domain/facts.js';
import { keepOffers } from '../outbound/offer-store.js';
import { knowPages, takePages } from '../outbound/page-store.js';
import { GATE_SQL } from '../outbound/gate.sql.js';
import { keepShoppers } from '../outbound/shopper-store.js';
import type { Queries } from '../outbound/sql.js';
import { PageLeases } from './page-leases.js';
import { settleRows } from './settle-rows.js';

let db: DataSource;
let emits: KeptEmits;
let graph: GraphStandIn;
let url: string;

beforeEach(async () => {
  db = await deliveryDatabase();
  emits = new KeptEmits(db);
  graph = new GraphStandIn();
  url = await graph.start();
  process.env[TOKEN_ENV] = 'EAAtoken';
  await keepOffers(db, [anOffer()]);
});

const inLine = async (page: string, n: number) => {
  const list = Array.from({ length: n }, () => {
    const shopper = aShopper({ page });
    return { shopper, admission: anAdmission(shopper, { send_by: Date.now() + 60_000 }) };
  });
  await keepShoppers(
    db,
    list.map((x) => x.shopper),
  );
  await queueAdmissions(
    db,
    list.map((x) => x.admission),
    Date.now(),
  );
  return list.map((x) => x.admission);
};
const owners = async (): Promise<Record<string, string | null>> =>
  Object.fromEntries(
    (await db.query('SELECT page, owner FROM pages ORDER BY page')).map((r: { page: string; owner: string }) => [
      r.page,
      r.owner,
    ]),
  );

describe('a worker dies', () => {
  it('promise 2: its line goes on, its flights are unknown until their echo, and nothing is sent twice', async () => {
    const [flown, echoed, waiting] = await inLine('1', 3);
    await knowPages(db, ['1']);
    const [dead] = await takePages(db, 'dead', ['1'], 1);
    const flights = await passGate(db, 'dead', [{ page: '1', epoch: dead!.epoch, slots: 2, alertsFirst: 0 }]);
    expect(flights.sending).toHaveLength(2);
    const ids = flights.sending.map((c) => c.row.id);
    const line = [flown!, echoed!, waiting!].filter((a) => !ids.includes(a.alert_id));
    // The echo of one came while the worker was still thought alive.
    await emits.transaction(async (tx) => {
      const rows = await lockRows(tx, [ids[1]!]);
      const { page, shopper_id } = rows[0]!;
      await settleRows(tx, rows, () => [{ type: 'echoed', page, shopper_id, mid: 'm_9', at: Date.now() }]);
    });
    await db.query('UPDATE pages SET lease_until = 1');
    aWorker({ db, emits, graph: url, pages: pagesOfTest(['1']) });
    await until('the line goes on', () => graph.of(line[0]!.alert_id).length === 1);
    await until('the flights are told', () => emits.all.filter((e) => e.topic === 'deliveries').length === 3);
    expect(emits.about('deliveries', ids[0]!).map((d) => d['state'])).toEqual(['unknown']);
    expect(emits.about('deliveries', ids[1]!).map((d) => d['state'])).toEqual(['accepted']);
    expect(graph.posts).toHaveLength(1);
  });

  it('its Page is taken over when its lease has run out', async () => {
    await knowPages(db, ['1']);
    await takePages(db, 'dead', ['1'], 1);
    const began = systemClock.monotonic();
    const worker = aWorker({ db, emits, graph: url, pages: pagesOfTest(['1']) });
    await until('taken over', () => worker.leases.owned.length === 1);
    const took = systemClock.monotonic() - began;
    expect(took).toBeGreaterThan(4500);
  });
});

describe('the answer of the gate is lost on its way', () => {
  /** Postgres as this worker sees it: the first answer that lets messages pass is cut off. */
  const cutOnce = (): { db: Queries; lost: string[] } => {
    const lost: string[] = [];
    const own = db;
    return {
      lost,
      db: {
        query: async <R>(sql: string, parameters?: readonly unknown[]) => {
          const rows: R[] = await own.query(sql, parameters as unknown[]);
          if (sql !== GATE_SQL || lost.length > 0 || rows.length === 0) return rows;
          lost.push(...rows.map((r) => (r as { row: { id: string } }).row.id));
          throw new Error('Connection terminated unexpectedly');
        },
      },
    };
  };
  const said = (id: string): unknown[] => emits.about('deliveries', id).map((d) => d['state']);

  it('promise 1: what it let pass goes back to the line, because nobody posted it; the rest goes on', async () => {
    const list = await inLine('1', 5);
    const { db: cut, lost } = cutOnce();
    aWorker({ db: cut, emits, graph: url, pages: pagesOfTest(['1'], 300) });
    await until('what was let pass is returned', () => lost.length > 0 && lost.every((id) => said(id).length > 0));
    for (const id of lost) {
      expect(said(id)).toEqual(['returned']);
      expect(emits.about('deliveries', id)[0]).toMatchObject({ reason: 'page_unleased', admission_no: 1 });
      expect(graph.of(id)).toEqual([]);
    }
    await queueAdmissions(
      db,
      list.filter((a) => lost.includes(a.alert_id)).map((a) => ({ ...a, admission_no: 2 })),
      Date.now(),
    );
    await until('all are accepted', () => list.every((a) => said(a.alert_id).at(-1) === 'accepted'));
    for (const a of list) expect(graph.of(a.alert_id)).toHaveLength(1);
  });

  it('promise 2: what had been posted under the same lease is not sent again', async () => {
    let answer: (() => void) | undefined;
    graph.answer = (_p, _q, response) => void (answer = () => accept(response, 1));
    const { db: cut, lost } = cutOnce();
    const [flown] = await inLine('1', 1);
    let cutting = false;
    const own = db;
    const later: Queries = { query: (sql, p) => (cutting ? cut.query(sql, p) : own.query(sql, p as unknown[])) };
    aWorker({ db: later, emits, graph: url, pages: pagesOfTest(['1'], 300), timeoutMs: 60_000 });
    await until('the first is out', () => answer !== undefined);
    cutting = true;
    const [unheard] = await inLine('1', 1);
    await until('the answer is lost', () => lost.length > 0);
    answer?.();
    graph.answer = (_p, _q, response) => accept(response, 2);
    await until('the second is returned', () => said(unheard!.alert_id).length > 0);
    expect([said(flown!.alert_id), said(unheard!.alert_id)]).toEqual([['accepted'], ['returned']]);
    expect(graph.posts).toHaveLength(1);
  });

  /** A worker without Postgres from the moment that the gate let something pass and could not say so, until `back`. */
  const cutOff = (timeoutMs: number): { lost: string[]; back: () => void } => {
    const { db: cut, lost } = cutOnce();
    let away = false;
    const gone = (): Promise<never> => Promise.reject(new Error('timeout expired'));
    const query: Queries['query'] = async (sql, parameters) => {
      if (away) return gone();
      const heard = lost.length;
      return cut.query<never>(sql, parameters).finally(() => (away ||= lost.length > heard));
    };
    const same = emits;
    class Away extends KeptEmits {
      override transaction: KeptEmits['transaction'] = (work) => (away ? gone() : same.transaction(work));
    }
    aWorker({ db: { query }, emits: new Away(db), graph: url, pages: pagesOfTest(['1'], 300), timeoutMs });
    return { lost, back: () => (away = false) };
  };

  it('promise 1: who lost the Page, too, while Postgres was away says what nobody posted', async () => {
    const { lost, back } = cutOff(2000);
    const list = await inLine('1', 3);
    await until('the answer is lost', () => lost.length > 0);
    await db.query('UPDATE pages SET lease_until = 1');
    aWorker({ db, emits, graph: url, pages: pagesOfTest(['1']) });
    await until('taken for unknown', () => lost.every((id) => said(id).length > 0));
    expect(lost.map(said)).toEqual(lost.map(() => ['unknown']));
    back();
    await until('returned', () => lost.every((id) => said(id).length > 1)).catch(() => undefined);
    expect(lost.map(said)).toEqual(lost.map(() => ['unknown', 'returned']));
    expect(lost.flatMap((id) => graph.of(id))).toEqual([]);
    expect(lost.length).toBeLessThanOrEqual(list.length);
  });

  it('promise 2: and nothing that it had posted, whose answer was lost', async () => {
    const posted = (await inLine('1', 1))[0]!.alert_id;
    await knowPages(db, ['1']);
    const [first] = await takePages(db, 'first', ['1'], 1);
    await passGate(db, 'first', [{ page: '1', epoch: first!.epoch, slots: 1, alertsFirst: 0 }]);
    // Another has taken it for unknown before the loss of the answer is noted.
    const told = { template: null, locale: 'en', price_amount: null, price_currency: null };
    const lost: Fact = { type: 'answer_lost', posted_at: Date.now(), told, epoch: first!.epoch, at: Date.now() };
    for (const fact of [{ type: 'orphaned', at: Date.now() } as const, lost])
      await emits.transaction(async (tx) => settleRows(tx, await lockRows(tx, [posted]), () => [fact]));
    expect(await lockUnposted(db, '1', first!.epoch)).toEqual([]);
    expect(said(posted)).toEqual(['unknown']);
  });

  it('promise 2: a message that its sender lost sight of is not returned, for it may have left', async () => {
    const [seen, unseen] = await inLine('1', 2);
    const pages = pagesOfTest(['1']);
    let epoch = 0;
    const leases = new PageLeases({
      ...{ db, emits, pages, worker: 'blind', ready: () => true, clock: systemClock, log: testLog('delivery') },
      startSender: (lease) => {
        epoch = lease.epoch;
        const drain = (): Promise<void> => Promise.resolve();
        const outOfSight = new Set([unseen!.alert_id]);
        return { epoch, isDraining: false, renewed: () => undefined, poke: () => undefined, drain, outOfSight };
      },
    });
    leases.loop.start();
    await until('the Page is leased', () => epoch > 0);
    await passGate(db, 'blind', [{ page: '1', epoch, slots: 2, alertsFirst: 0 }]);
    await leases.stop();
    expect([said(seen!.alert_id), said(unseen!.alert_id)]).toEqual([['returned'], []]);
    const [row] = await lockRows(db, [unseen!.alert_id]);
    expect(row?.state).toBe('sending');
  });
});

describe('workers share', () => {
  it('hand Pages over when one joins and take them back when one leaves, without a message lost or doubled', async () => {
    const names = ['1', '2', '3', '4'];
    const pages = pagesOfTest(names, 300);
    graph.answer = (_p, _q, response) => void setTimeout(() => accept(response, graph.posts.length), 5);
    const admissions = (await Promise.all(names.map((name) => inLine(name, 150)))).flat();
    const first = aWorker({ db, emits, graph: url, pages, timeoutMs: 30_000 });
    await until('the first owns all', () => first.leases.owned.length === 4, 60_000);
    const second = aWorker({ db, emits, graph: url, pages, timeoutMs: 30_000 });
    const shared = (): boolean => first.leases.owned.length === 2 && second.leases.owned.length === 2;
    await until('two each', shared, 60_000);
    await first.stop();
    await until('the second owns all', () => second.leases.owned.length === 4, 60_000);
    const last = (a: Admission): unknown => emits.about('deliveries', a.alert_id).at(-1)?.['state'];
    await until(
      'all are sent',
      async () => {
        // As throttling does: what provably was not sent (a connection too slow on a busy machine) is admitted anew.
        const missed = admissions.filter((a) => last(a) === 'returned');
        const again = missed.map((a) => ({ ...a, admission_no: emits.about('deliveries', a.alert_id).length + 1 }));
        await queueAdmissions(db, again, Date.now());
        return admissions.every((a) => last(a) === 'accepted');
      },
      90_000,
    );
    for (const a of admissions) expect(graph.of(a.alert_id)).toHaveLength(1);
    expect(Object.values(await owners()).every((o) => o !== null)).toBe(true);
    await second.stop();
    expect(Object.values(await owners()).every((o) => o === null)).toBe(true);
  }, 240_000);

  it('a Page keeps its pace while it changes hands', async () => {
    const pages = pagesOfTest(['1'], 20);
    await inLine('1', 80);
    const first = aWorker({ db, emits, graph: url, pages });
    await until('the first sends', () => graph.posts.length >= 20);
    await first.stop();
    aWorker({ db, emits, graph: url, pages });
    await until('all are sent', () => graph.posts.length === 80);
    const times = graph.posts.map((p) => p.at);
    // Over any stretch: pace × seconds + 1, and 3 for the jitter of two clocks' readings on a busy machine.
    for (let i = 0; i < times.length; i += 1)
      for (let j = i; j < times.length; j += 1)
        expect(j - i + 1).toBeLessThanOrEqual((20 * (times[j]! - times[i]!)) / 1000 + 1 + 3);
  });
});
