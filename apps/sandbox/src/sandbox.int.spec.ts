import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ONE_TIME_TOKEN_MS, WINDOW_MS, classifyAnswer, verifySignature } from '@beckon/messenger';
import type { MessengerEvent, OptinBody } from '@beckon/messenger';
import { SandboxError } from './world/sandbox-error.js';
import { startSandbox } from './start-sandbox.js';
import type { Sandbox } from './start-sandbox.js';
import { startReceiver } from './webhook-receiver.spec-data.js';
import type { WebhookReceiver } from './webhook-receiver.spec-data.js';

const SECRET = 'sim_app_secret';
const TOKEN = 'EAAsimtoken';

let sandbox: Sandbox;
let receiver: WebhookReceiver;
let psid: string;

beforeEach(async () => {
  receiver = await startReceiver('verify-me');
  sandbox = await startSandbox({ port: 0, webhookTimeoutMs: 1500 });
  await sandbox.admin.createPage({
    page: '100',
    name: 'Nordlys',
    token: TOKEN,
    app_id: '77',
    app_secret: SECRET,
    webhook_url: receiver.url,
    verify_token: 'verify-me',
  });
  psid = sandbox.admin.createPerson({ page: '100', name: 'Ida', locale: 'nb_NO', timezone: 'Europe/Oslo' }).psid;
});

afterEach(async () => {
  await sandbox.close();
  await receiver.close();
});

interface Answer {
  status: number;
  body: {
    message_id?: string;
    recipient_id?: string;
    error?: { code: number; error_subcode?: number; fbtrace_id: string };
  };
  headers: Headers;
  text: string;
}

