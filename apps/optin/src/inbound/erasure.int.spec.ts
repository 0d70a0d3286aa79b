/** Deletion by chat, by the brand's desk and by the platform, on the real servers. */
import { beforeAll, describe, expect, it } from '@jest/globals';
import {
  ShopSettings,
  decisions,
  exampleSettings,
  messagesRequested,
  messengerEvents,
  receipts,
  shoppers,
  shops,
  subscriptions,
} from '@beckon/contracts';
import type { Decision, RequestedMessage, Subscription } from '@beckon/contracts';
import { Emitter } from '@beckon/kafka';
import { Sealer } from '@beckon/service';
import { createHmac } from 'node:crypto';
import { until } from '../../../../tests/support/real-servers.js';
import type { SeenRecord } from '../../../../tests/support/real-servers.js';
import { ADMIN_TOKEN, APP_SECRET, PAGE, from, hook, startOptin } from '../../tests/bed.js';
import type { TestBed } from '../../tests/bed.js';
import { ShopperErasure } from './shopper-erasure.js';

const KEY = Buffer.alloc(32, 7).toString('base64');
const sealer = Sealer.fromKeys(`k1:${KEY}`);
/** Longer than the steps of a test, shorter than anybody's patience. */
const MARKER_MS = 3000;

let bed: TestBed;
let said: () => RequestedMessage[];
let story: () => Decision[];
let people: SeenRecord[];
let subs: SeenRecord[];
beforeAll(async () => {
  bed = await startOptin({
    SEAL_KEYS: `k1:${KEY}`,
    PUBLIC_URL: 'https://beckon.example/',
    ERASED_MARKER_MS: String(MARKER_MS),
  });
  const settings = ShopSettings.parse({
    ...exampleSettings,
    shop: 'borealis',
    name: 'Borealis',
    pages: [{ ...exampleSettings.pages[0], page: '2002' }],
  });
  await bed.publish(shops, 'borealis', { shop: 'borealis', rev: 1, settings, updated_at: Date.now() });
  await until('borealis is known', async () => (await api('GET', 'borealis/keys')).status === 200);
  [said, story, people, subs] = await Promise.all([
    bed.published(messagesRequested),
    bed.published(decisions),
    bed.records(shoppers),
    bed.records(subscriptions),
  ]);
});

/** What was said to a person, each once: a record may come twice. */
const saidTo = (psid: string): RequestedMessage[] => {
  const mine = said().filter((m) => sealer.open(m.psid_sealed) === psid);
  return [...new Map(mine.map((m) => [m.id, m])).values()];
};
const answer = (psid: string, n: number): Promise<RequestedMessage> =>
  until(`answer ${n} to ${psid}`, () => saidTo(psid)[n - 1]);
const send = async (...events: object[]): Promise<void> =>
  expect((await bed.webhook(hook(...events))).status).toBe(200);
let mid = 0;
const says = (psid: string, text: string, ago = 0): object =>
  from(psid, { message: { mid: `m_${(mid += 1)}_e`, text } }, ago);
const picks = (psid: string, payload: string, ago = 0): object =>
  from(psid, { message: { mid: `m_${(mid += 1)}_e`, text: 'x', quick_reply: { payload } } }, ago);
const taps = (psid: string, payload: string, token: string, ago = 0): object =>
  from(psid, { optin: { type: 'one_time_notif_req', payload, one_time_notif_token: token } }, ago);

