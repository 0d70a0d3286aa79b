import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { appSecretProof, verifySignature } from '@beckon/messenger';
import { SECRET, TOKEN, startSandboxForSpec, until } from './sandbox-for.spec-data.js';
import type { SandboxForSpec } from './sandbox-for.spec-data.js';
import { LOGGED_BODY } from './world/call-log.js';

let my: SandboxForSpec;

beforeEach(async () => {
  my = await startSandboxForSpec();
  await my.event((e) => e.kind === 'postback', 'Get Started');
});

afterEach(() => my.close());

const get = async (path: string): Promise<Record<string, unknown>> =>
  (await my.adminCall('GET', `/admin/${path}`)).body;
const list = async (path: string): Promise<Record<string, unknown>[]> =>
  (await get(path)) as unknown as Record<string, unknown>[];
const delivered = (count: number): Promise<unknown> =>
  until(() => my.sandbox.admin.webhooks().filter(({ state }) => state === 'delivered').length === count, 'webhooks');

describe('the log of calls', () => {
  it('holds request, answer and headers, and nothing that proves who called', async () => {
    const proof = appSecretProof(SECRET, TOKEN);
    await my.call(`/v26.0/me/messages?appsecret_proof=${proof}&x=1`, {
      recipient: { id: my.psid },
      message: { text: 'Hi' },
    });
    await fetch(`${my.sandbox.url}/v26.0/me/messages`, {
      method: 'POST',
      headers: { cookie: 'session=1' },
      body: JSON.stringify({ access_token: TOKEN, recipient: { id: my.psid }, message: { text: 'Hello' } }),
    });
    const calls = await list('calls');
    expect(calls).toHaveLength(2);
    expect(calls[0]).toMatchObject({ query: 'x=1', status: 200, headers: { authorization: '***' } });
    expect(JSON.parse(String(calls[0]!.answer))).toMatchObject({ recipient_id: my.psid });
    expect(calls[0]!.curl).toContain(`curl -X POST '${my.sandbox.url}/v26.0/me/messages?x=1'`);
    expect(calls[0]!.curl).toContain('$PAGE_TOKEN');
    expect(calls[1]).toMatchObject({ headers: { cookie: '***' } });
    for (const secret of [TOKEN, proof, 'session=1']) expect(JSON.stringify(calls)).not.toContain(secret);
    expect(await get(`calls/${String(calls[1]!.id)}`)).toEqual(calls[1]);
    expect((await my.adminCall('GET', '/admin/calls/999999999')).status).toBe(404);
  });

  it('cuts long bodies and answers', async () => {
    const batch = Array.from({ length: 50 }, () => ({ method: 'GET', relative_url: `nothing/${'x'.repeat(300)}` }));
    await my.call('/', { batch });
    const outer = (await list('calls')).at(-1)!;
    expect([String(outer.request).length, String(outer.answer).length]).toEqual([LOGGED_BODY, LOGGED_BODY]);
  });

  it('has a refusal and a fault without an answer', async () => {
    await my.text('');
    my.sandbox.admin.addFault({ kind: 'reset' });
    await my.text('x').catch(() => undefined);
    const calls = await list('calls');
    expect(calls[0]).toMatchObject({ status: 400, code: 100, subcode: 2018034, rule: 28 });
    expect(String(calls[0]!.answer)).toContain('fbtrace_id');
    expect(calls[1]).toMatchObject({ status: null, fault: 'reset', answer: null });
  });
});

describe('the log of webhooks', () => {
  it('holds what was sent and answered, and the check that a receiver should make', async () => {
    my.sandbox.admin.say(my.psid, { text: 'Grüße' });
    await delivered(2);
    const webhook = (await list('webhooks')).at(-1)!;
    const { bytes, headers } = my.receiver.posts.at(-1)!;
    expect(webhook).toMatchObject({ url: my.receiver.url, body: bytes.toString(), signature: { check: 'valid' } });
    expect(webhook.headers).toMatchObject({ 'x-hub-signature-256': headers['x-hub-signature-256'] });
    expect(webhook.attempts).toMatchObject([{ status: 200, answer: 'EVENT_RECEIVED', error: null }]);
    expect(webhook.curl).toContain(String(headers['x-hub-signature-256']));
    expect(webhook.curl).toContain(bytes.toString());
    expect(verifySignature([SECRET], String(headers['x-hub-signature-256']), bytes)).toBe(true);
  });

  it.each([
    ['bad_signature', 'forged'],
    ['no_signature', 'none'],
  ] as const)('tells %s', async (kind, check) => {
    my.sandbox.admin.addDisorder({ kind });
    my.sandbox.admin.say(my.psid, { text: 'x' });
    await delivered(3);
    expect(my.sandbox.admin.webhooks().map(({ signature }) => signature.check)).toEqual(['valid', check, 'valid']);
  });

  it('no longer finds a signature valid when the app has another secret', async () => {
    await delivered(1);
    await my.page({ app_secret: 'another' });
    expect(my.sandbox.admin.webhooks()[0]?.signature.check).toBe('forged');
  });
});

