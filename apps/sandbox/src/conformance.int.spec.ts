import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { MessengerBatch, MessengerClient } from 'messaging-api-messenger';
import type { OptinBody } from '@beckon/messenger';
import { SECRET, TOKEN, startSandboxForSpec } from './sandbox-for.spec-data.js';
import type { SandboxForSpec } from './sandbox-for.spec-data.js';

/**
 * A client library that others wrote for the real platform, unchanged: only its origin is the sandbox. It camel-cases
 * what it reads and turns an error body into "Messenger API - code type message".
 */

let my: SandboxForSpec;
let client: MessengerClient;

beforeEach(async () => {
  my = await startSandboxForSpec();
  client = new MessengerClient({ accessToken: TOKEN, origin: my.sandbox.url });
});

afterEach(() => my.close());

const sent = { recipientId: expect.any(String), messageId: expect.stringMatching(/^m_/) };
/** What the library throws: its words, and the platform's error object inside. */
const refusal = async (call: Promise<unknown>): Promise<{ words: string; status: number; error: unknown }> => {
  const thrown = (await call.then(
    () => Promise.reject(new Error('it was not refused')),
    (error: unknown) => error,
  )) as { message: string; response: { status: number; data: { error: unknown } } };
  return { words: thrown.message, status: thrown.response.status, error: thrown.response.data.error };
};
async function grant(): Promise<string> {
  await client.sendOneTimeNotifReqTemplate(my.psid, { title: 'Tell you when the red coat is back?', payload: 'alert' });
  my.sandbox.admin.tapNotifyMe(my.psid);
  const optin = await my.event((e) => e.kind === 'optin', 'the opt-in');
  return (optin.body as OptinBody).one_time_notif_token!;
}

describe('messaging-api-messenger sends', () => {
  it('text, with and without quick replies', async () => {
    expect(await client.sendText(my.psid, 'Hello')).toEqual({ ...sent, recipientId: my.psid });
    await client.sendText(my.psid, 'Sure?', {
      quickReplies: [{ contentType: 'text', title: 'Yes', payload: 'yes' }],
    });
    expect(my.sandbox.admin.thread(my.psid).messages.at(-1)).toMatchObject({
      text: 'Sure?',
      pending: [{ kind: 'quick_reply', title: 'Yes', payload: 'yes' }],
    });
  });

  it('generic and button templates', async () => {
    await client.sendGenericTemplate(my.psid, [
      {
        title: 'Red coat',
        subtitle: '79.90',
        imageUrl: 'https://shop.example/coat.png',
        defaultAction: { type: 'web_url', url: 'https://shop.example/coat' },
        buttons: [
          { type: 'web_url', url: 'https://shop.example/coat', title: 'Buy' },
          { type: 'postback', title: 'Stop', payload: 'stop' },
        ],
      },
    ]);
    await client.sendButtonTemplate(my.psid, 'Done?', [{ type: 'postback', title: 'Stop', payload: 'stop' }]);
    expect(my.sandbox.admin.ledger().map(({ template }) => template?.template_type)).toEqual(['generic', 'button']);
    expect(my.sandbox.admin.press(my.psid, { title: 'Stop' })).toMatchObject({ kind: 'postback' });
  });

  it('a one-time-notification request and its follow-up, once', async () => {
    const oneTimeNotifToken = await grant();
    my.sandbox.admin.clock({ advance_ms: 25 * 3_600_000 });
    expect(await client.sendText({ oneTimeNotifToken }, 'The red coat is back.')).toEqual(sent);
    expect(my.sandbox.admin.ledger().at(-1)).toMatchObject({ right: 'one_time', text: 'The red coat is back.' });
    expect(await refusal(client.sendText({ oneTimeNotifToken }, 'Again'))).toMatchObject({
      status: 400,
      error: { code: 100 },
    });
  });

  it('files by address, on saving and by id', async () => {
    expect(await client.sendImage(my.psid, 'https://shop.example/coat.png')).toEqual(sent);
    const saved = await client.uploadImage('https://shop.example/coat.png', { isReusable: true });
    expect(await client.sendImage(my.psid, { attachmentId: saved.attachmentId })).toEqual(sent);
    expect(my.sandbox.admin.ledger().map(({ attachment }) => attachment?.url)).toEqual([
      'https://shop.example/coat.png',
      'https://shop.example/coat.png',
    ]);
    expect(await refusal(client.uploadImage(Buffer.from('x'), { filename: 'x.png' }))).toMatchObject({ status: 400 });
  });

  it('typing dots and the seen mark', async () => {
    expect(await client.typingOn(my.psid)).toEqual({ recipientId: my.psid });
    expect(my.sandbox.admin.thread(my.psid).person.typing).toBe(true);
    expect(await client.markSeen(my.psid)).toEqual({ recipientId: my.psid });
  });

  it('a batch, each item with its own answer', async () => {
    const answers = (await client.sendBatch([
      MessengerBatch.sendText(my.psid, 'one'),
      MessengerBatch.sendText('999', 'to nobody'),
      MessengerBatch.sendText(my.psid, 'two'),
    ])) as unknown[];
    expect(answers).toMatchObject([
      { code: 200, body: sent },
      { code: 400, body: { error: { code: 100, errorSubcode: 2018001 } } },
      { code: 200, body: sent },
    ]);
    expect(my.sandbox.admin.ledger().map(({ text }) => text)).toEqual(['one', 'two']);
  });

  it('with the proof of the app secret, alone and in a batch', async () => {
    await my.page({ require_appsecret_proof: true });
    expect(await refusal(client.sendText(my.psid, 'no proof'))).toMatchObject({ error: { code: 100 } });
    const proving = new MessengerClient({ accessToken: TOKEN, appSecret: SECRET, origin: my.sandbox.url });
    expect(await proving.sendText(my.psid, 'proof')).toEqual(sent);
    const [answer] = (await proving.sendBatch([MessengerBatch.sendText(my.psid, 'batch')])) as { code: number }[];
    expect(answer).toMatchObject({ code: 200 });
  });
});

