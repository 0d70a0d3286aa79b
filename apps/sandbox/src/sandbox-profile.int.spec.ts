import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { appSecretProof } from '@beckon/messenger';
import { SECRET, TOKEN, startSandboxForSpec } from './sandbox-for.spec-data.js';
import type { Answer, SandboxForSpec } from './sandbox-for.spec-data.js';

let my: SandboxForSpec;

beforeEach(async () => {
  my = await startSandboxForSpec();
});

afterEach(() => my.close());

const PROFILE = '/v26.0/me/messenger_profile';
const newcomer = (): string => my.sandbox.admin.createPerson({ page: '100', name: 'Bo Lind', locale: 'sv_SE' }).psid;
const item = { type: 'postback', title: 'Orders', payload: 'orders' };
const link = { type: 'web_url', title: 'Shop', url: 'https://shop.example/' };
const menu = [{ locale: 'default', call_to_actions: [item, link] }];

describe('the Messenger profile over HTTP', () => {
  it('is set, read and deleted', async () => {
    const greeting = [{ locale: 'default', text: 'Hello {{user_first_name}}' }];
    const set = await my.call(PROFILE, { get_started: { payload: 'START' }, greeting, persistent_menu: menu });
    expect(set).toMatchObject({ status: 200, body: { result: 'success' } });
    expect((await my.call(`${PROFILE}?fields=get_started,greeting,ice_breakers`)).body).toEqual({
      data: [{ get_started: { payload: 'START' }, greeting }],
    });
    const gone = await my.call(PROFILE, { fields: ['greeting', 'persistent_menu'] }, 'DELETE');
    expect(gone.body).toEqual({ result: 'success' });
    expect((await my.call(`${PROFILE}?fields=greeting,persistent_menu`)).body).toEqual({ data: [] });
    expect((await my.call(PROFILE)).body.error).toMatchObject({ code: 100 });
    expect((await my.call(PROFILE, { persistent_menu: [item] })).body.error).toMatchObject({ code: 100 });
    await my.page({ permissions: [] });
    expect((await my.call(`${PROFILE}?fields=greeting`)).body.error).toMatchObject({ code: 200 });
  });

  it('is seen by the person in their language, and by the overview as it was set', async () => {
    const greeting = [
      { locale: 'default', text: 'Hello' },
      { locale: 'sv_SE', text: 'Hej {{user_first_name}}' },
    ];
    const ice_breakers = [{ question: 'Where is my parcel?', payload: 'parcel' }];
    await my.call(PROFILE, { greeting, ice_breakers, persistent_menu: menu });
    expect(my.sandbox.admin.thread(newcomer()).profile).toEqual({
      greeting: 'Hej Bo',
      get_started: true,
      ice_breakers,
      menu: [item, link],
      composer_disabled: false,
    });
    expect(my.sandbox.admin.overview().pages[0]!.profile).toMatchObject({ greeting, persistent_menu: menu });
  });

  it('gives the Get Started tap its payload; without the button a newcomer just writes', async () => {
    await my.call(PROFILE, { get_started: { payload: 'START_HERE' } });
    const bo = newcomer();
    my.sandbox.admin.tapGetStarted(bo);
    const tapped = await my.event((e) => e.kind === 'postback' && e.psid === bo, 'the tap');
    expect(tapped.body).toMatchObject({ title: 'Get Started', payload: 'START_HERE' });
    await my.page({ unavailable_code: 200 });
    expect(my.sandbox.admin.overview().pages[0]!.profile.get_started).toEqual({ payload: 'START_HERE' });

    await my.call(PROFILE, { fields: ['get_started'] }, 'DELETE');
    const eli = newcomer();
    expect(() => my.sandbox.admin.tapGetStarted(eli)).toThrow(/no Get Started button/);
    my.sandbox.admin.say(eli, { text: 'hello' });
    await my.event((e) => e.kind === 'message' && e.psid === eli, 'the first message');
    expect((await my.send({ text: 'hi' }, { id: eli })).status).toBe(200);
  });

  it('has a menu and questions that send postbacks', async () => {
    const ice_breakers = [{ question: 'Where is my parcel?', payload: 'parcel' }];
    await my.call(PROFILE, { ice_breakers, persistent_menu: menu });
    const bo = newcomer();
    expect(await my.adminCall('POST', `/admin/people/${bo}/press-menu`, { title: 'Orders' })).toMatchObject({
      status: 409,
      body: { error: { code: 'not_started' } },
    });
    my.sandbox.admin.clickLink(bo, { ref: 'coat' });
    const asked = await my.adminCall('POST', `/admin/people/${bo}/tap-ice-breaker`, { index: 0 });
    expect(asked).toMatchObject({ status: 200, body: { ref: 'coat' } });
    const first = await my.event((e) => e.kind === 'postback' && e.psid === bo, 'the question');
    expect(first.body).toMatchObject({ title: 'Where is my parcel?', payload: 'parcel', referral: { ref: 'coat' } });
    expect((await my.adminCall('POST', `/admin/people/${bo}/tap-ice-breaker`, {})).status).toBe(409);

    const pressed = await my.adminCall('POST', `/admin/people/${bo}/press-menu`, { title: 'Orders' });
    expect(pressed.body).toMatchObject({ kind: 'postback' });
    await my.event(
      (e) => e.kind === 'postback' && (e.body as { payload: string }).payload === 'orders',
      'the menu’s postback',
    );
    const opened = await my.adminCall('POST', `/admin/people/${bo}/press-menu`, { index: 1 });
    expect(opened.body).toEqual({ kind: 'opened', url: 'https://shop.example/' });
    expect((await my.adminCall('POST', `/admin/people/${bo}/press-menu`, { index: 2 })).body.error).toMatchObject({
      code: 'nothing_to_tap',
    });
  });
});

