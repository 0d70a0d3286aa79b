import { beforeAll, describe, expect, it } from '@jest/globals';
import { messengerEvents } from '@beckon/contracts';
import { metricsText } from '@beckon/service';
import { signBody, signBodySha1 } from '@beckon/messenger';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { until } from '../../../../tests/support/real-servers.js';
import { APP_SECRET, PAGE, VERIFY_TOKEN, from, hook, startOptin } from '../../tests/bed.js';
import type { TestBed } from '../../tests/bed.js';

let bed: TestBed;
let logged: Awaited<ReturnType<TestBed['records']>>;
beforeAll(async () => {
  bed = await startOptin({
    ...{ WEBHOOK_MAX_BYTES: '65536', WEBHOOK_HELD_BYTES: '100000', WEBHOOK_BODY_MS: '1500' },
    HTTP_MAX_CONNECTIONS: '40',
  });
  logged = await bed.records(messengerEvents);
});

/** The logged events of one person; waits until a later one, which is sent here, is there too. */
async function loggedOf(psid: string): Promise<Record<string, unknown>[]> {
  const marker = `marker-${psid}-${Date.now()}`;
  await bed.webhook(hook(from(psid, { read: { watermark: 1 }, marker })));
  await until('the marker is logged', () => logged.some((r) => r.value?.includes(marker)));
  return logged
    .filter((r) => r.key === `${PAGE}:${psid}` && !r.value?.includes('marker-'))
    .map((r) => JSON.parse(r.value ?? '') as Record<string, unknown>);
}

const counted = async (name: string, label: string): Promise<number> => {
  const line = (await metricsText()).split('\n').find((l) => l.startsWith(`${name}{`) && l.includes(`"${label}"`));
  return Number(line?.split(' ')[1] ?? 0);
};

describe('bad input: a webhook with a wrong or missing signature', () => {
  const body = JSON.stringify(hook(from('301', { message: { mid: 'm_301', text: 'hi' } })));
  it.each<[string, Record<string, string>]>([
    ['missing', { 'x-hub-signature-256': '' }],
    ['of another secret', { 'x-hub-signature-256': signBody('another', Buffer.from(body)) }],
    ['of other bytes', { 'x-hub-signature-256': signBody(APP_SECRET, Buffer.from(`${body} `)) }],
    ['in SHA-1 only', { 'x-hub-signature-256': '', 'x-hub-signature': signBodySha1(APP_SECRET, Buffer.from(body)) }],
    ['with a wrong SHA-1 beside it', { 'x-hub-signature': signBodySha1('another', Buffer.from(body)) }],
  ])('%s: 401, counted, nothing stored', async (_, headers) => {
    const before = await counted('beckon_optin_webhooks_total', 'unsigned');
    const answer = await bed.webhook(body, headers);
    expect([answer.status, await answer.json()]).toEqual([401, { message: 'Unauthorized', statusCode: 401 }]);
    expect(await counted('beckon_optin_webhooks_total', 'unsigned')).toBe(before + 1);
    expect(await loggedOf('301')).toEqual([]);
  });

  it('an empty body: 401', async () => {
    const headers = { 'x-hub-signature-256': signBody(APP_SECRET, Buffer.alloc(0)) };
    expect((await fetch(`${bed.url}/webhooks/messenger`, { method: 'POST' })).status).toBe(401);
    expect((await fetch(`${bed.url}/webhooks/messenger`, { method: 'POST', headers })).status).toBe(200);
  });
});

