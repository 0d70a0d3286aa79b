import { describe, expect, it } from '@jest/globals';
import { messengerEvents } from '@beckon/contracts';
import type { MessengerEvent } from '@beckon/contracts';
import { coat } from '../../tests/examples.js';
import { personEventOf } from './person-event-of.js';
import { receiptOf } from './receipt-of.js';
import { parseLogged, splitWebhook, toLogged } from './split-webhook.js';

const AT = 1_790_000_000_000;
const reading = {
  ref: (ref: string | undefined) => (ref === 'GOOD' ? { wish: coat, shown: 'Tell you?' } : undefined),
  seal: (token: string) => `sealed(${token.length})`,
};

/** The way of one event: webhook → log → (as JSON) → parsed. */
function logged(body: object, over: object = {}, entry: object = {}): MessengerEvent {
  const event = { sender: { id: '200' }, recipient: { id: '1001' }, timestamp: AT, ...body, ...over };
  const webhook = { object: 'page', entry: [{ id: '1001', time: AT + 5, messaging: [event], ...entry }] };
  const [split] = splitWebhook(Buffer.from(JSON.stringify(webhook)), AT + 50).events;
  return messengerEvents.schema.parse(JSON.parse(toLogged(split!).toString('utf8')));
}
const read = (value: MessengerEvent) => {
  const parsed = parseLogged(value);
  return parsed && personEventOf(parsed, value.received_at, reading);
};

type Case = [string, object, object | undefined];

const updatesOf = (token: string): object => ({
  ...{ type: 'notification_messages', payload: 'GOOD', title: 'Price drops', notification_messages_token: token },
  ...{ notification_messages_timezone: 'Europe/Berlin', user_token_status: 'NOT_REFRESHED' },
});