async function post(
  body: unknown,
  path = '/v26.0/100/messages',
  headers: Record<string, string> = {},
): Promise<Answer> {
  const answer = await fetch(sandbox.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${TOKEN}`, ...headers },
    body:
      typeof body === 'string' || body instanceof URLSearchParams || Buffer.isBuffer(body)
        ? body
        : JSON.stringify(body),
  });
  const text = await answer.text();
  return { status: answer.status, text, headers: answer.headers, body: tryJson(text) };
}

function tryJson(text: string): Answer['body'] {
  try {
    return JSON.parse(text) as Answer['body'];
  } catch {
    return {};
  }
}

const say = (text: string, more: object = {}): object => ({ recipient: { id: psid }, message: { text, ...more } });
const spend = (token: string, text = 'The red coat is back.'): object => ({
  recipient: { one_time_notif_token: token },
  message: { text, metadata: 'beckon:alert-1' },
});
const ask = (payload = 'alert:8f3c'): object => ({
  recipient: { id: psid },
  message: {
    attachment: {
      type: 'template',
      payload: { template_type: 'one_time_notif_req', title: 'Tell you when the red coat is back?', payload },
    },
  },
});

async function until<T>(look: () => T | undefined | false, what: string): Promise<T> {
  const deadline = performance.now() + 30_000;
  for (;;) {
    const found = look();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > deadline) throw new Error(`waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

const event = <K extends MessengerEvent['kind']>(kind: K): Promise<Extract<MessengerEvent, { kind: K }>> =>
  until(() => receiver.events().find((e): e is Extract<MessengerEvent, { kind: K }> => e.kind === kind), `a ${kind}`);

async function grant(): Promise<string> {
  if (!sandbox.admin.thread(psid).person.started) sandbox.admin.tapGetStarted(psid);
  const before = receiver.events().filter((e) => e.kind === 'optin').length;
  expect((await post(ask())).status).toBe(200);
  expect(sandbox.admin.tapNotifyMe(psid)).toMatchObject({ emitted: true });
  const optin = await until(() => receiver.events().filter((e) => e.kind === 'optin')[before], 'an opt-in');
  return (optin.body as OptinBody).one_time_notif_token!;
}

describe('the story of one alert', () => {
  it('goes from an m.me link over Notify Me to one message with the window closed', async () => {
    const { admin } = sandbox;
    expect(admin.clickLink(psid, { url: 'https://m.me/100?ref=coat-M_1' })).toEqual({
      outcome: 'waiting_for_get_started',
    });
    expect(admin.tapGetStarted(psid)).toMatchObject({ ref: 'coat-M_1' });
    expect(await event('postback')).toMatchObject({
      page: '100',
      psid,
      body: { title: 'Get Started', payload: 'GET_STARTED', referral: { ref: 'coat-M_1', type: 'OPEN_THREAD' } },
    });
    expect(receiver.posts).toHaveLength(1); // the click itself told the Page nothing
    const asked = await post(ask('alert:8f3c'));
    expect(asked.body).toEqual({ recipient_id: psid, message_id: expect.stringMatching(/^m_/) });
    expect(admin.thread(psid).messages.at(-1)?.pending).toEqual([
      { kind: 'notify_me', title: 'Tell you when the red coat is back?' },
    ]);
    admin.tapNotifyMe(psid);
    const optin = await event('optin');
    expect(optin.body).toMatchObject({ type: 'one_time_notif_req', payload: 'alert:8f3c' });

    admin.clock({ advance_ms: WINDOW_MS + 60_000 });
    const sent = await post(spend(optin.body.one_time_notif_token!));
    expect(sent.status).toBe(200);
    const echo = await until(
      () => receiver.events().find((e) => e.kind === 'echo' && e.body.mid === sent.body.message_id),
      'the echo',
    );
    expect(echo).toMatchObject({
      psid,
      body: { app_id: '77', metadata: 'beckon:alert-1', text: 'The red coat is back.' },
    });
    expect(admin.ledger({ metadata: 'beckon:alert-1' })).toEqual([
      {
        page: '100',
        psid,
        mid: sent.body.message_id,
        accepted_at: expect.any(Number),
        right: 'one_time',
        metadata: 'beckon:alert-1',
        text: 'The red coat is back.',
        template: null,
        attachment: null,
        fault: null,
      },
    ]);
  });

  it('rule 47: in an existing thread a link becomes a referral and opens the window', async () => {
    sandbox.admin.tapGetStarted(psid);
    sandbox.admin.clock({ advance_ms: WINDOW_MS * 2 });
    expect((await post(say('too late'))).body.error).toMatchObject({ code: 10, error_subcode: 2018278 });
    expect(sandbox.admin.clickLink(psid, { url: 'm.me/100?ref=abc' })).toEqual({ outcome: 'referral_sent' });
    expect(await event('referral')).toMatchObject({ body: { ref: 'abc', source: 'SHORTLINK', type: 'OPEN_THREAD' } });
    expect((await post(say('in time'))).status).toBe(200);
  });
});

describe('window over HTTP', () => {
  it('rule 7: open at 24 h - 1 ms and at 24 h, closed at 24 h + 1 ms', async () => {
    sandbox.admin.clock({ frozen: true });
    sandbox.admin.tapGetStarted(psid);
    sandbox.admin.clock({ advance_ms: WINDOW_MS - 1 });
    expect((await post(say('one'))).status).toBe(200);
    sandbox.admin.clock({ advance_ms: 1 });
    expect((await post(say('two'))).status).toBe(200);
    sandbox.admin.clock({ advance_ms: 1 });
    const late = await post(say('three'));
    expect(late.status).toBe(400);
    expect(late.body.error).toMatchObject({ code: 10, error_subcode: 2018278 });
  });

  it('rules 8 and 21: taps on Notify Me, receiving, delivery and reading do not open it; an answer does', async () => {
    const token = await grant();
    sandbox.admin.clock({ advance_ms: WINDOW_MS + 1000 });
    expect((await post(spend(token))).status).toBe(200);
    sandbox.admin.read(psid);
    expect(await event('delivery')).toBeDefined();
    expect((await event('read')).body.watermark).toBeGreaterThan(0);
    expect((await post(say('closed'))).body.error).toMatchObject({ code: 10, error_subcode: 2018278 });
    sandbox.admin.say(psid, { text: 'Which colour?' });
    expect((await post(say('Red.'))).status).toBe(200);
  });

  it('rule 6: presses of buttons and quick replies, and reactions, open it', async () => {
    const { admin } = sandbox;
    admin.tapGetStarted(psid);
    const yes = { content_type: 'text', title: 'Yes', payload: 'yes' };
    const stop = { type: 'postback', title: 'Stop', payload: 'stop' };
    const template = {
      attachment: { type: 'template', payload: { template_type: 'button', text: 'Done?', buttons: [stop] } },
    };
    await post({ recipient: { id: psid }, message: template });
    await post(say('Sure?', { quick_replies: [yes] }));
    const acts: [() => unknown, MessengerEvent['kind'], object][] = [
      [() => admin.press(psid, { title: 'Yes' }), 'message', { text: 'Yes', quick_reply: { payload: 'yes' } }],
      [() => admin.press(psid, { payload: 'stop' }), 'postback', { title: 'Stop', payload: 'stop' }],
      [() => admin.react(psid, { reaction: 'love' }), 'reaction', { action: 'react', reaction: 'love' }],
    ];
    for (const [act, kind, body] of acts) {
      admin.clock({ advance_ms: WINDOW_MS * 2 });
      expect((await post(say('closed'))).status).toBe(400);
      act();
      expect((await post(say('open'))).status).toBe(200);
      await until(() => receiver.events().find((e) => e.kind === kind && matches(e.body, body)), kind);
    }
    expect(() => admin.press(psid, { title: 'Yes' })).toThrow(SandboxError);
  });
});

describe('one-time tokens over HTTP', () => {
  it('rule 15: ten parallel sends on one token are one message', async () => {
    const token = await grant();
    const answers = await Promise.all(Array.from({ length: 10 }, (_, i) => post(spend(token, `try ${i}`))));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    for (const refused of answers.filter(({ status }) => status !== 200)) {
      expect(refused.status).toBe(400);
      expect(refused.body.error?.code).toBe(100);
      expect(classifyAnswer({ status: 400, bodyText: refused.text, recipientKind: 'one_time' })).toMatchObject({
        outcome: 'refused',
        action: 'grant',
      });
    }
    expect(sandbox.admin.ledger().filter(({ right }) => right === 'one_time')).toHaveLength(1);
  });

  it('rule 13: a second tap says nothing to the Page', async () => {
    await grant();
    expect(sandbox.admin.tapNotifyMe(psid)).toMatchObject({ emitted: false });
    sandbox.admin.say(psid, { text: 'marker' });
    await until(() => receiver.events().some((e) => e.kind === 'message'), 'the marker');
    expect(receiver.events().filter(({ kind }) => kind === 'optin')).toHaveLength(1);
  });

  it('rule 12: the tap may come a year after the request', async () => {
    sandbox.admin.tapGetStarted(psid);
    await post(ask('late'));
    sandbox.admin.clock({ advance_ms: ONE_TIME_TOKEN_MS + 1 });
    sandbox.admin.tapNotifyMe(psid);
    const token = (await event('optin')).body.one_time_notif_token!;
    expect((await post(spend(token))).status).toBe(200);
  });

  it('rule 16: good for 365 days to the millisecond', async () => {
    sandbox.admin.clock({ frozen: true });
    const [young, old] = [await grant(), await grant()];
    sandbox.admin.clock({ advance_ms: ONE_TIME_TOKEN_MS });
    expect((await post(spend(young))).status).toBe(200);
    sandbox.admin.clock({ advance_ms: 1 });
    expect((await post(spend(old))).body.error).toMatchObject({ code: 100 });
  });

  it('rules 17 and 18: another Page, a failed check and a dead access token use nothing up', async () => {
    const token = await grant();
    await sandbox.admin.createPage({ page: '101', name: 'Other', token: 'T2', app_id: '77', app_secret: SECRET });
    const elsewhere = await post(spend(token), '/v26.0/101/messages', { authorization: 'Bearer T2' });
    expect(elsewhere.body.error).toMatchObject({ code: 100 });
    expect((await post(spend(token, 'x'.repeat(2000)))).body.error).toMatchObject({ code: 100 });
    sandbox.admin.setToken('100', { revoked: 460 });
    for (const _ of [1, 2]) {
      expect((await post(spend(token))).body.error).toMatchObject({ code: 190, error_subcode: 460 });
    }
    sandbox.admin.setToken('100', { token: TOKEN });
    sandbox.admin.addFault({ kind: 'error', code: 613 });
    expect((await post(spend(token))).body.error).toMatchObject({ code: 613 });
    expect((await post(spend(token))).status).toBe(200);
    expect(sandbox.admin.ledger({ metadata: 'beckon:alert-1' })).toHaveLength(1);
  });

  it('rule 19: nothing lists tokens', async () => {
    await grant();
    for (const path of ['/v26.0/100/one_time_notif_tokens', '/v26.0/999', '/v26.0/100/messages']) {
      const answer = await fetch(`${sandbox.url}${path}?access_token=${TOKEN}`);
      expect(answer.status).toBe(400);
      expect(await answer.json()).toMatchObject({ error: { code: 100, error_subcode: 33 } });
    }
  });

  it('rule 11: a title of 65 characters passes, one of 66 does not, however many bytes they have', async () => {
    sandbox.admin.tapGetStarted(psid);
    const titled = (title: string): object => ({
      recipient: { id: psid },
      message: {
        attachment: { type: 'template', payload: { template_type: 'one_time_notif_req', title, payload: 'p' } },
      },
    });
    for (const letter of ['x', 'å', '😀']) {
      expect((await post(titled(letter.repeat(65)))).status).toBe(200);
      expect((await post(titled(letter.repeat(66)))).body.error).toMatchObject({ code: 100 });
    }
  });

  it('rule 11: a Page without the permission may not ask', async () => {
    const page = { page: '100', name: 'Nordlys', token: TOKEN, app_id: '77', app_secret: SECRET };
    await sandbox.admin.createPage({ ...page, one_time_allowed: false });
    sandbox.admin.tapGetStarted(psid);
    const refused = await post(ask());
    expect(refused.body.error).toMatchObject({ code: 10 });
    expect(refused.body.error).not.toHaveProperty('error_subcode');
  });
});

describe('identity and shape of calls', () => {
  it('rule 5: JSON and form bodies, token as parameter and as Bearer, Page id and me, any version', async () => {
    sandbox.admin.tapGetStarted(psid);
    const form = new URLSearchParams({
      recipient: JSON.stringify({ id: psid }),
      message: JSON.stringify({ text: 'from a form' }),
      access_token: TOKEN,
    });
    const asForm = { 'content-type': 'application/x-www-form-urlencoded', authorization: '' };
    expect((await post(form, '/v26.0/me/messages', asForm)).status).toBe(200);
    expect(
      (await post(say('by query'), `/v9.0/100/messages?access_token=${TOKEN}`, { authorization: '' })).status,
    ).toBe(200);
    const unversioned = await post(say('without version'), '/me/messages');
    expect(unversioned.status).toBe(200);
    expect(unversioned.headers.get('facebook-api-version')).toBe('v21.0');
    expect(JSON.stringify(sandbox.admin.calls())).not.toContain(TOKEN);
  });

  it('rules 1 and 2: errors have the platform’s shape and a fresh trace id', async () => {
    const unknown = await post({ recipient: { id: '999' }, message: { text: 'x' } });
    expect(unknown.status).toBe(400);
    expect(unknown.body.error).toEqual({
      message: '(#100) No matching user found',
      type: 'OAuthException',
      code: 100,
      error_subcode: 2018001,
      fbtrace_id: expect.any(String),
    });
    const again = await post({ recipient: { id: '999' }, message: { text: 'x' } });
    expect(again.body.error?.fbtrace_id).not.toBe(unknown.body.error?.fbtrace_id);
    const anonymous = await post(say('x'), '/v26.0/100/messages', { authorization: '' });
    expect(anonymous.status).toBe(400);
    expect(anonymous.body.error).toMatchObject({ code: 190, type: 'OAuthException' });
    expect(sandbox.admin.calls({ limit: 1 })).toMatchObject([{ outcome: 'refused', rule: 2, code: 190, status: 400 }]);
  });

  it.each<[string, () => string | Buffer | URLSearchParams]>([
    ['malformed JSON', () => '{"recipient":'],
    ['JSON that is no object', () => '[1,2]'],
    ['nesting of a hundred thousand levels', () => `{"message":${'['.repeat(1e5)}${']'.repeat(1e5)}}`],
    ['invalid UTF-8', () => Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d])],
    ['a number', () => '7'],
    ['nothing', () => ''],
    ['no recipient', () => '{"recipient":null,"message":{"text":"x"}}'],
    ['lists in place of objects', () => '{"recipient":[[]],"message":[{"text":"x"}]}'],
    ['inherited names', () => '{"recipient":{"__proto__":{"id":"1"}},"message":{"constructor":{"prototype":1}}}'],
    ['deep nesting in a form', () => new URLSearchParams({ recipient: '['.repeat(1e5), message: '{}' })],
    ['a form with broken escapes', () => Buffer.from('recipient=%E0%A4%A&message=%')],
    ['a batch that is none', () => '{"batch":{"length":3}}'],
    ['ten megabytes', () => JSON.stringify({ message: { text: 'x'.repeat(10_000_000) } })],
  ])('answers %s with a Graph error and lives', async (_, body) => {
    const sent = body();
    const asForm = sent instanceof URLSearchParams || sent.includes('%');
    const type = asForm ? 'application/x-www-form-urlencoded' : 'application/json';
    for (const path of ['/v26.0/100/messages', '/me/messenger_profile', '/me/message_attachments']) {
      const answer = await post(sent, path, { 'content-type': type });
      expect([path, answer.status, answer.body.error]).toMatchObject([path, 400, { code: 100 }]);
    }
    expect((await fetch(`${sandbox.url}/health/live`)).status).toBe(200);
  });

  it('keeps the admin API off the Graph paths', async () => {
    for (const path of ['/v26.0/admin/ledger', '/v26.0/admin', '/v26.0/100/admin', '/v26.0/../admin%2Fledger']) {
      const answer = await fetch(`${sandbox.url}${path}?access_token=${TOKEN}`);
      expect([400, 404]).toContain(answer.status);
      expect(await answer.json()).toHaveProperty('error');
    }
  });
});

