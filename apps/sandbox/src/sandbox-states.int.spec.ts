import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { appSecretProof, classifyAnswer } from '@beckon/messenger';
import type { MessengerEvent } from '@beckon/messenger';
import { SECRET, TOKEN, oneTimeRequest, startSandboxForSpec, until } from './sandbox-for.spec-data.js';
import type { SandboxForSpec } from './sandbox-for.spec-data.js';
import { startSandbox } from './start-sandbox.js';

let my: SandboxForSpec;

beforeEach(async () => {
  my = await startSandboxForSpec();
});

afterEach(() => my.close());

const person = (patch: object): Promise<unknown> => my.adminCall('PATCH', `/admin/people/${my.psid}`, patch);

describe('people who cannot be written to, over HTTP', () => {
  it.each([
    ['blocked', 551, 1545041],
    ['deactivated', 551, 1545041],
    ['thread_deleted', 551, 1545041],
    ['cannot_receive', 10, 2018108],
  ])('rule 32: %s', async (state, code, subcode) => {
    await person({ state });
    const refused = await my.text('x');
    expect(refused).toMatchObject({ status: 400, body: { error: { code, error_subcode: subcode } } });
    expect(classifyAnswer({ status: 400, bodyText: refused.text, recipientKind: 'psid' })).toMatchObject({
      action: 'person',
    });
    await person({ state: 'reachable' });
    expect((await my.text('y')).status).toBe(200);
  });

  it('rule 32: the Page can choose the other code', async () => {
    await my.page({ unavailable_code: 200 });
    await person({ state: 'blocked' });
    expect((await my.text('x')).body.error).toMatchObject({ code: 200, error_subcode: 1545041 });
  });

  it('rule 18: a one-time token outlives the refusal', async () => {
    await my.send(oneTimeRequest());
    my.sandbox.admin.tapNotifyMe(my.psid);
    const optin = await my.event((e) => e.kind === 'optin', 'the opt-in');
    const { one_time_notif_token } = optin.body as { one_time_notif_token: string };
    await person({ state: 'blocked' });
    expect((await my.send({ text: 'x' }, { one_time_notif_token })).body.error).toMatchObject({ code: 551 });
    await person({ state: 'reachable' });
    expect((await my.send({ text: 'x' }, { one_time_notif_token })).status).toBe(200);
  });

  it('rule 33: a thread of another app is refused and overheard in standby until control is taken', async () => {
    await person({ thread_owner: '263902037430900' });
    const taken = await until(
      () => my.receiver.posts.find(({ bytes }) => bytes.includes('take_thread_control')),
      'the handover',
    );
    expect(JSON.parse(taken.bytes.toString())).toMatchObject({
      entry: [{ messaging: [{ take_thread_control: { new_owner_app_id: '263902037430900' } }] }],
    });
    expect((await my.text('x')).body.error).toMatchObject({ code: 10, error_subcode: 2018300 });
    my.sandbox.admin.say(my.psid, { text: 'overheard' });
    expect(await my.event((e) => e.kind === 'message', 'the standby message')).toMatchObject({ standby: true });
    expect((await my.call('/me/take_thread_control', { recipient: { id: my.psid } })).body).toEqual({ success: true });
    expect((await my.text('x')).status).toBe(200);
    my.sandbox.admin.say(my.psid, { text: 'heard' });
    const heard = await my.event((e) => e.kind === 'message' && e.body.text === 'heard', 'the message');
    expect(heard.standby).toBe(false);
    await my.call('/me/pass_thread_control', { recipient: { id: my.psid }, target_app_id: 263902037430900 });
    expect((await my.text('x')).body.error).toMatchObject({ code: 10, error_subcode: 2018300 });
  });

  it('rule 33: standby hides the payload of postbacks, except from the app that sent the button', async () => {
    const stop = { type: 'postback', title: 'Stop', payload: 'stop' };
    await my.send({
      attachment: { type: 'template', payload: { template_type: 'button', text: 'Done?', buttons: [stop] } },
    });
    const call_to_actions = [{ type: 'postback', title: 'Orders', payload: 'orders' }];
    await my.call('/me/messenger_profile', { persistent_menu: [{ locale: 'default', call_to_actions }] });
    await person({ thread_owner: '263902037430900' });
    my.sandbox.admin.press(my.psid, { title: 'Stop' });
    my.sandbox.admin.pressMenu(my.psid, { title: 'Orders' });
    const postback = (title: string): Promise<MessengerEvent> =>
      my.event((e) => e.kind === 'postback' && e.body.title === title, title);
    expect(await postback('Stop')).toMatchObject({ standby: false, body: { payload: 'stop' } });
    const overheard = await postback('Orders');
    expect(overheard.standby).toBe(true);
    expect(overheard.body).not.toHaveProperty('payload');
  });

  it('rule 35: Europe is kept from opt-in requests', async () => {
    await person({ eu_blocked: true });
    expect((await my.send(oneTimeRequest())).body.error).toMatchObject({ code: 10, error_subcode: 2018336 });
    expect((await my.text('x')).status).toBe(200);
  });
});

