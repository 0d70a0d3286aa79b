/** A shop asks, the shopper accepts; and all the reasons why it may not ask. */
import { beforeAll, describe, expect, it } from '@jest/globals';
import { ShopSettings, exampleSettings, messagesRequested, shops } from '@beckon/contracts';
import type { RequestedMessage, ShopSettings as Settings } from '@beckon/contracts';
import { Sealer } from '@beckon/service';
import { randomUUID } from 'node:crypto';
import { until } from '../../../../../tests/support/real-servers.js';
import { ADMIN_TOKEN, PAGE, from, hook, startOptin } from '../../../tests/bed.js';
import type { TestBed } from '../../../tests/bed.js';

const KEY = Buffer.alloc(32, 9).toString('base64');
const sealer = Sealer.fromKeys(`k1:${KEY}`);
let bed: TestBed;
let said: () => RequestedMessage[];
let rev = 1;

beforeAll(async () => {
  bed = await startOptin({ SEAL_KEYS: `k1:${KEY}` });
  said = await bed.published(messagesRequested);
  await settings({});
});

/** Puts other settings of the shop in force, and waits until optin goes by them. */
async function settings(changes: Partial<Record<keyof Settings, unknown>>): Promise<void> {
  rev += 1;
  const parsed = ShopSettings.parse({ ...exampleSettings, ...changes });
  await bed.publish(shops, 'aurora', { shop: 'aurora', rev, settings: parsed, updated_at: Date.now() });
  await until('the settings are in force', async () => {
    const [row] = await bed.dataSource.query(`SELECT rev FROM shop_settings WHERE shop = 'aurora'`);
    return row?.rev === rev;
  });
  // The copy in memory is at most half a second behind the table; a new Page in it shows that it was read.
  await until('they are in memory', async () => {
    const { pages } = parsed;
    const answer = await call('POST', 'links', { kind: 'back_in_stock', sku: 'red-coat-m', page: pages.at(-1)?.page });
    return answer.status === 201;
  });
}

interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
  readonly retryAfter: string | null;
}
async function call(method: string, path: string, body?: object, headers: object = {}): Promise<Answer> {
  const answer = await fetch(`${bed.url}/v1/shops/aurora/${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    headers: { 'content-type': 'application/json', authorization: `Bearer ${ADMIN_TOKEN}`, ...headers },
  });
  const text = await answer.text();
  return {
    status: answer.status,
    body: (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>,
    retryAfter: answer.headers.get('retry-after'),
  };
}

const saidTo = (psid: string): RequestedMessage[] => said().filter((m) => sealer.open(m.psid_sealed) === psid);
const send = async (...events: object[]): Promise<void> =>
  expect((await bed.webhook(hook(...events))).status).toBe(200);
let mid = 0;
const says = (psid: string, text: string, ago = 0): object =>
  from(psid, { message: { mid: `m_${psid}_${(mid += 1)}`, text } }, ago);

/** Somebody who has just written; answers their shopper id. */
async function writes(psid: string): Promise<string> {
  await send(says(psid, 'hello'));
  const reply = await until('the answer', () => saidTo(psid)[0]);
  return reply.shopper_id;
}
const coat = { kind: 'back_in_stock', sku: 'red-coat-m' };
const ask = (shopper: string, more: object = {}, headers: object = {}): Promise<Answer> =>
  call('POST', 'asks', { ...coat, shopper, ...more }, headers);
const problem = (answer: Answer): unknown[] => [answer.status, answer.body['code']];
const asksTo = (psid: string): RequestedMessage[] => saidTo(psid).filter((m) => m.id.startsWith('ask_'));

describe('an ask', () => {
  it('goes out as a question, is confirmed by its echo, and is accepted by the tap', async () => {
    const shopper = await writes('701');
    const asked = await ask(shopper, { locale: 'de_DE' });
    expect([asked.status, asked.body]).toEqual([
      202,
      expect.objectContaining({ state: 'requested', shopper_id: shopper, kind: 'back_in_stock', sku: 'red-coat-m' }),
    ]);
    const id = String(asked.body['ask_id']);
    const question = await until('the question', () => asksTo('701')[0]);
    expect(question).toMatchObject({ id, purpose: 'ask', page: PAGE, shopper_id: shopper, quiet_in_flight: false });
    const { payload } = (question.body as { attachment: { payload: { title: string; payload: string } } }).attachment;
    expect(payload.title).toBe('Nachricht, wenn wieder da: Red coat, Size M?');
    expect(question.expires_at).toBe(asked.body['expires_at']);

    const echo = { message: { mid: 'm_echo_701', is_echo: true, app_id: 1, metadata: `beckon:${id}` } };
    await send({ ...from('701', echo), sender: { id: PAGE }, recipient: { id: '701' } });
    const sent = await until('sent', async () => {
      const { body } = await call('GET', `asks/${id}`);
      return body['state'] === 'sent' ? body : undefined;
    });
    expect(sent['sent_at']).toBeGreaterThan(Number(asked.body['requested_at']) - 5000);

    const tapped = { optin: { type: 'one_time_notif_req', payload: payload.payload, one_time_notif_token: 'T_701' } };
    await send(from('701', tapped));
    const accepted = await until('accepted', async () => {
      const { body } = await call('GET', `asks/${id}`);
      return body['state'] === 'accepted' ? body : undefined;
    });
    expect(accepted['accepted_at']).not.toBeNull();
    expect(problem(await ask(shopper))).toEqual([409, 'already_asked']);
  });

  it('is the same ask when it is repeated under its Idempotency-Key, also after a crash before the answer was kept', async () => {
    const shopper = await writes('702');
    const key = randomUUID();
    const first = await ask(shopper, {}, { 'idempotency-key': key });
    const again = await ask(shopper, {}, { 'idempotency-key': key });
    expect([first.status, again.status, again.body]).toEqual([202, 202, first.body]);
    await bed.dataSource.query(
      'UPDATE api_answers SET answer_sealed = NULL, busy_until = 0 WHERE idempotency_key = $1',
      [key],
    );
    const recovered = await ask(shopper, {}, { 'idempotency-key': key });
    expect([recovered.status, recovered.body['ask_id']]).toEqual([202, first.body['ask_id']]);
    const other = await ask(shopper);
    await until('the other question', () => asksTo('702').find((m) => m.id === other.body['ask_id']));
    expect(asksTo('702').map((m) => m.id)).toEqual([first.body['ask_id'], other.body['ask_id']]);
  });

  it('knows a shopper by the shop’s own id; several by one id must be told apart', async () => {
    const [one, two] = [await writes('703'), await writes('704')];
    const named = (id: string, externalId: string): Promise<unknown> =>
      bed.dataSource.query('UPDATE shoppers SET external_id = $2 WHERE shopper_id = $1', [id, externalId]);
    await named(one, 'customer-1');
    const asked = await call('POST', 'asks', { ...coat, external_id: 'customer-1' });
    expect([asked.status, asked.body['shopper_id']]).toEqual([202, one]);
    await named(two, 'customer-1');
    const both = await call('POST', 'asks', { ...coat, external_id: 'customer-1' });
    expect([...problem(both), both.body['errors']]).toEqual([
      ...[409, 'ambiguous_shopper'],
      [{ pointer: '#/external_id', detail: expect.any(String) }],
    ]);
    const elsewhere = await call('POST', 'asks', { ...coat, external_id: 'customer-1', page: '7' });
    expect(problem(elsewhere)).toEqual([404, 'unknown_shopper']);
  });

  it('that nobody confirmed in time is told as such; another shop knows nothing of it', async () => {
    const shopper = await writes('705');
    const id = String((await ask(shopper)).body['ask_id']);
    await bed.dataSource.query('UPDATE asks SET expires_at = 1 WHERE ask_id = $1', [id]);
    expect((await call('GET', `asks/${id}`)).body['state']).toBe('unconfirmed');
    await bed.dataSource.query(`UPDATE asks SET shop = 'borealis' WHERE ask_id = $1`, [id]);
    expect(problem(await call('GET', `asks/${id}`))).toEqual([404, 'unknown_ask']);
  });

  it('goes with its shopper', async () => {
    const shopper = await writes('706');
    const id = String((await ask(shopper)).body['ask_id']);
    await bed.dataSource.query('DELETE FROM shoppers WHERE shopper_id = $1', [shopper]);
    expect(problem(await call('GET', `asks/${id}`))).toEqual([404, 'unknown_ask']);
  });
});

describe('no ask', () => {
  it('to a shopper who said STOP, is nobody, or of another shop', async () => {
    const shopper = await writes('711');
    await send(says('711', 'STOP'));
    await until('stopped', async () => {
      const [row] = await bed.dataSource.query('SELECT stop_at FROM shoppers WHERE shopper_id = $1', [shopper]);
      return row.stop_at !== null;
    });
    expect(problem(await ask(shopper))).toEqual([409, 'stopped']);
    expect(problem(await ask('shp_nobody'))).toEqual([404, 'unknown_shopper']);
    const stranger = await writes('712');
    await bed.dataSource.query(`UPDATE shoppers SET shop = 'borealis' WHERE shopper_id = $1`, [stranger]);
    expect(problem(await ask(stranger))).toEqual([404, 'unknown_shopper']);
    expect([...asksTo('711'), ...asksTo('712')]).toEqual([]);
  });

  it('to a shopper who cannot be reached, or whose window is over', async () => {
    const shopper = await writes('713');
    await bed.dataSource.query('UPDATE shoppers SET suspended_at = 5 WHERE shopper_id = $1', [shopper]);
    expect(problem(await ask(shopper))).toEqual([409, 'suspended']);
    await bed.dataSource.query('UPDATE shoppers SET suspended_at = NULL, window_until = $2 WHERE shopper_id = $1', [
      shopper,
      Date.now() - 1,
    ]);
    expect(problem(await ask(shopper))).toEqual([409, 'window_closed']);
    expect(asksTo('713')).toEqual([]);
  });

  it('more often in a day than the shop allows itself, also by twenty requests at once', async () => {
    const shopper = await writes('714');
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask(shopper)));
    expect(answers.filter((a) => a.status === 202)).toHaveLength(2);
    const refused = answers.filter((a) => a.status !== 202);
    expect(new Set(refused.map((a) => String(problem(a))))).toEqual(new Set(['429,too_many_asks']));
    const retryAfter = Number(refused[0]?.retryAfter);
    expect(retryAfter).toBeGreaterThan(86_000);
    expect(retryAfter).toBeLessThanOrEqual(86_400);
    await bed.dataSource.query('UPDATE asks SET requested_at = requested_at - 86400000 WHERE shopper_id = $1', [
      shopper,
    ]);
    expect((await ask(shopper)).status).toBe(202);
  });

  it('where the Page may not, or the shop does not want to', async () => {
    const shopper = await writes('715');
    const page = exampleSettings.pages[0];
    await settings({
      pages: [
        { ...page, one_time_notifications: false },
        { ...page, page: '1002' },
      ],
    });
    expect(problem(await ask(shopper))).toEqual([409, 'page_cannot_ask']);
    await settings({ pages: [page, { ...page, page: '1003' }], bot: { asks_per_day: 0 } });
    expect(problem(await ask(shopper))).toEqual([429, 'too_many_asks']);
    await settings({ pages: [page, { ...page, page: '1004' }] });
    expect((await ask(shopper)).status).toBe(202);
  });

  it('that names nobody, two, or nothing to tell about', async () => {
    const pointers = async (body: object): Promise<unknown> => {
      const { status, body: said_ } = await call('POST', 'asks', body);
      return [status, said_['code'], (said_['errors'] as { pointer: string }[]).map((e) => e.pointer)];
    };
    expect(await pointers(coat)).toEqual([400, 'invalid_request', ['#']]);
    expect(await pointers({ ...coat, shopper: 'a', external_id: 'b' })).toEqual([400, 'invalid_request', ['#']]);
    expect(await pointers({ ...coat, shopper: 'a', page: '1' })).toEqual([400, 'invalid_request', ['#/page']]);
    expect(await pointers({ kind: 'back_in_stock', shopper: 'a' })).toEqual([400, 'invalid_request', ['#']]);
    expect(problem(await ask('a', { sku: 'nowhere' }))).toEqual([404, 'unknown_sku']);
  });
});
