import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Admission, Receipt, Shopper } from '@beckon/contracts';
import type { Chunk, ChunkTransaction } from '@beckon/kafka';
import { systemClock } from '@beckon/service';
import type { DataSource } from 'typeorm';
import {
  GraphStandIn,
  KeptEmits,
  TOKEN_ENV,
  aReply,
  aShopper,
  aSweeper,
  aWorker,
  accept,
  anAdmission,
  anOffer,
  deliveryDatabase,
  oneTime,
  pagesOfTest,
  refuse,
} from '../../../../tests/support/delivery-kit.js';
import { until } from '../../../../tests/support/real-servers.js';
import { keepOffers } from '../outbound/offer-store.js';
import { keepShoppers } from '../outbound/shopper-store.js';
import { AlertsAdmittedController } from './alerts-admitted.controller.js';
import { MessagesRequestedController } from './messages-requested.controller.js';
import { ReceiptsController } from './receipts.controller.js';

const PAGE = '1001';
let db: DataSource;
let emits: KeptEmits;
let graph: GraphStandIn;
let url: string;
let worker: ReturnType<typeof aWorker>;

beforeAll(async () => {
  db = await deliveryDatabase();
  await keepOffers(db, [anOffer()]);
  emits = new KeptEmits(db);
  graph = new GraphStandIn();
  url = await graph.start();
  process.env[TOKEN_ENV] = 'EAAfirst';
  aSweeper(db, emits);
});
beforeEach(async () => {
  graph.answer = (_p, _q, response) => accept(response, graph.posts.length);
  await db.query(`UPDATE pages SET state = 'open', paused_until = 0, trouble_step = 0`);
  worker = aWorker({ db, emits, graph: url, pages: pagesOfTest([PAGE]), timeoutMs: 1000 });
});
afterEach(() => worker.stop());

/** Hands records to a handler as the transport does: one chunk, one transaction. */
async function hand<V>(handler: (c: Chunk<V>, tx: ChunkTransaction) => Promise<void>, ...values: V[]): Promise<void> {
  const raw = { key: null, value: null, headers: {} };
  const records = values.map((value, i) => ({
    partition: 0,
    offset: BigInt(i),
    timestamp: 0,
    key: null,
    value,
    headers: {},
    raw,
  }));
  await emits.transaction((tx) =>
    handler({ topic: 't', records }, { ...tx, deadLetter: () => undefined } as ChunkTransaction),
  );
}
const admit = (...admissions: Admission[]): Promise<void> => {
  const controller = new AlertsAdmittedController(worker.leases, systemClock);
  return hand((c, tx) => controller.onAdmissions(c, tx), ...admissions);
};
const request = (
  ...messages: Parameters<MessagesRequestedController['onRequests']>[0]['records'][number]['value'][]
) => {
  const controller = new MessagesRequestedController(worker.leases, systemClock);
  return hand((c, tx) => controller.onRequests(c as never, tx), ...messages);
};
const receive = (...list: Receipt[]): Promise<void> => {
  const controller = new ReceiptsController(worker.leases);
  return hand((c, tx) => controller.onReceipts(c, tx), ...list);
};
const echoOf = (a: Admission, at = Date.now()): Receipt => ({
  kind: 'echo',
  shopper_id: a.shopper_id,
  page: a.page,
  alert_id: a.alert_id,
  mid: 'm_echo',
  watermark: null,
  at,
});
const arranged = async (over: Partial<Shopper> = {}, more: Partial<Admission> = {}) => {
  const shopper = aShopper(over);
  await keepShoppers(db, [shopper]);
  return { shopper, admission: anAdmission(shopper, more) };
};
const states = (a: Admission): unknown[] => emits.about('deliveries', a.alert_id).map((d) => d['state']);
const verdicts = (a: Admission): string[] =>
  emits.about('decisions', a.alert_id).map((d) => `${d['verdict']}:${d['reason']}${d['terminal'] ? '!' : ''}`);
const told = (a: Admission, state: string) =>
  until(`${a.alert_id} ${state}`, () => emits.about('deliveries', a.alert_id).find((d) => d['state'] === state));
const rowOf = async (id: string) => (await db.query('SELECT * FROM ledger WHERE id = $1', [id]))[0];