describe('Pages that may not send, over HTTP', () => {
  it('rule 34: restricted, blocked for a policy with its webhook, and unblocked', async () => {
    await my.adminCall('PATCH', '/admin/pages/100', { state: 'restricted' });
    expect((await my.text('x')).body.error).toMatchObject({ code: 10, error_subcode: 1893063 });
    await my.adminCall('PATCH', '/admin/pages/100', { state: 'policy_blocked' });
    const blocked = await my.text('x');
    expect(blocked.body.error).toMatchObject({ code: 368 });
    expect(blocked.body.error).not.toHaveProperty('error_subcode');
    await until(() => my.receiver.posts.some(({ bytes }) => bytes.includes('"action":"block"')), 'the block');
    await my.adminCall('PATCH', '/admin/pages/100', { state: 'ok' });
    await until(() => my.receiver.posts.some(({ bytes }) => bytes.includes('"action":"unblock"')), 'the unblock');
    expect((await my.text('x')).status).toBe(200);
  });

  it('rule 4: without the permission, and for strangers while the app is not live', async () => {
    await my.page({ permissions: [] });
    const forbidden = await my.text('x');
    expect(forbidden.body.error).toMatchObject({ code: 200 });
    expect(forbidden.body.error).not.toHaveProperty('error_subcode');
    await my.page({ app_live: false });
    expect((await my.text('x')).body.error).toMatchObject({ code: 200, error_subcode: 2018028 });
    await person({ has_role: true });
    expect((await my.text('x')).status).toBe(200);
  });

  it('rule 3: with the switch on, every call proves the app secret', async () => {
    await my.page({ require_appsecret_proof: true });
    const send = (proof: string): Promise<{ status: number }> =>
      my.call(`/me/messages?appsecret_proof=${proof}`, { recipient: { id: my.psid }, message: { text: 'x' } });
    expect((await my.text('x')).body.error).toMatchObject({ code: 100 });
    expect((await send('0'.repeat(64))).status).toBe(400);
    expect((await send(appSecretProof(SECRET, TOKEN))).status).toBe(200);
  });
});