describe('who is who, over HTTP', () => {
  it('the Page answers for me and for its id, with the fields that it has', async () => {
    for (const path of ['/v26.0/me', '/v26.0/100', '/me/', '/v26.0/me?fields=id,name']) {
      expect((await my.call(path)).body).toEqual({ id: '100', name: 'Nordlys' });
    }
    expect((await my.call('/me?fields=id')).body).toEqual({ id: '100' });
    expect((await my.call('/me?fields=colour')).body.error).toMatchObject({
      code: 100,
      message: '(#100) Tried accessing nonexisting field (colour) on node type (Page)',
    });
  });

  it('rule 1: a person’s profile is for their own Page', async () => {
    const all = 'first_name,last_name,name,profile_pic,locale,timezone,gender';
    my.sandbox.admin.clock({ set_ms: Date.UTC(2026, 6, 1), frozen: true });
    const bo = newcomer();
    expect((await my.call(`/v26.0/${bo}?fields=${all}`)).body.error).toMatchObject({
      code: 100,
      error_subcode: 2018218,
    });
    my.sandbox.admin.tapGetStarted(bo);
    await my.adminCall('PATCH', `/admin/people/${bo}`, { gender: 'male' });
    const { body } = await my.call(`/v26.0/${bo}?fields=${all}`);
    expect(body).toEqual({
      id: bo,
      name: 'Bo Lind',
      first_name: 'Bo',
      last_name: 'Lind',
      profile_pic: `${my.sandbox.url}/profile-pictures/${bo}.svg`,
      locale: 'sv_SE',
      timezone: 0,
      gender: 'male',
    });
    const picture = await fetch(body.profile_pic as string);
    expect([picture.status, picture.headers.get('content-type')]).toEqual([200, expect.stringContaining('svg')]);
    expect(await picture.text()).toContain('BL');
    expect((await my.call(`/${bo}?fields=email`)).body.error).toMatchObject({ code: 100 });
    expect((await my.call('/v26.0/424242?fields=first_name')).body.error).toMatchObject({
      code: 100,
      error_subcode: 33,
      type: 'GraphMethodException',
    });
    await my.sandbox.admin.createPage({ page: '101', name: 'Other', token: 'T2', app_id: '77', app_secret: SECRET });
    const elsewhere = await fetch(`${my.sandbox.url}/${bo}?access_token=T2`);
    expect(await elsewhere.json()).toMatchObject({ error: { code: 100, error_subcode: 33 } });
  });

  it('rule 3: reading proves the app secret too', async () => {
    await my.page({ require_appsecret_proof: true });
    expect((await my.call('/me')).body.error).toMatchObject({ code: 100 });
    expect((await my.call(`/me?appsecret_proof=${appSecretProof(SECRET, TOKEN)}`)).status).toBe(200);
  });

  it.each([
    ['GET', '/v26.0/me/messages/extra', 2500],
    ['GET', '/26.0/me/messages', 2500],
    ['GET', '/v26.0/me/likes', 100],
    ['POST', '/v26.0/me', 100],
    ['DELETE', '/v26.0/me/messages', 100],
    ['PUT', '/v26.0/100/messenger_profile', 100],
    ['GET', '/v26.0/999/messenger_profile', 100],
    ['GET', '/%E0%A4%A/messages', 100],
  ])('rule 19: %s %s answers as Graph does (%d)', async (method, path, code) => {
    const answer = await my.call(path, method === 'GET' ? undefined : {}, method);
    expect(answer.status).toBe(400);
    expect(answer.body.error).toMatchObject({ code, type: expect.stringMatching(/^(OAuth|GraphMethod)Exception$/) });
    expect((await fetch(`${my.sandbox.url}/health/live`)).status).toBe(200);
  });

  it('rule 30: unknown keys and actions are refused by name', async () => {
    const keys = await my.send({ text: 'x', notification_type: 'REGULAR' });
    expect(keys.body.error?.message).toBe('(#100) Invalid keys "notification_type" were found in param "message".');
    const action = (sender_action: string): Promise<Answer> =>
      my.call('/me/messages', { recipient: { id: my.psid }, sender_action });
    expect((await action('dance')).body.error).toMatchObject({ code: 100 });
    for (const known of ['typing_on', 'mark_seen', 'typing_off']) {
      expect((await action(known)).body).toEqual({ recipient_id: my.psid });
      expect(my.sandbox.admin.thread(my.psid).person.typing).toBe(known !== 'typing_off');
    }
  });

  it('rule 5: a form with Bearer, Page id and a version of tomorrow', async () => {
    const sent = await fetch(`${my.sandbox.url}/v99.0/100/messages`, {
      method: 'POST',
      headers: { authorization: `Bearer ${TOKEN}` },
      body: new URLSearchParams({ recipient: `{"id":"${my.psid}"}`, message: '{"text":"form"}' }),
    });
    expect([sent.status, sent.headers.get('facebook-api-version')]).toEqual([200, 'v21.0']);
  });
});