const api = async (method: string, path: string, body?: object, token = ADMIN_TOKEN) => {
  const made = await fetch(`${bed.url}/v1/shops/${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, ...(body ? { 'content-type': 'application/json' } : {}) },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  const text = await made.text();
  return { status: made.status, body: (text === '' ? {} : JSON.parse(text)) as Record<string, unknown> };
};
const refOf = async (): Promise<string> =>
  String((await api('POST', 'aurora/links', { sku: 'red-coat-m', kind: 'back_in_stock' })).body['ref']);

const valuesOf = <T>(records: readonly SeenRecord[], key: string): (T | null)[] =>
  records.filter((r) => r.key === key).map((r) => JSON.parse(r.value ?? 'null') as T | null);

/** The page-scoped id in a shopper's last record, if it has any. */
function nameOf(shopperId: string): string | undefined {
  const sealed = valuesOf<{ psid_sealed: string }>(people, shopperId).at(-1)?.psid_sealed;
  return sealed ? sealer.open(sealed) : undefined;
}

/** A person with an alert; answers their shopper id and subscription. */
async function subscribed(psid: string, ago = 0): Promise<{ id: string; sub: Subscription; tap: object }> {
  const before = saidTo(psid).length;
  const tap = taps(psid, await refOf(), `TOKEN_${psid}_${ago}_${before}`, ago);
  await send(tap, says(psid, 'hello', ago));
  const { shopper_id: id } = await answer(psid, before + 1);
  const sub = await until('the subscription', () =>
    subs
      .map((r) => JSON.parse(r.value ?? 'null') as Subscription | null)
      .find((s) => s?.shopper_id === id && s.state === 'active'),
  );
  return { id, sub, tap };
}

/** All rows of all tables of optin, as text. */
async function everything(): Promise<string> {
  const tables: { table_name: string }[] = await bed.dataSource.query(
    'SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema()',
  );
  const rows = await Promise.all(tables.map((t) => bed.dataSource.query(`SELECT to_json(t.*) FROM ${t.table_name} t`)));
  return JSON.stringify(rows);
}

/** The tables with rows of this shopper. */
async function tablesWith(shopperId: string): Promise<string[]> {
  const tables: { table_name: string }[] = await bed.dataSource.query(
    `SELECT table_name FROM information_schema.columns WHERE table_schema = current_schema() AND column_name = 'shopper_id'`,
  );
  const found = await Promise.all(
    tables.map(async ({ table_name }) => {
      const rows = await bed.dataSource.query(`SELECT 1 FROM ${table_name} WHERE shopper_id = $1`, [shopperId]);
      return rows.length > 0 ? [table_name] : [];
    }),
  );
  return found.flat().sort();
}

/** Waits until all events so far are handled. */
async function settled(): Promise<void> {
  await until('all events are handled', async () => {
    const ends = await bed.client.ends(bed.client.topic(messengerEvents));
    const rows: { partition: number; next_offset: number }[] = await bed.dataSource.query(
      'SELECT partition, next_offset FROM consumed WHERE topic = $1',
      [bed.client.topic(messengerEvents)],
    );
    const at = new Map(rows.map((r) => [r.partition, BigInt(r.next_offset)]));
    return [...ends].every(([partition, { high }]) => high === 0n || (at.get(partition) ?? 0n) >= high);
  });
}

/** Waits until all that was published about this shopper so far has been read here. */
async function markBehind(id: string): Promise<void> {
  const mark = { ...messagesRequested.example, id: `rep_mark_${id}`, shopper_id: id, psid_sealed: sealer.seal('mark') };
  await bed.publish(messagesRequested, id, mark);
  await bed.publish(shoppers, id, null);
  await until(
    'the marks',
    () => said().some((m) => m.id === mark.id) && people.some((r) => r.key === id && r.headers['ce_id'] === undefined),
  );
}

const HOUR = 3_600_000;

describe('deletion by chat', () => {
  it('asks what it means, and after yes ends everything, says so once with a receipt, and leaves a mark only', async () => {
    const psid = '7101';
    const { id, sub, tap } = await subscribed(psid);
    await send(says(psid, 'Lösche meine Daten!'));
    const question = await answer(psid, 2);
    expect(question).toMatchObject({
      purpose: 'question',
      body: {
        quick_replies: [
          { title: 'Alles löschen', payload: 'beckon:delete:yes' },
          { title: 'Daten behalten', payload: 'beckon:keep' },
        ],
      },
    });
    await send(picks(psid, 'beckon:delete:yes'));
    const last = await answer(psid, 3);
    expect(last).toMatchObject({ purpose: 'deletion_confirm', quiet_in_flight: true, shopper_id: id });
    const code = /DEL(-[0-9A-HJKMNP-TV-Z]{4}){3}/.exec(String(last.body['text']))?.[0] ?? '';
    expect(last.body['text']).toContain('Ihre Quittung');

    const marker = await until('the marker', () =>
      valuesOf<Record<string, unknown>>(people, id).find((s) => s?.['erased_at']),
    );
    expect(marker).toMatchObject({
      psid_sealed: '',
      window_until: null,
      grants: [],
      ended_subs: [],
      locale: null,
      external_id: null,
      rev: last.needs_shopper_rev,
    });
    await until('its tombstone', () => valuesOf(subs, sub.sub_id).at(-1) === null);
    const ended = valuesOf<Subscription>(subs, sub.sub_id).find((s) => s?.state === 'ended');
    expect(ended).toMatchObject({ ended_reason: 'erased' });
    await until('the story', () => story().find((d) => d.shopper_id === id && d.verdict === 'erased'));
    expect(story().find((d) => d.sub_id === sub.sub_id && d.reason === 'erased')?.verdict).toBe('unsubscribed');

    const page = await fetch(`${bed.url}/privacy/deletions/${code}`, {
      headers: { 'accept-language': 'de-AT,en;q=0.5' },
    });
    expect([page.status, page.headers.get('cache-control')]).toEqual([200, 'no-store']);
    const html = await page.text();
    expect(html).toContain('Aus unserem Dienst gelöscht');
    expect(html).not.toContain(id);

    await until('the tombstone of the shopper', () => valuesOf(people, id).at(-1) === null);
    expect(await tablesWith(id)).toEqual([]);
    const left = await everything();
    for (const trace of [psid, id, `TOKEN_${psid}`]) expect(left.includes(trace)).toBe(false);
    expect(await (await fetch(`${bed.url}/privacy/deletions/${code}`)).text()).toContain('Completed');

    // What came before, again and under new keys, changes nothing and is not answered.
    const [before, asked] = [people.length, saidTo(psid).length];
    await bed.dataSource.query('DELETE FROM events_seen');
    await send(tap, says(psid, 'hello', 60_000), taps(psid, await refOf(), 'TOKEN_late', 60_000));
    await settled();
    expect([people.length, saidTo(psid).length]).toEqual([before, asked]);

    // And who comes back is somebody new.
    const again = await subscribed(psid);
    expect(again.id).not.toBe(id);
    expect(valuesOf<Record<string, unknown>>(people, again.id).at(-1)).toMatchObject({ erased_at: null });
  });

  it('a yes without question, to one of long ago, and "keep" delete nothing', async () => {
    const psid = '7102';
    const { id } = await subscribed(psid, 3 * HOUR);
    await send(picks(psid, 'beckon:delete:yes', 2 * HOUR + 1000));
    expect((await answer(psid, 2)).body['text']).toContain('More than an hour');
    await send(says(psid, 'delete my data', 2 * HOUR), picks(psid, 'beckon:keep', 1.5 * HOUR));
    expect((await answer(psid, 4)).body['text']).toBe('Nothing was changed.');
    await send(picks(psid, 'beckon:delete:yes', HOUR - 1000));
    expect((await answer(psid, 5)).body['text']).toContain('More than an hour');
    expect(await tablesWith(id)).toContain('subscriptions');
    expect(valuesOf<Record<string, unknown>>(people, id).at(-1)).toMatchObject({ erased_at: null });
  });

  it('in one webhook with a tap that follows, the tap is a new shopper’s', async () => {
    const psid = '7103';
    const { id, sub } = await subscribed(psid, 5000);
    const ref = await refOf();
    await send(
      taps(psid, ref, 'TOKEN_back', 0),
      picks(psid, 'beckon:delete:yes', 1000),
      says(psid, 'delete my data', 2000),
    );
    const marker = await until('the marker', () =>
      valuesOf<Record<string, unknown>>(people, id).find((s) => s?.['erased_at']),
    );
    expect(marker?.['psid_sealed']).toBe('');
    const isBack = (s: Subscription | null): boolean =>
      s?.shopper_id !== undefined &&
      s.shopper_id !== id &&
      s.consented_at > sub.consented_at &&
      nameOf(s.shopper_id) === psid;
    await until('the new subscription', () =>
      subs.some((r) => isBack(JSON.parse(r.value ?? 'null') as Subscription | null)),
    );
  });

  it('the echo of the goodbye settles who they were', async () => {
    const psid = '7104';
    const { id } = await subscribed(psid);
    await send(says(psid, 'delete my data'));
    await answer(psid, 2);
    await send(picks(psid, 'beckon:delete:yes'));
    const { id: reply } = await answer(psid, 3);
    const seen = await bed.records(receipts);
    await send({
      sender: { id: PAGE },
      recipient: { id: psid },
      timestamp: Date.now(),
      message: { mid: 'm_bye', is_echo: true, metadata: `beckon:${reply}` },
    });
    await until('its receipt', () => seen.find((r) => r.key === id));
  });
});

describe('deletion by the desk', () => {
  it('is answered with a receipt, the same each time, and ends everything in silence', async () => {
    const psid = '7201';
    const { id, sub } = await subscribed(psid);
    const spoken = saidTo(psid).length;
    const first = await api('DELETE', `aurora/shoppers/${id}`);
    expect(first).toMatchObject({ status: 202, body: { requested_at: expect.any(Number) } });
    expect(first.body['status_url']).toBe(`https://beckon.example/privacy/deletions/${String(first.body['code'])}`);
    expect(await api('DELETE', `aurora/shoppers/${id}`)).toEqual(first);
    await until('its tombstone', () => valuesOf(subs, sub.sub_id).at(-1) === null);
    await until('the tombstone of the shopper', () => valuesOf(people, id).at(-1) === null);
    expect(await api('DELETE', `aurora/shoppers/${id}`)).toEqual(first);
    expect(await tablesWith(id)).toEqual([]);
    await settled();
    expect(saidTo(psid)).toHaveLength(spoken);
    const again = await subscribed(psid);
    expect(again.id).not.toBe(id);
    expect((await api('DELETE', `aurora/shoppers/${again.id}`)).body['code']).not.toBe(first.body['code']);
  });

  it('while an event of theirs waits for the same row: the event finds that they are gone, and makes nobody', async () => {
    const psid = '7203';
    const { id } = await subscribed(psid);
    const spoken = saidTo(psid).length;
    const erasure = bed.app.get(ShopperErasure);
    await bed.app.get(Emitter).transaction(async (tx) => {
      await tx.query('SELECT 1 FROM shoppers WHERE shopper_id = $1 FOR UPDATE', [id]);
      await send(says(psid, 'hello again'));
      await until('the event waits for the row', async () => {
        const [row] = await bed.dataSource.query(
          `SELECT count(*)::int AS n FROM pg_stat_activity
           WHERE wait_event_type = 'Lock' AND query LIKE '%FROM shoppers%erased_at IS NULL%FOR UPDATE%'`,
        );
        return (row as { n: number }).n > 0;
      });
      await erasure.erase(tx, id, { by: 'desk', now: Date.now() });
    });
    // What is answered later shows that what came before has been published; a mark behind it, that we have read it.
    await subscribed(psid);
    await markBehind(id);
    expect(saidTo(psid).filter((m) => m.shopper_id === id)).toHaveLength(spoken);
    const records = valuesOf<Record<string, unknown>>(people, id);
    const marker = records.findIndex((s) => s?.['erased_at']);
    expect(records.slice(marker + 1).filter((s) => s !== null)).toEqual([]);
  });

  it('knows only the shop’s own shoppers, and needs the scope', async () => {
    const { id } = await subscribed('7202');
    expect(await api('DELETE', 'aurora/shoppers/shp_nobody')).toMatchObject({
      status: 404,
      body: { code: 'unknown_shopper' },
    });
    expect(await api('DELETE', `borealis/shoppers/${id}`)).toMatchObject({ status: 404 });
    const { body } = await api('POST', 'aurora/keys', { label: 'links', scopes: ['links:write'] });
    expect((await api('DELETE', `aurora/shoppers/${id}`, undefined, String(body['key']))).status).toBe(403);
    expect((await api('DELETE', `aurora/shoppers/${id}`, undefined, 'nobody')).status).toBe(401);
    expect(await tablesWith(id)).toContain('subscriptions');
  });
});