describe('an admission', () => {
  it('becomes one message in the shopper’s words, one record and one decision', async () => {
    const { admission, shopper } = await arranged();
    await admit(admission);
    const record = await told(admission, 'accepted');
    expect(graph.of(admission.alert_id)).toMatchObject([
      {
        path: `/v26.0/${PAGE}/messages`,
        authorization: 'Bearer EAAfirst',
        recipient: { id: `psid-of-${shopper.shopper_id}` },
        message: { text: expect.stringMatching(/^Der Preis ist gefallen: Red coat, Size M .*\nhttps:/) },
      },
    ]);
    expect(record).toMatchObject({
      admission_no: 1,
      seq: 1,
      grant_kind: 'window',
      template: 'price_drop',
      locale: 'de',
      price_amount: 9900,
      reason: null,
    });
    expect(record['posted_at']).toBeLessThanOrEqual(record['answered_at'] as number);
    expect(verdicts(admission)).toEqual(['sent:null!']);
  });

  it('asked for again gets the same answer again and no second POST', async () => {
    const { admission } = await arranged();
    await admit(admission);
    const first = await told(admission, 'accepted');
    await admit(admission, admission);
    const records = await until('a second record', () => {
      const all = emits.about('deliveries', admission.alert_id);
      return all.length === 2 && all;
    });
    expect(records[1]).toEqual(first);
    expect(graph.of(admission.alert_id)).toHaveLength(1);
    expect(verdicts(admission)).toHaveLength(1);
  });

  it('goes with the one-time token of its subscription when the window is closed, and spends it', async () => {
    const { admission } = await arranged(
      { window_until: null, grants: [oneTime('sub_x', 'OTN_1')] },
      { sub_id: 'sub_x' },
    );
    await admit(admission);
    expect(await told(admission, 'accepted')).toMatchObject({ grant_kind: 'one_time' });
    expect(graph.of(admission.alert_id)).toMatchObject([{ recipient: { one_time_notif_token: 'OTN_1' } }]);
  });

  it('without any right to send ends as failed:no_grant', async () => {
    const { admission } = await arranged({ window_until: null });
    await admit(admission);
    await told(admission, 'failed');
    expect(verdicts(admission)).toEqual(['failed:no_grant!']);
    expect(graph.of(admission.alert_id)).toEqual([]);
  });

  it('of a stopped shopper is refused, so that throttling can close it', async () => {
    const { admission } = await arranged({ stopped_at: Date.now() });
    await admit(admission);
    expect(await told(admission, 'refused')).toMatchObject({ reason: 'stopped' });
    expect(graph.of(admission.alert_id)).toEqual([]);
  });

  it('about a collection is told by the name that its reader’s language has for it; about one that is gone, not at all', async () => {
    await worker.stop();
    const topics = [
      {
        topic: 'autumn',
        kind: 'new_collection' as const,
        name: { en: 'Autumn', de: 'Herbst' },
        url: 'https://a.example/',
      },
    ];
    worker = aWorker({ db, emits, graph: url, pages: pagesOfTest([PAGE], 40, { topics }), timeoutMs: 1000 });
    const about = (topic: string) => ({
      ...({ sku: `topic:${topic}`, product: `topic:${topic}`, kind: 'new_collection', locale: 'de_AT' } as const),
      condition: { type: 'topic_open' } as const,
    });
    const [known, gone] = [await arranged({}, about('autumn')), await arranged({}, about('winter'))];
    await admit(known.admission, gone.admission);
    expect(await told(known.admission, 'accepted')).toMatchObject({ template: 'new_collection', price_amount: null });
    expect(graph.of(known.admission.alert_id).map((p) => p.message.text)).toEqual([
      'Jetzt da: Herbst, neu bei Aurora Outfitters.\nhttps://a.example/',
    ]);
    await told(gone.admission, 'failed');
    expect([graph.of(gone.admission.alert_id), verdicts(gone.admission)]).toEqual([[], ['failed:not_worded!']]);
  });

  it('that cannot be worded ends without a POST', async () => {
    const sku = 'nameless';
    await keepOffers(db, [anOffer({ sku, title: null })]);
    const { admission } = await arranged({}, { sku });
    await admit(admission);
    await told(admission, 'failed');
    expect(verdicts(admission)).toEqual(['failed:not_worded!']);
    expect(emits.about('decisions', admission.alert_id)[0]).toMatchObject({ detail: 'a value is missing: name' });
    expect(graph.of(admission.alert_id)).toEqual([]);
  });

  it('past its time is returned, whatever it waited for, and may come again', async () => {
    const { admission, shopper } = await arranged({}, { send_by: Date.now() + 300 });
    await admit({ ...admission, shopper_rev: shopper.rev + 1 });
    expect(await told(admission, 'returned')).toMatchObject({ reason: 'past_send_by', admission_no: 1 });
    await keepShoppers(db, [{ ...shopper, rev: shopper.rev + 1 }]);
    await admit({ ...admission, admission_no: 2, send_by: Date.now() + 10_000 });
    expect(await told(admission, 'accepted')).toMatchObject({ admission_no: 2, seq: 2 });
    expect(verdicts(admission)).toEqual(['returned:past_send_by', 'sent:null!']);
  });
});