describe('webhooks out', () => {
  it('rule 42: signed with both headers over escaped ASCII bytes', async () => {
    sandbox.admin.tapGetStarted(psid);
    sandbox.admin.say(psid, { text: 'äöå 😀 a/b' });
    expect((await event('message')).body.text).toBe('äöå 😀 a/b');
    const received = receiver.posts.at(-1)!;
    expect(received.bytes.toString('latin1')).toContain(String.raw`"text":"\u00e4\u00f6\u00e5 \ud83d\ude00 a\/b"`);
    expect(verifySignature([SECRET], String(received.headers['x-hub-signature-256']), received.bytes)).toBe(true);
    expect(verifySignature(['other'], String(received.headers['x-hub-signature-256']), received.bytes)).toBe(false);
    expect(received.headers['x-hub-signature']).toMatch(/^sha1=[0-9a-f]{40}$/);
  });

  it('rule 43: tries again after 503s and time-outs, with the same bytes, in order, without holding anybody up', async () => {
    const other = sandbox.admin.createPerson({ page: '100', name: 'Bo' }).psid;
    let failures = 0;
    receiver.behave = (_, e) => {
      if (e?.psid !== psid || failures >= 3) return 200;
      failures += 1;
      return failures === 3 ? 'hang' : 503;
    };
    sandbox.admin.tapGetStarted(psid);
    const began = performance.now();
    expect((await post(say('one', { metadata: 'beckon:1' }))).status).toBe(200);
    expect(performance.now() - began).toBeLessThan(1000);
    sandbox.admin.say(psid, { text: 'two' });
    sandbox.admin.tapGetStarted(other);
    await until(() => receiver.events().some((e) => e.psid === other), 'the other person’s event');
    expect(receiver.events().some((e) => e.psid === psid)).toBe(false);
    await until(() => sandbox.admin.webhooks({ psid })[0]?.failures === 2, 'the second failure');
    sandbox.admin.clock({ advance_ms: 1000 });
    await until(() => sandbox.admin.webhooks({ psid })[0]?.failures === 3, 'the time-out');
    expect(sandbox.admin.webhooks({ psid })[0]?.attempts.at(-1)).toMatchObject({
      status: null,
      error: expect.any(String),
    });
    sandbox.admin.clock({ advance_ms: 2000 });
    await until(() => sandbox.admin.webhooks({ psid }).every(({ state }) => state === 'delivered'), 'all of them');
    expect(
      receiver
        .events()
        .filter((e) => e.psid === psid)
        .map((e) => e.kind),
    ).toEqual(['postback', 'echo', 'message']);
    const tries = receiver.posts.filter(({ bytes }) => bytes.includes('postback') && bytes.includes(psid));
    expect(tries).toHaveLength(4);
    for (const { bytes, headers } of tries) {
      expect(bytes.equals(tries[0]!.bytes)).toBe(true);
      expect(headers['x-hub-signature-256']).toBe(tries[0]!.headers['x-hub-signature-256']);
    }
  });

  it('rule 43: gives up after 36 hours', async () => {
    receiver.behave = () => 500;
    sandbox.admin.tapGetStarted(psid);
    await until(() => (sandbox.admin.webhooks()[0]?.failures ?? 0) >= 2, 'two failures');
    sandbox.admin.clock({ advance_ms: 36 * 3_600_000 });
    await until(() => sandbox.admin.webhooks()[0]?.state === 'dropped', 'the end');
  });

  it('rule 40: refuses a callback that fails the verification', async () => {
    const page = { page: '102', name: 'New', token: 'T3', app_id: '77', app_secret: SECRET };
    const wrong = sandbox.admin.createPage({ ...page, webhook_url: receiver.url, verify_token: 'wrong' });
    await expect(wrong).rejects.toMatchObject({ code: 'verification_failed', status: 422 });
    const nobody = sandbox.admin.createPage({ ...page, webhook_url: 'http://127.0.0.1:9/', verify_token: 'x' });
    await expect(nobody).rejects.toMatchObject({ code: 'verification_failed' });
    expect(sandbox.admin.overview().pages.map((p) => p.page)).toEqual(['100']);
  });
});