describe('files over HTTP', () => {
  const url = 'https://shop.example/coat.png';
  const image = (payload: object): object => ({ attachment: { type: 'image', payload } });
  const upload = (message: object): Promise<Answer> => my.call('/v26.0/me/message_attachments', { message });

  it('are sent by address, and stand in thread, ledger and echo', async () => {
    const sent = await my.send({ ...image({ url }), metadata: 'm' });
    expect(sent.body).toEqual({ recipient_id: my.psid, message_id: expect.any(String) });
    expect(my.sandbox.admin.ledger()).toMatchObject([
      { text: null, template: null, attachment: { type: 'image', url } },
    ]);
    expect(my.sandbox.admin.thread(my.psid).messages.at(-1)).toMatchObject({ attachment: { type: 'image', url } });
    const echo = await my.event((e) => e.kind === 'echo', 'the echo');
    expect(echo.body).toMatchObject({ attachments: [{ type: 'image', payload: { url } }] });
  });

  it('are kept on sending or beforehand, and sent again by id', async () => {
    const kept = await my.send(image({ url, is_reusable: true }));
    const saved = await upload(image({ url, is_reusable: true }));
    expect(saved.body).toEqual({ attachment_id: expect.stringMatching(/^\d{15}$/) });
    for (const attachment_id of [kept.body.attachment_id, saved.body.attachment_id, Number(saved.body.attachment_id)]) {
      expect((await my.send(image({ attachment_id }))).status).toBe(200);
      expect(my.sandbox.admin.ledger().at(-1)).toMatchObject({ attachment: { type: 'image', url } });
    }
    const echo = await my.event(
      (e) =>
        e.kind === 'echo' && JSON.stringify(e.body).includes(`"attachment_id":${String(saved.body.attachment_id)}`),
      'the echo with the id as a number',
    );
    expect(echo.psid).toBe(my.psid);
    const asVideo = { attachment: { type: 'video', payload: { attachment_id: saved.body.attachment_id } } };
    for (const message of [asVideo, image({ attachment_id: '1' })]) {
      expect((await my.send(message)).body.error).toMatchObject({ code: 100, error_subcode: 2018074 });
    }
    my.sandbox.admin.clock({ advance_ms: 91 * 24 * 3_600_000 });
    my.sandbox.admin.say(my.psid, { text: 'hello again' });
    expect((await my.send(image({ attachment_id: saved.body.attachment_id }))).body.error).toMatchObject({
      error_subcode: 2018074,
    });
  });

  it('of unknown kinds, from nowhere, or as uploads are refused', async () => {
    expect((await my.send({ attachment: { type: 'sticker', payload: { url } } })).body.error).toMatchObject({
      code: 100,
    });
    expect((await my.send(image({ url: 'file:///etc/passwd' }))).body.error).toMatchObject({
      code: 100,
      error_subcode: 2018008,
    });
    expect((await upload({})).body.error).toMatchObject({ code: 100 });
    const form = new FormData();
    form.set('filedata', new Blob(['x']), 'x.png');
    const multipart = await fetch(`${my.sandbox.url}/me/message_attachments?access_token=${TOKEN}`, {
      method: 'POST',
      body: form,
    });
    expect(multipart.status).toBe(400);
    expect(await multipart.json()).toMatchObject({ error: { code: 100 } });
  });
});