describe('Messenger’s answers', () => {
  it.each<[string, (r: Parameters<GraphStandIn['answer']>[2]) => unknown, string, string | null]>([
    ['190', (r) => refuse(r, 190, 463), 'refused', 'page_stopped'],
    ['613', (r) => refuse(r, 613), 'refused', 'rate_limited'],
    ['551', (r) => refuse(r, 551), 'refused', 'suspended'],
    ['10/2018278', (r) => refuse(r, 10, 2018278), 'refused', 'window_closed'],
    ['10/2018300', (r) => refuse(r, 10, 2018300), 'deferred', 'refused'],
    ['100', (r) => refuse(r, 100), 'failed', 'bad_request'],
    ['2', (r) => refuse(r, 2), 'unknown', 'outcome_unknown'],
    ['1200', (r) => refuse(r, 1200, 2018024), 'unknown', 'outcome_unknown'],
    ['an unlisted code', (r) => refuse(r, 987654), 'unknown', 'outcome_unknown'],
    ['500', (r) => r.writeHead(500).end('<html>'), 'unknown', 'outcome_unknown'],
    ['200 without JSON', (r) => r.writeHead(200).end('OK'), 'unknown', 'outcome_unknown'],
    ['a reset', (r) => r.socket?.resetAndDestroy(), 'unknown', 'outcome_unknown'],
    ['silence', () => undefined, 'unknown', 'outcome_unknown'],
  ])('%s', async (_, answer, state, reason) => {
    graph.answer = (_p, _q, response) => answer(response);
    const { admission } = await arranged();
    await admit(admission);
    expect(await told(admission, state)).toMatchObject({ reason, admission_no: 1 });
    expect(graph.of(admission.alert_id)).toHaveLength(1);
  });

  it('promise 2: an unknown is never sent again, whoever asks, and its echo makes it sent', async () => {
    graph.answer = (_p, q) => q.socket.resetAndDestroy();
    const { admission } = await arranged({ window_until: null, grants: [oneTime('sub_u')] }, { sub_id: 'sub_u' });
    await admit(admission);
    await told(admission, 'unknown');
    graph.answer = (_p, _q, response) => accept(response, 1);
    await db.query('UPDATE pages SET paused_until = 0');
    await admit({ ...admission, admission_no: 2, send_by: Date.now() + 5000 });
    await until('the same answer for the new number', () =>
      emits.about('deliveries', admission.alert_id).some((d) => d['state'] === 'unknown' && d['admission_no'] === 2),
    );
    await receive({ ...echoOf(admission), shopper_id: 'shp_foreign' });
    await receive(echoOf(admission), echoOf(admission));
    await told(admission, 'accepted');
    expect(graph.of(admission.alert_id)).toHaveLength(1);
    expect(verdicts(admission)).toEqual(['held:outcome_unknown', 'sent:null!']);
  });

  it('an echo that comes before the answer ends the same', async () => {
    const { admission } = await arranged();
    graph.answer = async (_p, _q, response) => {
      await receive(echoOf(admission));
      accept(response, 7);
    };
    await admit(admission);
    await told(admission, 'accepted');
    expect(states(admission)).toEqual(['accepted']);
    expect(verdicts(admission)).toEqual(['sent:null!']);
  });

  it('an unknown ends after its day, and a later echo still makes it sent', async () => {
    graph.answer = (_p, q) => q.socket.resetAndDestroy();
    const { admission } = await arranged();
    await admit(admission);
    await told(admission, 'unknown');
    await db.query('UPDATE ledger SET unknown_since = unknown_since - 86400001 WHERE id = $1', [admission.alert_id]);
    await told(admission, 'failed');
    await receive(echoOf(admission));
    await told(admission, 'accepted');
    expect(verdicts(admission)).toEqual(['held:outcome_unknown', 'failed:outcome_unknown!', 'sent:null!']);
  });

  it('a proven refusal gives the token back and may be sent again', async () => {
    let n = 0;
    graph.answer = (_p, _q, response) => ((n += 1) === 1 ? refuse(response, 613) : accept(response, n));
    const { admission } = await arranged({ window_until: null, grants: [oneTime('sub_g')] }, { sub_id: 'sub_g' });
    await admit(admission);
    await told(admission, 'refused');
    await admit({ ...admission, admission_no: 2, send_by: Date.now() + 8000 });
    expect(await told(admission, 'accepted')).toMatchObject({ grant_kind: 'one_time', admission_no: 2 });
    expect(graph.of(admission.alert_id)).toHaveLength(2);
  });

  it('"window closed" is believed: the next try takes the token, and without one there is no right left', async () => {
    graph.answer = (p, _q, response) => (p.recipient['id'] ? refuse(response, 10, 2018278) : accept(response, 1));
    const { admission } = await arranged({ grants: [oneTime('sub_w')] }, { sub_id: 'sub_w' });
    await admit(admission);
    expect(await told(admission, 'refused')).toMatchObject({ reason: 'window_closed' });
    await admit({ ...admission, admission_no: 2 });
    expect(await told(admission, 'accepted')).toMatchObject({ grant_kind: 'one_time' });
    const other = anAdmission({ ...aShopper(), shopper_id: admission.shopper_id });
    await admit(other);
    expect(await told(other, 'failed')).toMatchObject({ reason: 'no_grant' });
  });

  it('delivered and read marks follow, once each', async () => {
    const { admission } = await arranged();
    await admit(admission);
    await told(admission, 'accepted');
    const mark = (kind: 'delivered' | 'read', watermark: number): Receipt => ({
      ...echoOf(admission),
      kind,
      alert_id: null,
      mid: null,
      watermark,
    });
    await receive(mark('delivered', Date.now() - 3_600_000));
    expect(states(admission)).toEqual(['accepted']);
    await receive(mark('delivered', Date.now()), mark('delivered', Date.now()));
    await receive(mark('read', Date.now()));
    expect(states(admission)).toEqual(['accepted', 'delivered', 'read']);
    expect(emits.about('deliveries', admission.alert_id).map((d) => d['seq'])).toEqual([1, 2, 3]);
  });
});