describe('limits on asking and what is subscribed, over HTTP', () => {
  it('rule 20: the sixth open one-time request of a day is refused; a tap or a day makes room', async () => {
    for (let n = 1; n <= 5; n += 1) expect((await my.send(oneTimeRequest(`alert:${n}`))).status).toBe(200);
    expect((await my.send(oneTimeRequest('alert:6'))).body.error).toMatchObject({ code: 613 });
    expect((await my.text('other messages pass')).status).toBe(200);
    my.sandbox.admin.tapNotifyMe(my.psid);
    expect((await my.send(oneTimeRequest('alert:6'))).status).toBe(200);
    expect((await my.send(oneTimeRequest('alert:7'))).status).toBe(400);
    await my.page({ one_time_requests_per_day: null });
    expect((await my.send(oneTimeRequest('alert:7'))).status).toBe(200);
  });

  it('rule 41: only subscribed fields are sent; the subscription is read, changed and ended by the app', async () => {
    const all = await my.call('/v26.0/100/subscribed_apps');
    expect(all.body).toMatchObject({ data: [{ id: '77', subscribed_fields: expect.arrayContaining(['messages']) }] });
    const wrong = await my.call('/v26.0/100/subscribed_apps', { subscribed_fields: 'messages,nonsense' });
    expect(wrong.body.error).toMatchObject({ code: 100 });
    const set = await my.call('/v26.0/100/subscribed_apps?subscribed_fields=messages,message_echoes', {});
    expect(set.body).toEqual({ success: true });
    expect((await my.call('/me/subscribed_apps')).body).toMatchObject({
      data: [{ subscribed_fields: ['messages', 'message_echoes'] }],
    });
    my.sandbox.admin.react(my.psid, { reaction: 'love', mid: my.sandbox.admin.thread(my.psid).messages[0]!.mid });
    my.sandbox.admin.say(my.psid, { text: 'marker' });
    await my.event((e) => e.kind === 'message', 'the marker');
    expect(my.receiver.events().some((e) => e.kind === 'reaction')).toBe(false);
    expect(my.sandbox.admin.webhooks().filter(({ state }) => state === 'not_subscribed')).toHaveLength(1);
    expect((await my.call('/me/subscribed_apps', undefined, 'DELETE')).body).toEqual({ success: true });
    expect((await my.call('/me/subscribed_apps')).body).toEqual({ data: [] });
    await my.page({ permissions: ['pages_messaging'] });
    const refused = await my.call('/me/subscribed_apps', { subscribed_fields: 'messages' });
    expect(refused.body.error).toMatchObject({ code: 200 });
    expect((await my.call('/me/subscribed_apps')).body.error).toMatchObject({ code: 200 });
  });

  it('rule 11: what the Page was reviewed for is told to who may send', async () => {
    const review = async () => (await my.call('/v26.0/100/messaging_feature_review')).body;
    expect(await review()).toEqual({ data: [{ feature: 'one_time_notification', status: 'approved' }] });
    await my.page({ one_time_allowed: false });
    expect(await review()).toEqual({ data: [] });
    await my.page({ permissions: [] });
    expect(await review()).toMatchObject({ error: { code: 200 } });
  });

  it('rule 35: `eu_privacy_rules` is told with the profile', async () => {
    await my.page({ eu_privacy_rules: true });
    const read = await my.call('/me/messenger_profile?fields=subject_to_new_eu_privacy_rules');
    expect(read.body).toEqual({ data: [{ subject_to_new_eu_privacy_rules: true }] });
  });
});