describe('deletion by the platform', () => {
  const sign = (userId: string, secret = APP_SECRET): string => {
    const payload = Buffer.from(
      JSON.stringify({ algorithm: 'HMAC-SHA256', issued_at: 1_767_225_600, user_id: userId }),
    ).toString('base64url');
    return `${createHmac('sha256', secret).update(payload).digest('base64url')}.${payload}`;
  };
  const callback = (signed: string): Promise<Response> =>
    fetch(`${bed.url}/webhooks/messenger/data-deletion`, {
      method: 'POST',
      body: new URLSearchParams({ signed_request: signed }),
    });

  it('of somebody unknown is taken, answered with a receipt, and its page says what that means', async () => {
    const made = await callback(sign('300'));
    expect(made.status).toBe(200);
    const { url, confirmation_code: code } = (await made.json()) as Record<string, string>;
    expect(url).toBe(`https://beckon.example/privacy/deletions/${code}`);
    expect(await (await callback(sign('300'))).json()).toEqual({ url, confirmation_code: code });
    const page = await fetch(`${bed.url}/privacy/deletions/${code}`, { headers: { 'accept-language': 'fr' } });
    expect(await page.text()).toContain('Nous ne conservons rien sous l’identifiant que Facebook');
    expect(await everything()).not.toContain('"300"');
  });

  it('finds the shopper whom the shop had named by that id, and nobody by an equal number of its own', async () => {
    const [meant, other] = [await subscribed('7301'), await subscribed('7302')];
    const name = (id: string, external: string): Promise<unknown> =>
      bed.dataSource.query('UPDATE shoppers SET external_id = $2 WHERE shopper_id = $1', [id, external]);
    await name(meant.id, 'facebook:4711');
    await name(other.id, '4711');
    const { confirmation_code: code } = (await (await callback(sign('4711'))).json()) as Record<string, string>;
    expect(await tablesWith(other.id)).toContain('subscriptions');
    expect(await tablesWith(meant.id)).not.toContain('subscriptions');
    await until('the marker', () => valuesOf<Record<string, unknown>>(people, meant.id).some((s) => s?.['erased_at']));
    await until('the end', async () => {
      const page = await fetch(`${bed.url}/privacy/deletions/${code}`);
      return (await page.text()).includes('Completed');
    });
    await until('the tombstone of the shopper', () => valuesOf(people, meant.id).at(-1) === null);
  });

  it('is refused unless an app of ours signed it', async () => {
    for (const signed of [sign('300', 'another secret'), `${sign('300')}x`, '', 'a.b'])
      expect((await callback(signed)).status).toBe(401);
    const json = await fetch(`${bed.url}/webhooks/messenger/data-deletion`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ signed_request: sign('300') }),
    });
    expect(json.status).toBe(401);
  });

  it('a receipt that nobody gave is not known', async () => {
    const page = await fetch(`${bed.url}/privacy/deletions/DEL-0000-0000-0000`);
    expect([page.status, page.headers.get('content-type')]).toEqual([404, 'text/html; charset=utf-8']);
  });
});