describe('bad input: a body that is too much', () => {
  const large = JSON.stringify(hook(from('302', { message: { mid: 'm', text: 'x'.repeat(70_000) } })));

  it('over the size limit: 413, also without a content-length', async () => {
    expect((await bed.webhook(large)).status).toBe(413);
    const chunked = await fetch(`${bed.url}/webhooks/messenger`, {
      method: 'POST',
      body: new Blob([large]).stream(),
      duplex: 'half',
      headers: { 'content-type': 'application/json' },
    } as RequestInit);
    expect(chunked.status).toBe(413);
    expect(await loggedOf('302')).toEqual([]);
  });

  it('413 comes before the body is there, said or not said how long it is', async () => {
    const said = await half('content-length: 99999999', '');
    expect(said.answer()).toContain('413');
    const unsaid = await half('transfer-encoding: chunked', `11170\r\n${'x'.repeat(0x11170)}\r\n`);
    expect(unsaid.answer()).toContain('413');
    await until('both connections are closed', () => said.closed() && unsaid.closed());
  });

  it('compressed: 415, however it is signed', async () => {
    const bytes = gzipSync(JSON.stringify(hook(from('302', { message: { mid: 'z' } }))));
    const headers = { 'content-encoding': 'gzip', 'x-hub-signature-256': signBody(APP_SECRET, bytes) };
    const answer = await fetch(`${bed.url}/webhooks/messenger`, { method: 'POST', body: bytes, headers });
    expect(answer.status).toBe(415);
  });

  it('slow: 408 and the connection is closed, though it never stands still', async () => {
    const slow = await half('content-length: 5000', 'x', (write) => {
      const drip = setInterval(() => write('x'), 50);
      return () => clearInterval(drip);
    });
    expect(slow.answer()).toContain('408');
    await until('the connection is closed', slow.closed);
  });

  it('a connection whose head never comes is closed', async () => {
    const socket = connect(Number(new URL(bed.url).port), '127.0.0.1');
    let closed = false;
    socket.on('error', () => undefined).once('close', () => (closed = true));
    socket.write('POST /webhooks/messenger HTTP/1.1\r\nhost: x\r\n');
    const drip = setInterval(() => socket.write('x: y\r\n'), 50);
    await until('the connection is closed', () => closed);
    clearInterval(drip);
  });

  it('many at once: what is held together is bounded, and free again afterwards', async () => {
    const halves = await Promise.all([1, 2, 3].map(() => half('content-length: 65000', 'x'.repeat(64_000))));
    expect(halves.map((h) => h.answer()).sort()).toEqual([
      expect.stringContaining('408'),
      expect.stringContaining('503'),
      expect.stringContaining('503'),
    ]);
    expect((await bed.webhook(hook(from('302', { message: { mid: 'after' } })))).status).toBe(200);
  });

  it('more connections than are allowed: further ones are closed, not kept waiting', async () => {
    const sockets = Array.from({ length: 60 }, () => connect(Number(new URL(bed.url).port), '127.0.0.1'));
    const closed = new Set<number>();
    sockets.forEach((socket, i) => socket.on('error', () => undefined).once('close', () => closed.add(i)));
    await until('twenty are closed', () => closed.size >= 20);
    sockets.forEach((socket) => socket.destroy());
    await until('there is room again', async () =>
      fetch(`${bed.url}/webhooks/messenger`).then(
        (answer) => answer.status === 403,
        () => false,
      ),
    );
  });

  /** Begins a POST and settles when it was answered, however early. */
  async function half(
    header: string,
    begun: string,
    go: (write: (text: string) => void) => () => void = () => () => undefined,
  ): Promise<{ answer: () => string; closed: () => boolean }> {
    const socket = connect(Number(new URL(bed.url).port), '127.0.0.1');
    let [answer, closed] = ['', false];
    socket.on('data', (data) => (answer += String(data))).on('error', () => undefined);
    socket.once('close', () => (closed = true));
    socket.write(`POST /webhooks/messenger HTTP/1.1\r\nhost: x\r\n${header}\r\n\r\n${begun}`);
    const stop = go((text) => socket.write(text));
    await until('it is answered', () => answer !== '');
    stop();
    return { answer: () => answer.split('\r\n')[0]!, closed: () => closed };
  }
});