describe('rule 48: faults', () => {
  const texts = (): (string | null)[] => sandbox.admin.ledger().map(({ text }) => text);

  beforeEach(() => {
    sandbox.admin.tapGetStarted(psid);
  });

  it.each(['timeout_before', 'timeout_after_accept', 'reset', 'reset_after_accept'] as const)('%s', async (kind) => {
    sandbox.admin.addFault({ kind, psid });
    const hurried = fetch(`${sandbox.url}/me/messages?access_token=${TOKEN}`, {
      method: 'POST',
      body: JSON.stringify(say('lost')),
      signal: AbortSignal.timeout(400),
    });
    await expect(hurried).rejects.toThrow();
    expect(texts()).toEqual(kind.endsWith('after_accept') ? ['lost'] : []);
    expect(sandbox.admin.calls({ limit: 1 })).toMatchObject([{ outcome: 'fault', fault: kind, status: null, psid }]);
    expect((await post(say('next'))).status).toBe(200);
  });

  it.each([
    ['http_500', 500, []],
    ['http_500_after_accept', 500, ['lost']],
    ['ok_not_json', 200, []],
    ['ok_not_json_after_accept', 200, ['lost']],
  ] as const)('%s', async (kind, status, accepted) => {
    sandbox.admin.addFault({ kind });
    const answer = await post(say('lost'));
    expect(answer.status).toBe(status);
    expect(classifyAnswer({ status, bodyText: answer.text, recipientKind: 'psid' }).outcome).toBe('unknown');
    expect(texts()).toEqual(accepted);
  });

  it('errors to order, so many times, for one Page or person only', async () => {
    const bo = sandbox.admin.createPerson({ page: '100', name: 'Bo' }).psid;
    sandbox.admin.tapGetStarted(bo);
    sandbox.admin.addFault({ kind: 'error', code: 1200, subcode: 2018024, transient: true, psid, times: 2 });
    expect((await post({ recipient: { id: bo }, message: { text: 'x' } })).status).toBe(200);
    for (const _ of [1, 2]) {
      const answer = await post(say('x'));
      expect(answer.status).toBe(400);
      expect(answer.body.error).toMatchObject({ code: 1200, error_subcode: 2018024, is_transient: true });
    }
    expect((await post(say('x'))).status).toBe(200);
    sandbox.admin.addFault({ kind: 'ok_with_error', code: 613 });
    const inside = await post(say('x'));
    expect([inside.status, inside.body.error?.code]).toEqual([200, 613]);
  });

  it('an accepted message whose answer is lost uses the token up and echoes', async () => {
    const token = await grant();
    sandbox.admin.addFault({ kind: 'http_500_after_accept' });
    expect((await post(spend(token))).status).toBe(500);
    expect((await post(spend(token))).body.error).toMatchObject({ code: 100 });
    await until(
      () => receiver.events().find((e) => e.kind === 'echo' && e.body.metadata === 'beckon:alert-1'),
      'the echo of the lost answer',
    );
  });

  it('a delay delays', async () => {
    sandbox.admin.addFault({ kind: 'delay', ms: 120 });
    const began = performance.now();
    expect((await post(say('slow'))).status).toBe(200);
    expect(performance.now() - began).toBeGreaterThanOrEqual(115);
  });
});