describe('rule 43: webhooks that nobody takes, over HTTP', () => {
  const page = () => my.sandbox.admin.overview().pages[0]!;
  const MINUTE = 60_000;

  /** Moves the clock until the webhook was tried again. */
  async function failAgain(ms: number): Promise<void> {
    const failures = (): number => my.sandbox.admin.webhooks({ psid: my.psid }).at(-1)?.failures ?? 0;
    const before = failures();
    my.sandbox.admin.clock({ advance_ms: ms });
    await until(() => failures() > before, 'another failure');
  }

  it('warn after 15 minutes, end the subscription after an hour, and come again when the app subscribes', async () => {
    await my.event((e) => e.kind === 'postback', 'Get Started');
    my.receiver.behave = () => 500;
    my.sandbox.admin.say(my.psid, { text: 'kept' });
    await until(() => page().webhook_failing_since !== null, 'the first failure');
    expect(page()).toMatchObject({ webhook_alert: false, subscription_ended_at: null });
    await failAgain(15 * MINUTE);
    expect(page()).toMatchObject({ webhook_alert: true, subscription_ended_at: null, subscribed_fields: null });
    await failAgain(45 * MINUTE);
    await until(() => page().subscription_ended_at !== null, 'the end of the subscription');
    expect(page()).toMatchObject({ webhook_alert: true, subscribed_fields: [] });
    expect((await my.call('/me/subscribed_apps')).body).toEqual({ data: [] });

    my.sandbox.admin.react(my.psid, { mid: my.sandbox.admin.thread(my.psid).messages[0]!.mid, reaction: 'love' });
    expect(my.sandbox.admin.webhooks().at(-1)).toMatchObject({ state: 'not_subscribed' });
    my.receiver.behave = () => 200;
    expect((await my.call('/me/subscribed_apps', { subscribed_fields: 'messages' })).body).toEqual({ success: true });
    expect(page()).toMatchObject({
      webhook_alert: false,
      subscription_ended_at: null,
      subscribed_fields: ['messages'],
    });
    my.sandbox.admin.say(my.psid, { text: 'after' });
    my.sandbox.admin.clock({ advance_ms: 10 * MINUTE });
    await my.event((e) => e.kind === 'message' && e.body.text === 'after', 'the later message');
    const texts = my.receiver.events().flatMap((e) => (e.kind === 'message' ? [e.body.text] : []));
    expect(texts).toEqual(['kept', 'after']);
    expect(page().webhook_failing_since).toBeNull();
  });

  it('count from the last success, and a callback that proves itself gets everything again', async () => {
    await my.event((e) => e.kind === 'postback', 'Get Started');
    my.receiver.behave = () => 500;
    my.sandbox.admin.say(my.psid, { text: 'lost' });
    await until(() => page().webhook_failing_since !== null, 'the first failure');
    await failAgain(59 * MINUTE);
    my.receiver.behave = () => 200;
    my.sandbox.admin.clock({ advance_ms: 10 * MINUTE });
    await until(() => page().webhook_failing_since === null, 'the success');
    expect(page()).toMatchObject({ webhook_alert: false, subscription_ended_at: null });

    my.receiver.behave = () => 500;
    my.sandbox.admin.say(my.psid, { text: 'again' });
    await until(() => page().webhook_failing_since !== null, 'the next failure');
    await failAgain(61 * MINUTE);
    await until(() => page().subscription_ended_at !== null, 'the end of the subscription');
    await my.page();
    expect(page()).toMatchObject({ subscription_ended_at: null, subscribed_fields: null, webhook_alert: false });
  });
});

describe('webhooks to a receiver that is dead', () => {
  it('rule 43: wait up to a bound; what comes above it is dropped and counted', async () => {
    const sandbox = await startSandbox({ port: 0, webhooksWaiting: 10 });
    try {
      const receiver = my.receiver;
      const standing = () => sandbox.admin.overview().webhooks;
      await sandbox.admin.createPage({
        ...{ page: '1', name: 'A', token: 't', app_id: '2', app_secret: 's' },
        ...{ webhook_url: receiver.url, verify_token: 'verify-me' },
      });
      const { psid } = sandbox.admin.createPerson({ page: '1', name: 'Bo' });
      sandbox.admin.tapGetStarted(psid);
      await until(() => standing().waiting === 0, 'the first webhook to be taken');
      receiver.behave = () => 503;
      for (let n = 0; n < 25; n += 1) sandbox.admin.say(psid, { text: `waits ${n}` });
      expect(standing()).toEqual({ waiting: 10, most: 10, dropped: 15 });
      expect(sandbox.admin.webhooks({ psid }).at(-1)).toMatchObject({ state: 'dropped' });
      await until(() => receiver.posts.some(({ bytes }) => bytes.includes('waits 0')), 'a try');
      receiver.behave = () => 200;
      sandbox.admin.clock({ advance_ms: 60_000 });
      await until(() => standing().waiting === 0, 'all of them to be taken');
      sandbox.admin.say(psid, { text: 'there is room again' });
      await until(() => receiver.posts.some(({ bytes }) => bytes.includes('room again')), 'the next one');
      const said = receiver.events().flatMap((e) => (e.kind === 'message' && e.psid === psid ? [e.body.text] : []));
      expect(said).toEqual([...Array.from({ length: 10 }, (_, n) => `waits ${n}`), 'there is room again']);
      sandbox.admin.reset();
      expect(standing()).toEqual({ waiting: 0, most: 10, dropped: 0 });
    } finally {
      await sandbox.close();
    }
  });
});