describe('what a person did', () => {
  const link = { source: 'SHORTLINK', type: 'OPEN_THREAD' };
  it.each<Case>([
    [
      'text',
      { message: { mid: 'm1', text: 'Stop' } },
      { kind: 'message', key: 'message:m1', text: 'Stop', payload: null },
    ],
    ['a picture', { message: { mid: 'm1', attachments: [{ type: 'image' }] } }, { kind: 'message', text: null }],
    [
      'a quick reply',
      { message: { mid: 'm1', text: 'x', quick_reply: { payload: 'p' } } },
      { kind: 'message', payload: 'p' },
    ],
    [
      'text with a link',
      { message: { mid: 'm1', text: 'x', referral: { ref: 'GOOD' } } },
      { kind: 'message', wish: coat },
    ],
    [
      'a button',
      { postback: { mid: 'p1', title: 'x', payload: 'p' } },
      { kind: 'postback', key: 'postback:p1', payload: 'p' },
    ],
    [
      'Get Started by a link',
      { postback: { title: 'x', payload: 'GO', referral: { ...link, ref: 'GOOD' } } },
      { kind: 'postback', wish: coat },
    ],
    ['a link', { referral: { ...link, ref: 'GOOD' } }, { kind: 'referral', wish: coat }],
    ['a reaction', { reaction: { mid: 'm1', action: 'react' } }, { kind: 'reaction' }],
    ['a reaction taken back', { reaction: { mid: 'm1', action: 'unreact' } }, undefined],
    [
      'one of our choices',
      { message: { mid: 'm1', text: 'Red coat', quick_reply: { payload: 'beckon:ask:GOOD' } } },
      { kind: 'message', choice: coat },
    ],
    ['a choice that we did not sign', { postback: { payload: 'beckon:ask:BAD' } }, { kind: 'postback' }],
    ['an opt-in of the website plugin, without a token', { optin: { ref: 'GOOD', user_ref: 'u' } }, undefined],
    [
      'notifications allowed',
      { optin: { ...updatesOf('t'), token_expiry_timestamp: AT / 1000 } },
      { kind: 'notification_optin', resumed: false, wish: coat, expiresAt: AT, shown: 'Price drops' },
    ],
    [
      'notifications allowed again, with the title of the first time missing',
      { optin: { ...updatesOf('t'), title: undefined, user_token_status: 'REFRESHED' } },
      { kind: 'notification_optin', resumed: false, wish: coat, expiresAt: null, shown: 'Tell you?' },
    ],
    ...['STOP_NOTIFICATIONS', 'STOP NOTIFICATIONS', 'stop notifications'].map((status): Case => [
      `notifications stopped: ${status}`,
      { optin: { ...updatesOf('t'), notification_messages_status: status } },
      { kind: 'notification_stop' },
    ]),
    ...['RESUME_NOTIFICATIONS', 'RESUME NOTIFICATIONS'].map((status): Case => [
      `notifications resumed: ${status}`,
      { optin: { ...updatesOf('t'), notification_messages_status: status } },
      { kind: 'notification_optin', resumed: true, wish: coat },
    ]),
    [
      'a status that nobody knows yet',
      { optin: { ...updatesOf('t'), notification_messages_status: 'STOPGAP' } },
      undefined,
    ],
    ['a delivery', { delivery: { watermark: AT } }, undefined],
    ['an unknown kind', { policy_enforcement: { action: 'block' } }, undefined],
  ])('%s', (_, body, expected) => {
    const event = read(logged(body));
    if (!expected) return expect(event).toBeUndefined();
    expect(event).toMatchObject({ at: AT, received_at: AT + 50, standby: false, ...expected });
    if (!('wish' in expected)) expect(event).not.toHaveProperty('wish');
  });

  it.each(['GOOOD', '', undefined])('a link with the ref %j is about nothing known', (ref) => {
    const event = read(logged({ referral: { ...link, ref } }));
    expect(event).toMatchObject({ kind: 'referral' });
    expect(event).not.toHaveProperty('wish');
  });

  it('a tap names its subscription and its right by the token, which is sealed', () => {
    const tap = { optin: { type: 'one_time_notif_req', payload: 'GOOD', one_time_notif_token: 'secret' } };
    const event = read(logged(tap));
    expect(event).toMatchObject({ kind: 'one_time_optin', wish: coat, tokenSealed: 'sealed(6)' });
    expect(JSON.stringify(event)).not.toContain('secret');
    const again = read(logged(tap, { timestamp: AT + 9 }));
    expect([again?.key, again?.kind === 'one_time_optin' && again.subId]).toEqual([
      event?.key,
      event?.kind === 'one_time_optin' && event.subId,
    ]);
  });

  it('a notification token is known again by its hash, whatever is done with it', () => {
    const events = [{}, { notification_messages_status: 'STOP_NOTIFICATIONS' }].map((more) =>
      read(logged({ optin: { ...updatesOf('secret'), ...more } })),
    );
    const keys = events.map((e) => e && 'tokenKey' in e && e.tokenKey);
    expect(keys).toEqual([expect.stringMatching(/^[0-9a-f]{32}$/), keys[0]]);
    expect(JSON.stringify(events)).not.toContain('secret');
    const other = read(logged({ optin: updatesOf('another') }));
    expect(other && 'tokenKey' in other && other.tokenKey).not.toBe(keys[0]);
  });

  it('happened no later than it was received, whatever its clock says, and seconds are understood', () => {
    expect(read(logged({ referral: { ref: 'GOOD' } }, { timestamp: AT + 3_600_000 }))?.at).toBe(AT + 50);
    expect(read(logged({ referral: { ref: 'GOOD' } }, { timestamp: AT / 1000 }))?.at).toBe(AT);
  });

  it('without a time of its own has that of its entry, also when it is sent again', () => {
    const undated = { timestamp: undefined };
    const first = read(logged({ reaction: { mid: 'm', action: 'react' } }, undated));
    expect(first?.at).toBe(AT + 5);
    expect(read(logged({ reaction: { mid: 'm', action: 'react' } }, undated))?.key).toBe(first?.key);
  });

  it('is marked when another app holds the conversation', () => {
    const event = { sender: { id: '200' }, recipient: { id: '1001' }, timestamp: AT, message: { mid: 'm', text: 'x' } };
    expect(read(logged({}, {}, { messaging: [], standby: [event] }))).toMatchObject({ standby: true, kind: 'message' });
  });
});