describe('messaging-api-messenger reads and sets', () => {
  it('the Page and a person', async () => {
    expect(await client.getPageInfo()).toEqual({ id: '100', name: 'Nordlys' });
    expect(await client.getUserProfile(my.psid)).toEqual({
      id: my.psid,
      name: 'Ida',
      firstName: 'Ida',
      lastName: '',
      profilePic: expect.stringContaining('/profile-pictures/'),
    });
    const fields = await client.getUserProfile(my.psid, { fields: ['locale', 'timezone'] });
    expect(fields).toMatchObject({ locale: 'nb_NO', timezone: expect.any(Number) });
  });

  it('profile settings: Get Started, greeting, menu, questions, domains, linking', async () => {
    const success = { result: 'success' };
    const menu = [{ type: 'postback' as const, title: 'Orders', payload: 'orders' }];
    const questions = [{ question: 'Where is my parcel?', payload: 'parcel' }];
    expect(await client.setGetStarted('START')).toEqual(success);
    expect(await client.getGetStarted()).toEqual({ payload: 'START' });
    expect(await client.setGreeting('Hello')).toEqual(success);
    expect(await client.getGreeting()).toEqual([{ locale: 'default', text: 'Hello' }]);
    expect(await client.setPersistentMenu(menu)).toEqual(success);
    expect(await client.getPersistentMenu()).toEqual([
      { locale: 'default', composerInputDisabled: false, callToActions: menu },
    ]);
    expect(await client.setIceBreakers(questions)).toEqual(success);
    expect(await client.getIceBreakers()).toEqual(questions);
    expect(await client.setWhitelistedDomains(['https://www.example.com'])).toEqual(success);
    expect(await client.getWhitelistedDomains()).toEqual(['https://www.example.com']);
    expect(await client.setAccountLinkingURL('https://www.example.com/link')).toEqual(success);
    expect((await refusal(client.deleteGetStarted())).error).toMatchObject({ code: 100, errorSubcode: 2018145 });
    for (const gone of [client.deletePersistentMenu(), client.deleteIceBreakers(), client.deleteGreeting()]) {
      expect(await gone).toEqual(success);
    }
    expect(await client.deleteGetStarted()).toEqual(success);
    expect(await client.getGetStarted()).toBeNull();
    expect(await client.getGreeting()).toBeNull();
  });

  it('the thread’s owner', async () => {
    expect(await client.passThreadControlToPageInbox(my.psid)).toEqual({ success: true });
    expect((await refusal(client.sendText(my.psid, 'x'))).error).toMatchObject({ errorSubcode: 2018300 });
    expect(await client.takeThreadControl(my.psid)).toEqual({ success: true });
    expect(await client.sendText(my.psid, 'x')).toEqual(sent);
  });
});

describe('messaging-api-messenger gets the documented errors', () => {
  it('with the platform’s words in its own', async () => {
    expect(await refusal(client.sendText('999', 'x'))).toEqual({
      words: 'Messenger API - 100 OAuthException (#100) No matching user found',
      status: 400,
      error: {
        message: '(#100) No matching user found',
        type: 'OAuthException',
        code: 100,
        errorSubcode: 2018001,
        fbtraceId: expect.any(String),
      },
    });
  });

  it.each<[string, () => unknown, () => Promise<unknown>, object]>([
    [
      'outside of the window',
      () => my.sandbox.admin.clock({ advance_ms: 25 * 3_600_000 }),
      () => client.sendText(my.psid, 'x'),
      { code: 10, errorSubcode: 2018278 },
    ],
    ['an empty text', () => undefined, () => client.sendText(my.psid, ''), { code: 100, errorSubcode: 2018034 }],
    ['a text that is too long', () => undefined, () => client.sendText(my.psid, 'x'.repeat(2000)), { code: 100 }],
    [
      'a title of 66',
      () => undefined,
      () => client.sendOneTimeNotifReqTemplate(my.psid, { title: 'x'.repeat(66), payload: 'p' }),
      { code: 100 },
    ],
    ['a retired tag', () => undefined, () => client.sendText(my.psid, 'x', { tag: 'ACCOUNT_UPDATE' }), { code: 100 }],
    [
      'a person who blocked the Page',
      () => my.sandbox.admin.changePerson(my.psid, { state: 'blocked' }),
      () => client.sendText(my.psid, 'x'),
      { code: 551, errorSubcode: 1545041 },
    ],
    [
      'a dead token',
      () => my.sandbox.admin.setToken('100', { revoked: 460 }),
      () => client.sendText(my.psid, 'x'),
      { code: 190, errorSubcode: 460 },
    ],
    [
      'too fast',
      () => my.sandbox.admin.addFault({ kind: 'error', code: 613 }),
      () => client.sendText(my.psid, 'x'),
      { code: 613 },
    ],
    ['a field that is not there', () => undefined, () => client.getMessengerProfile(['colour']), { code: 100 }],
    [
      'a person who is not there',
      () => undefined,
      () => client.getUserProfile('999'),
      { code: 100, errorSubcode: 33, type: 'GraphMethodException' },
    ],
  ])('%s', async (_, before, call, error) => {
    before();
    expect(await refusal(call())).toMatchObject({ status: 400, error });
  });
});