describe('a Page', () => {
  it('whose token died stops, keeps its grants, and goes on by itself with a new token', async () => {
    graph.answer = (p, _q, response) =>
      p.authorization === 'Bearer EAAsecond' ? accept(response, 1) : refuse(response, 190, 463);
    const { admission } = await arranged({ window_until: null, grants: [oneTime('sub_t')] }, { sub_id: 'sub_t' });
    await admit(admission);
    expect(await told(admission, 'refused')).toMatchObject({ reason: 'page_stopped', error_code: 190 });
    const { admission: other } = await arranged();
    await admit(other);
    expect(await told(other, 'deferred')).toMatchObject({ reason: 'page_stopped' });
    expect(graph.of(other.alert_id)).toEqual([]);
    process.env[TOKEN_ENV] = 'EAAsecond';
    await until('the Page is open', async () => {
      const [page] = await db.query(`SELECT state FROM pages WHERE page = '${PAGE}'`);
      return page.state === 'open';
    });
    await admit({ ...admission, admission_no: 2, send_by: Date.now() + 10_000 });
    expect(await told(admission, 'accepted')).toMatchObject({ grant_kind: 'one_time' });
    process.env[TOKEN_ENV] = 'EAAfirst';
  });

  it('that is asked to slow down rests before it sends again', async () => {
    let n = 0;
    graph.answer = (_p, _q, response) => ((n += 1) === 1 ? refuse(response, 613) : accept(response, n));
    const { admission } = await arranged();
    const { admission: next } = await arranged();
    await admit(admission);
    await told(admission, 'refused');
    await admit(next);
    await told(next, 'accepted');
    const [first, second] = [graph.of(admission.alert_id)[0], graph.of(next.alert_id)[0]];
    expect(second!.at - first!.at).toBeGreaterThanOrEqual(990);
  });
});

describe('promise 5, stop means stop', () => {
  it('the confirmation comes after the answer of what was in flight, and nothing after it', async () => {
    const { admission, shopper } = await arranged();
    let go: () => void = () => undefined;
    graph.answer = (_p, _q, response) => (go = () => accept(response, 1));
    await admit(admission);
    await until('in flight', () => graph.of(admission.alert_id).length === 1);
    const stop = { ...shopper, rev: shopper.rev + 1, stopped_at: Date.now() };
    const confirmation = aReply(stop, { purpose: 'stop_confirm', quiet_in_flight: true });
    const late = anAdmission(shopper);
    await request(confirmation);
    await keepShoppers(db, [stop]);
    await admit(late);
    expect(await told(late, 'refused')).toMatchObject({ reason: 'stopped' });
    expect(graph.of(confirmation.id)).toEqual([]);
    graph.answer = (_p, _q, response) => accept(response, 2);
    go();
    await until('confirmed', () => graph.of(confirmation.id).length === 1);
    await until('settled', async () => (await rowOf(confirmation.id)).state === 'accepted');
    expect(graph.posts.at(-1)?.message.metadata).toBe(`beckon:${confirmation.id}`);
    expect(states(admission)).toEqual(['accepted']);
  });
});