describe('what a receipt proves', () => {
  const receipt = (body: object, over: object = {}) => {
    const parsed = parseLogged(logged(body, over));
    return parsed && receiptOf(parsed);
  };
  const out = { sender: { id: '1001' }, recipient: { id: '200' } };
  it.each<[string, object, object | undefined]>([
    [
      'our echo',
      { ...out, message: { is_echo: true, mid: 'm', metadata: 'beckon:alr_1' } },
      { kind: 'echo', alert_id: 'alr_1', mid: 'm', watermark: null },
    ],
    ['another app’s echo', { ...out, message: { is_echo: true, mid: 'm', metadata: 'bot:1' } }, undefined],
    ['an echo of a person at the inbox', { ...out, message: { is_echo: true, mid: 'm' } }, undefined],
    [
      'delivered',
      { delivery: { watermark: AT - 5, mids: ['m'] } },
      { kind: 'delivered', watermark: AT - 5, alert_id: null },
    ],
    ['read', { read: { watermark: AT - 5 } }, { kind: 'read', watermark: AT - 5 }],
    ['a text', { message: { mid: 'm', text: 'x' } }, undefined],
  ])('%s', (_, body, expected) => {
    const found = receipt(body);
    if (!expected) return expect(found).toBeUndefined();
    expect(found).toMatchObject({ page: '1001', at: AT, ...expected });
  });
});

describe('who holds the conversation', () => {
  const OURS = '55';
  const echo = (message: object): MessengerEvent =>
    logged({ message: { is_echo: true, mid: 'e1', ...message } }, { sender: { id: '1001' }, recipient: { id: '200' } });
  const holderOf = (value: MessengerEvent, appId?: string): unknown => {
    const parsed = parseLogged(value);
    const read = parsed && personEventOf(parsed, value.received_at, { ...reading, appId });
    return read === undefined ? undefined : read.kind === 'holder' ? read.holder : read.kind;
  };
  const INBOX = 263902037430900;

  it.each<[string, object, string | undefined, unknown]>([
    ['a human in the inbox', { app_id: INBOX, text: 'Hi!' }, undefined, 'human'],
    ['a human in the inbox who sends a picture', { app_id: INBOX, attachments: [{ type: 'image' }] }, OURS, 'human'],
    ['another app', { app_id: 77, text: 'Hi!' }, OURS, 'human'],
    ['an app, while ours is not known', { app_id: 77, text: 'Hi!' }, undefined, 'human'],
    ['nobody knows who', { text: 'Hi!' }, OURS, 'human'],
    ['another app without words', { app_id: 77, attachments: [{ type: 'template' }] }, OURS, undefined],
    ['we ourselves', { app_id: 55, text: 'Hi!', metadata: 'beckon:rep_1' }, undefined, undefined],
    ['our app by another way', { app_id: 55, text: 'Hi!' }, OURS, undefined],
  ])('%s', (_, message, appId, holder) => {
    expect(holderOf(echo(message), appId)).toBe(holder);
  });

  it.each<[string, object, string | undefined, string]>([
    ['taken by the inbox', { take_thread_control: { new_owner_app_id: INBOX } }, undefined, 'human'],
    ['passed to the inbox', { pass_thread_control: { new_owner_app_id: String(INBOX) } }, undefined, 'human'],
    ['taken from us', { take_thread_control: { previous_owner_app_id: 55, new_owner_app_id: 77 } }, undefined, 'human'],
    ['passed to us', { pass_thread_control: { previous_owner_app_id: 77, new_owner_app_id: 55 } }, undefined, 'bot'],
    ['taken back by us', { take_thread_control: { new_owner_app_id: 55 } }, OURS, 'bot'],
    ['passed to another app', { pass_thread_control: { new_owner_app_id: 77 } }, OURS, 'human'],
    ['passed, to whom is not said', { pass_thread_control: {} }, OURS, 'bot'],
  ])('the thread is %s', (_, body, appId, holder) => {
    expect(holderOf(logged(body), appId)).toBe(holder);
    expect(holderOf(logged(body, {}, { messaging: [], standby: [{ sender: { id: '200' }, ...body }] }), appId)).toBe(
      holder,
    );
  });
});