describe('the admin API over HTTP', () => {
  const call = async (method: string, path: string, body?: unknown): Promise<{ status: number; body: unknown }> => {
    const answer = await fetch(sandbox.url + path, {
      method,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    return { status: answer.status, body: text === '' ? undefined : JSON.parse(text) };
  };

  it('has the same verbs as in process', async () => {
    const person = await call('POST', '/admin/people', { page: '100', name: 'Eli', psid: '424242' });
    expect(person).toMatchObject({ status: 201, body: { psid: '424242', started: false, window_until: null } });
    expect(await call('POST', '/admin/people/424242/say', { text: 'hi' })).toMatchObject({
      status: 409,
      body: { error: { code: 'not_started' } },
    });
    expect(await call('POST', '/admin/people/424242/click-link', { ref: 'abc' })).toMatchObject({ status: 200 });
    expect(await call('POST', '/admin/people/424242/tap-get-started')).toMatchObject({
      status: 200,
      body: { ref: 'abc' },
    });
    expect(await call('POST', '/admin/people/424242/say', { text: 'hi' })).toMatchObject({ status: 200 });
    expect(await call('GET', '/admin/people/424242/thread')).toMatchObject({
      status: 200,
      body: { person: { name: 'Eli' }, messages: [{ text: 'Get Started' }, { from: 'person', text: 'hi' }] },
    });
    await call('POST', '/v26.0/100/messages', {});
    expect(await call('POST', '/admin/clock', { frozen: true, set_ms: 5000 })).toMatchObject({
      body: { now: 5000, frozen: true },
    });
    expect(await call('POST', '/admin/faults', { kind: 'reset', times: 3 })).toMatchObject({ status: 201 });
    expect(await call('GET', '/admin/faults')).toMatchObject({ body: [{ kind: 'reset', times: 3 }] });
    expect(await call('DELETE', '/admin/faults')).toMatchObject({ status: 204 });
    expect(await call('GET', '/admin/ledger?page=100&since=0')).toMatchObject({ status: 200, body: [] });
    expect(await call('POST', '/admin/reset')).toMatchObject({ status: 204 });
    expect(await call('GET', '/admin/overview')).toMatchObject({
      body: { pages: [], people: [], clock: { frozen: false } },
    });
  });

  it.each([
    ['POST', '/admin/people', { page: '100' }, 400, 'invalid'],
    ['POST', '/admin/people', { page: '100', name: 'x', tpyo: 1 }, 400, 'invalid'],
    ['POST', '/admin/people', { page: '7', name: 'x' }, 404, 'unknown_page'],
    ['POST', '/admin/people/7/say', { text: 'x' }, 404, 'unknown_person'],
    ['POST', '/admin/faults', { kind: 'delay' }, 400, 'invalid'],
    ['POST', '/admin/faults', { kind: 'error' }, 400, 'invalid'],
    ['GET', '/admin/ledger?pgae=1', undefined, 400, 'invalid'],
    ['GET', '/admin/nothing', undefined, 404, 'unknown_path'],
  ])('%s %s %j is refused with a reason', async (method, path, body, status, code) => {
    expect(await call(method, path, body)).toMatchObject({ status, body: { error: { code } } });
  });

  it('does not serve other web sites', async () => {
    const from = (origin: string): Promise<Response> =>
      fetch(`${sandbox.url}/admin/reset`, { method: 'POST', headers: { origin } });
    expect((await from('https://evil.example')).status).toBe(403);
    expect((await from('null')).status).toBe(403);
    expect(sandbox.admin.overview().people_total).toBe(1);
    expect((await from(sandbox.url)).status).toBe(204);
  });

  it('streams what changes', async () => {
    const stop = new AbortController();
    const stream = await fetch(`${sandbox.url}/admin/stream`, { signal: stop.signal });
    expect(stream.headers.get('content-type')).toBe('text/event-stream');
    const reader = stream.body!.getReader();
    sandbox.admin.tapGetStarted(psid);
    let seen = '';
    while (!seen.includes(`{"type":"thread","psid":"${psid}"}`))
      seen += Buffer.from((await reader.read()).value!).toString();
    stop.abort();
  });

  it('serves the phone page and its files', async () => {
    for (const [path, type] of [
      ['/', 'text/html'],
      ['/phone.css', 'text/css'],
      ['/main.js', 'text/javascript'],
      ['/favicon.svg', 'image/svg+xml'],
    ]) {
      const answer = await fetch(sandbox.url + path);
      expect([path, answer.status, answer.headers.get('content-type')]).toEqual([
        path,
        200,
        expect.stringContaining(type!),
      ]);
    }
  });
});

describe('a snapshot file', () => {
  it('carries people, tokens and waiting webhooks over a restart', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sandbox-'));
    const stateFile = join(folder, 'deep', 'state.json');
    try {
      await sandbox.close();
      sandbox = await startSandbox({ port: 0, stateFile, webhookTimeoutMs: 1500 });
      const page = { page: '100', name: 'Nordlys', token: TOKEN, app_id: '77', app_secret: SECRET };
      await sandbox.admin.createPage({ ...page, webhook_url: receiver.url, verify_token: 'verify-me' });
      psid = sandbox.admin.createPerson({ page: '100', name: 'Ida' }).psid;
      const token = await grant();
      receiver.behave = () => 503;
      sandbox.admin.say(psid, { text: 'kept' });
      await until(() => sandbox.admin.webhooks().some(({ failures }) => failures > 1), 'a webhook that waits');
      const before = sandbox.admin.thread(psid);
      await sandbox.close();

      receiver.behave = () => 200;
      sandbox = await startSandbox({ port: 0, stateFile, webhookTimeoutMs: 1500 });
      expect(sandbox.admin.thread(psid)).toEqual(before);
      expect((await event('message')).body.text).toBe('kept');
      expect((await post(spend(token))).status).toBe(200);
      expect((await post(spend(token))).body.error).toMatchObject({ code: 100 });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

function matches(value: unknown, part: object): boolean {
  try {
    expect(value).toMatchObject(part);
    return true;
  } catch {
    return false;
  }
}