describe('what went out', () => {
  it('rule 45: an answer from the Page’s inbox comes back with the inbox’s app id and is no send of the app', async () => {
    const reply = await my.adminCall('POST', `/admin/people/${my.psid}/inbox-reply`, { text: 'A human here.' });
    expect(reply).toMatchObject({ status: 200, body: { mid: expect.any(String) } });
    const echo = await my.event((e) => e.kind === 'echo', 'the echo');
    expect(echo).toMatchObject({
      psid: my.psid,
      body: { is_echo: true, app_id: '263902037430900', mid: reply.body.mid, text: 'A human here.' },
    });
    expect(echo.body).not.toHaveProperty('metadata');
    expect(my.sandbox.admin.thread(my.psid).messages.at(-1)).toMatchObject({ from: 'page', right: 'inbox' });
    expect(my.sandbox.admin.ledger()).toEqual([]);
    await person({ state: 'blocked' });
    const refused = await my.adminCall('POST', `/admin/people/${my.psid}/inbox-reply`, { text: 'x' });
    expect(refused).toMatchObject({ status: 409, body: { error: { code: 'unreachable' } } });
  });

  it('rules 45 and 49: each accepted send is echoed once with its id and stands in the ledger, a refused one in neither', async () => {
    const sent = await my.send({ text: 'kept', metadata: 'delivery-1' });
    await my.adminCall('PATCH', `/admin/people/${my.psid}`, { state: 'blocked' });
    expect((await my.send({ text: 'refused', metadata: 'delivery-2' })).status).toBe(400);
    my.sandbox.admin.say(my.psid, { text: 'marker' });
    await my.event((e) => e.kind === 'message', 'the marker');
    const echoes = my.receiver.events().filter((e) => e.kind === 'echo');
    expect(echoes).toMatchObject([
      { psid: my.psid, body: { mid: sent.body.message_id, app_id: '77', metadata: 'delivery-1', text: 'kept' } },
    ]);
    const ledger = await my.adminCall('GET', `/admin/ledger?psid=${my.psid}`);
    expect(ledger.body).toMatchObject([{ mid: sent.body.message_id, right: 'window', metadata: 'delivery-1' }]);
    expect(ledger.body).toHaveLength(1);
  });
});