describe('traffic', () => {
  const titles = async (query: string): Promise<unknown[]> =>
    (await list(`traffic?${query}`)).map(({ title, status }) => `${String(title)} ${String(status)}`);

  it('has both kinds in one list, the youngest first also when the clock stands, filtered as asked', async () => {
    my.sandbox.admin.clock({ frozen: true });
    await my.send({ text: 'Grüße', metadata: 'ticket:1' });
    await my.text('');
    await delivered(2);
    const all = ['POST /me/messages 400', 'message_echoes 200', 'POST /me/messages 200', 'messaging_postbacks 200'];
    expect(await titles('')).toEqual(all);
    expect(await titles('limit=1')).toEqual(all.slice(0, 1));
    expect(await titles('kind=webhook')).toEqual([all[1], all[3]]);
    expect(await titles('outcome=trouble')).toEqual([all[0]]);
    expect(await titles('q=TICKET:1')).toEqual([all[1], all[2]]);
    expect(await titles(`q=${encodeURIComponent('grüße')}`)).toEqual([all[1], all[2]]);
    expect(await titles('psid=1')).toEqual([]);
    expect((await my.adminCall('GET', '/admin/traffic?kind=letter')).status).toBe(400);
  });

  it('tells what nobody subscribed to and what was not taken', async () => {
    my.receiver.behave = () => 503;
    my.sandbox.admin.say(my.psid, { text: 'refused' });
    await until(async () => (await titles('outcome=trouble')).includes('messages 503'), 'a refusal');
    my.sandbox.admin.changePage('100', { subscribed_fields: ['messages'] });
    my.sandbox.admin.react(my.psid, { mid: my.sandbox.admin.thread(my.psid).messages[0]!.mid, reaction: 'love' });
    expect(await titles('outcome=unsent')).toEqual(['message_reactions not subscribed']);
  });
});

describe('people', () => {
  it('rule 1: of a seed are the same each time, and other ids on another Page', async () => {
    const made = await my.adminCall('POST', '/admin/pages/100/personas', { seed: 4, count: 30, mixed: true });
    expect(made).toMatchObject({ status: 201, body: { made: 30 } });
    const again = my.sandbox.admin.createPersonas('100', { seed: 4, count: 31, mixed: true });
    expect(again.made).toBe(1);
    expect(again.people.slice(0, 30)).toEqual(made.body.people);
    expect(new Set(again.people.map(({ state }) => state))).toContain('blocked');
    expect(again.people.some(({ offline }) => offline)).toBe(true);
  });

  it('rule 46: an offline device answers when it is on again; a muted one is not read by itself', async () => {
    const { admin } = my.sandbox;
    admin.changePerson(my.psid, { offline: true, receipts: 'read' });
    expect((await my.text('Waiting')).status).toBe(200);
    await delivered(2);
    expect(admin.deliver(my.psid).mids).toEqual([]);
    admin.changePerson(my.psid, { offline: false, muted: true });
    await my.event((e) => e.kind === 'delivery', 'the delivery');
    admin.changePerson(my.psid, { muted: false });
    await my.text('Now');
    await my.event((e) => e.kind === 'read', 'the read');
    const kinds = my.receiver.events().map(({ kind }) => kind);
    expect(kinds).toEqual(['postback', 'echo', 'delivery', 'echo', 'delivery', 'read']);
  });

  it('are found by name and id, messages by their words', async () => {
    my.sandbox.admin.say(my.psid, { text: 'Is the red coat back?' });
    expect(await get('search?q=ida')).toMatchObject({ people: [{ psid: my.psid }], messages: [] });
    expect(await get('search?q=RED+coat&page=100')).toMatchObject({ people: [], messages: [{ name: 'Ida' }] });
    expect(await get('search?q=coat&page=101')).toEqual({ people: [], messages: [] });
    expect((await my.adminCall('GET', '/admin/search')).status).toBe(400);
  });
});

describe('the webhook address of a Page', () => {
  it('rule 40: changes when the new one echoes the challenge, and stays otherwise', async () => {
    const set = (body: object): Promise<{ status: number }> => my.adminCall('POST', '/admin/pages/100/webhook', body);
    expect((await set({ url: my.receiver.url, verify_token: 'wrong' })).status).toBe(422);
    expect((await set({ url: null })).status).toBe(200);
    my.sandbox.admin.say(my.psid, { text: 'to nobody' });
    await until(() => my.sandbox.admin.webhooks().at(-1)?.state === 'nobody_subscribed', 'nobody');
    expect((await set({ url: my.receiver.url })).status).toBe(200);
    my.sandbox.admin.say(my.psid, { text: 'to the bot' });
    await my.event((e) => e.kind === 'message' && e.body.text === 'to the bot', 'the message');
  });

  it('rule 2: a revoked token can be made good again', async () => {
    await my.adminCall('POST', '/admin/pages/100/token', { revoked: 463 });
    expect((await my.text('x')).body.error).toMatchObject({ code: 190, error_subcode: 463 });
    await my.adminCall('POST', '/admin/pages/100/token', { revoked: null });
    expect((await my.text('x')).status).toBe(200);
  });
});