describe('a signed webhook', () => {
  it('is checked over its very bytes, escaped as the platform escapes them, and logged as it was', async () => {
    const event = from('303', { message: { mid: 'm_303', text: 'ä😀 a/b' } });
    const body = JSON.stringify(hook(event)).replace('ä😀 a/b', String.raw`\u00e4\ud83d\ude00 a\/b`);
    const answer = await bed.webhook(body, { 'content-type': 'text/plain' });
    expect(answer.status).toBe(200);
    expect(await loggedOf('303')).toEqual([
      {
        page: PAGE,
        psid: '303',
        event,
        standby: false,
        received_at: expect.any(Number),
        entry_time: expect.any(Number),
      },
    ]);
  });

  it('is in Kafka before it is answered, every event of every entry, standby ones marked', async () => {
    const body = {
      object: 'page',
      entry: [
        {
          id: PAGE,
          time: 1,
          messaging: [from('304', { message: { mid: 'a' } }), from('304', { postback: { mid: 'b' } })],
        },
        { id: PAGE, time: 1, standby: [from('304', { message: { mid: 'c' } })] },
      ],
    };
    expect((await bed.webhook(body)).status).toBe(200);
    const events = await loggedOf('304');
    expect(events.map((e) => e['standby'])).toEqual([false, false, true]);
  });

  it.each([
    ['an unknown kind', hook(from('305', { policy_enforcement: { action: 'block' } })), 1],
    ['another object', { object: 'instagram', entry: [] }, 0],
    ['no object at all', [1, 2], 0],
    ['no JSON', '{"object":', 0],
    ['events that are none', { object: 'page', entry: [7, { id: PAGE, messaging: ['x', null] }] }, 0],
  ])('with %s is answered 200', async (_, body, count) => {
    const before = await loggedOf('305');
    expect((await bed.webhook(body)).status).toBe(200);
    expect((await loggedOf('305')).length - before.length).toBe(count);
  });

  it('with changes is logged under the Page', async () => {
    const change = { field: 'feed', value: { item: 'post', mark: 'change-1' } };
    expect(
      (await bed.webhook({ object: 'page', entry: [{ id: PAGE, time: 1_790_000_000, changes: [change] }] })).status,
    ).toBe(200);
    await until('it is logged', () => logged.some((r) => r.value?.includes('change-1')));
    const found = logged.find((r) => r.value?.includes('change-1'));
    expect([found?.key, JSON.parse(found?.value ?? '')]).toEqual([
      `${PAGE}:`,
      expect.objectContaining({ page: PAGE, psid: '', event: change, change: true, entry_time: 1_790_000_000_000 }),
    ]);
  });

  it('is stored as it stood there, not as a parser would write it', async () => {
    const event = `{"sender":{"id":"308"},"recipient":{"id":"${PAGE}"}, "message":{"mid":"m_308","text":"\\u00e4 a\\/b","big":12345678901234567890,"text":"\\ud83d\\ude00"}}`;
    expect((await bed.webhook(`{"object":"page","entry":[{"id":"${PAGE}","messaging":[${event}]}]}`)).status).toBe(200);
    await until('it is logged', () => logged.some((r) => r.key === `${PAGE}:308`));
    expect(logged.find((r) => r.key === `${PAGE}:308`)?.value).toContain(`"event":${event},"standby"`);
  });

  it('may not speak for a Page of another app', async () => {
    const foreign = {
      object: 'page',
      entry: [
        { id: '999', time: 1, messaging: [{ sender: { id: '306' }, recipient: { id: '999' }, message: { mid: 'x' } }] },
      ],
    };
    const before = await counted('beckon_optin_webhook_events_dropped_total', 'foreign_page');
    expect((await bed.webhook(foreign)).status).toBe(200);
    expect(await counted('beckon_optin_webhook_events_dropped_total', 'foreign_page')).toBe(before + 1);
    await loggedOf('306');
    expect(logged.filter((r) => r.key?.startsWith('999:'))).toEqual([]);
  });

  it('whose sender hangs up halfway harms nobody', async () => {
    const socket = connect(Number(new URL(bed.url).port), '127.0.0.1');
    socket.write('POST /webhooks/messenger HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\n{"obj');
    await new Promise((resolve) => socket.once('connect', resolve));
    socket.destroy();
    expect((await bed.webhook(hook(from('307', { read: { watermark: 5 } })))).status).toBe(200);
  });
});

describe('the handshake', () => {
  const ask = (query: string): Promise<Response> => fetch(`${bed.url}/webhooks/messenger?${query}`);
  const token = encodeURIComponent(VERIFY_TOKEN);

  it('gives the challenge back to whoever knows the token', async () => {
    const answer = await ask(`hub.mode=subscribe&hub.verify_token=${token}&hub.challenge=1158201444`);
    expect([answer.status, await answer.text()]).toEqual([200, '1158201444']);
    expect(answer.headers.get('content-type')).toContain('text/plain');
  });

  it.each([
    `hub.mode=subscribe&hub.verify_token=wrong&hub.challenge=1`,
    `hub.mode=unsubscribe&hub.verify_token=${token}&hub.challenge=1`,
    `hub.mode=subscribe&hub.verify_token=${token}`,
    `hub.mode=subscribe&hub.challenge=1`,
    `hub.mode=subscribe&hub.verify_token=${token}&hub.verify_token=x&hub.challenge=1`,
    '',
  ])('%j is refused', async (query) => expect((await ask(query)).status).toBe(403));
});