describe('what is assumed can be switched', () => {
  const ask = async (): Promise<string> => {
    await my.send(oneTimeRequest());
    const { one_time_notif_token } = await optinAfter(() => my.sandbox.admin.tapNotifyMe(my.psid));
    return one_time_notif_token as string;
  };
  /** What the Page hears when the person opts in. */
  const optinAfter = async (tap: () => unknown): Promise<Record<string, unknown>> => {
    const optins = (): MessengerEvent[] => my.receiver.events().filter((e) => e.kind === 'optin');
    const before = optins().length;
    tap();
    const { body, timestamp } = await until(() => optins()[before], 'the opt-in');
    return { ...(body as object), timestamp };
  };
  const DAY = 24 * 3_600_000;

  it('rule 8: `notify_me_opens_window`', async () => {
    await my.page({ notify_me_opens_window: true });
    await my.send(oneTimeRequest());
    my.sandbox.admin.clock({ advance_ms: DAY + 1000 });
    expect((await my.text('closed')).status).toBe(400);
    my.sandbox.admin.tapNotifyMe(my.psid);
    expect((await my.text('open')).status).toBe(200);
  });

  it('rule 13: `second_tap_emits` says the same again', async () => {
    await my.page({ second_tap_emits: true });
    const token = await ask();
    expect(my.sandbox.admin.tapNotifyMe(my.psid)).toMatchObject({ emitted: true });
    const optins = await until(() => {
      const found = my.receiver.events().filter((e) => e.kind === 'optin');
      return found.length === 2 && found;
    }, 'the second opt-in');
    expect(optins.map(({ body }) => (body as { one_time_notif_token: string }).one_time_notif_token)).toEqual([
      token,
      token,
    ]);
  });

  it('rule 17: `failed_checks_spend_tokens`', async () => {
    await my.page({ failed_checks_spend_tokens: true });
    const one_time_notif_token = await ask();
    expect((await my.send({ text: '' }, { one_time_notif_token })).status).toBe(400);
    expect((await my.send({ text: 'x' }, { one_time_notif_token })).body.error).toMatchObject({ code: 100 });
  });

  it('rule 18: `refused_sends_spend_tokens`: none is used up, or each that is refused for whatever reason', async () => {
    const refusals: [how: string, refuse: () => unknown, mend: () => unknown, code: number][] = [
      ['away', () => person({ state: 'blocked' }), () => person({ state: 'reachable' }), 551],
      ['throttled', () => my.sandbox.admin.addFault({ kind: 'error', code: 613 }), () => undefined, 613],
      ['dead', () => my.sandbox.admin.setToken('100', { revoked: 463 }), () => my.page(), 190],
    ];
    for (const spends of [false, true]) {
      for (const [, refuse, mend, code] of refusals) {
        const one_time_notif_token = await ask();
        await refuse();
        my.sandbox.admin.changePage('100', { refused_sends_spend_tokens: spends });
        expect((await my.send({ text: 'x' }, { one_time_notif_token })).body.error).toMatchObject({ code });
        await mend();
        const again = await my.send({ text: 'x' }, { one_time_notif_token });
        expect(again.status).toBe(spends ? 400 : 200);
        if (spends) expect(again.body.error).toMatchObject({ code: 100 });
      }
    }
  });

  it('rule 18: with `refused_sends_spend_tokens` a limit spends tokens too, a failed check by itself does not', async () => {
    my.sandbox.admin.clock({ frozen: true });
    const one_time_notif_token = await ask();
    await my.page({ refused_sends_spend_tokens: true, limits_enforced: true, sends_per_second: 2 });
    expect((await my.send({ text: '' }, { one_time_notif_token })).body.error).toMatchObject({ code: 100 });
    expect((await my.text('the last one of this second')).status).toBe(200);
    expect((await my.send({ text: 'x' }, { one_time_notif_token })).body.error).toMatchObject({ code: 613 });
    my.sandbox.admin.clock({ advance_ms: 1000 });
    expect((await my.send({ text: 'x' }, { one_time_notif_token })).body.error).toMatchObject({ code: 100 });
  });

  it('rule 5: `unknown_versions`: served by the oldest live one, or refused', async () => {
    const body = { recipient: { id: my.psid }, message: { text: 'x' } };
    const batch = { batch: [{ method: 'GET', relative_url: 'me' }] };
    for (const path of ['/v99.0/me/messages', '/v2.6/me/messages']) {
      const served = await my.call(path, body);
      expect(served.status).toBe(200);
      expect(served.headers.get('facebook-api-version')).toBe('v21.0');
    }
    expect((await my.call('/v99.0/', batch)).status).toBe(200);
    await my.page({ unknown_versions: 'refused' });
    for (const path of ['/v26.0/me/messages', '/me/messages']) expect((await my.call(path, body)).status).toBe(200);
    expect((await my.call('/v26.0/', batch)).headers.get('facebook-api-version')).toBe('v26.0');
    expect((await my.call('/v99.0/me/messages', body)).body.error).toMatchObject({ code: 2500 });
    expect((await my.call('/v99.0/', batch)).body.error).toMatchObject({ code: 2500 });
    await my.page({ unknown_versions: 'refused', assumed_codes: { unknown_version: 2635 } });
    expect((await my.call('/v2.6/me')).body.error).toMatchObject({ code: 2635 });
    expect((await my.call('/v99.0/', batch)).body.error).toMatchObject({ code: 2635 });
  });

  it('rule 45: `inbox_reply_takes_thread`: an answer from the inbox leaves the thread with the app, or takes it', async () => {
    my.sandbox.admin.replyFromInbox(my.psid, { text: 'a' });
    expect((await my.text('still ours')).status).toBe(200);
    await my.page({ inbox_reply_takes_thread: true });
    my.sandbox.admin.replyFromInbox(my.psid, { text: 'b' });
    expect((await my.text('theirs')).body.error).toMatchObject({ code: 10, error_subcode: 2018300 });
    await until(() => my.receiver.posts.some(({ bytes }) => bytes.includes('take_thread_control')), 'the handover');
    const echoes = await until(() => {
      const found = my.receiver.events().filter((e) => e.kind === 'echo' && e.body.text === 'b');
      return found.length > 0 && found;
    }, 'the echo');
    expect(echoes).toMatchObject([{ standby: true }]);
  });

  it('rule 24: `notification_token_days`', async () => {
    const daysOf = async (title: string): Promise<number> => {
      const payload = { template_type: 'notification_messages', title, payload: 'p' };
      const { body } = await my.send({ attachment: { type: 'template', payload } });
      const optin = await optinAfter(() => my.sandbox.admin.tapGetUpdates(my.psid, { mid: body.message_id as string }));
      return ((optin.token_expiry_timestamp as number) - (optin.timestamp as number)) / DAY;
    };
    expect(await daysOf('Price drops')).toBe(365);
    await my.page({ notification_token_days: 90 });
    expect(await daysOf('New in')).toBe(90);
  });

  it('rule 43: `end_drops_waiting`: what waits is tried on after the end of the subscription, or dropped', async () => {
    await my.event((e) => e.kind === 'postback', 'Get Started');
    my.receiver.behave = () => 500;
    const HOUR = 3_600_000;
    const last = (): string | undefined => my.sandbox.admin.webhooks({ psid: my.psid }).at(-1)?.state;
    const failures = (): number => my.sandbox.admin.webhooks({ psid: my.psid }).at(-1)?.failures ?? 0;
    my.sandbox.admin.say(my.psid, { text: 'waits' });
    await until(() => failures() > 1, 'failures');
    my.sandbox.admin.clock({ advance_ms: 2 * HOUR });
    const ended = (): boolean => my.sandbox.admin.overview().pages[0]!.subscription_ended_at !== null;
    await until(ended, 'the end of the subscription');
    expect(last()).toBe('waiting');
    my.sandbox.admin.changePage('100', { end_drops_waiting: true });
    my.sandbox.admin.clock({ advance_ms: HOUR });
    await until(() => last() === 'dropped', 'the webhook to be dropped');
  });

  it('rule 28: `text_units`', async () => {
    const text = '😀'.repeat(1500);
    expect((await my.text(text)).status).toBe(200);
    await my.page({ text_units: 'utf16' });
    expect((await my.text(text)).body.error).toMatchObject({ code: 100 });
    expect((await my.text('😀'.repeat(999))).status).toBe(200);
  });

  it('rules 3, 11, 15, 20 and 31: `assumed_codes`', async () => {
    const one_time_notif_token = await ask();
    await my.send({ text: 'x' }, { one_time_notif_token });
    const codes = { one_time_token: 190001, one_time_requests: 4, recipient: 3, one_time_permission: 200 };
    await my.page({ assumed_codes: codes, one_time_requests_per_day: 0 });
    expect((await my.send({ text: 'x' }, { one_time_notif_token })).body.error).toMatchObject({ code: 190001 });
    expect((await my.send(oneTimeRequest())).body.error).toMatchObject({ code: 4 });
    expect((await my.send({ text: 'x' }, {})).body.error).toMatchObject({
      code: 3,
      message: expect.stringMatching(/^\(#3\) /),
    });
    await my.page({ assumed_codes: { ...codes, appsecret_proof: 104 }, one_time_allowed: false });
    expect((await my.send(oneTimeRequest())).body.error).toMatchObject({ code: 200 });
    await my.page({ assumed_codes: { appsecret_proof: 104 }, require_appsecret_proof: true });
    expect((await my.text('x')).body.error).toMatchObject({ code: 104 });
  });
});
