import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseWebhook } from './parse-webhook.js';
import type { MessengerEvent } from './parse-webhook.js';

const AT = 1767225600000;

function hook(event: object, entry: object = {}): unknown {
  return { object: 'page', entry: [{ id: '100', time: AT + 7, messaging: [event], ...entry }] };
}
function incoming(body: object): object {
  return { sender: { id: '200' }, recipient: { id: '100' }, timestamp: AT, ...body };
}
function only(body: unknown): MessengerEvent {
  const events = parseWebhook(body);
  expect(events).toHaveLength(1);
  return events[0]!;
}

describe('one event of each kind', () => {
  it.each<[string, object, string, object]>([
    ['text', { message: { mid: 'm_1', text: 'hi' } }, 'message', { mid: 'm_1', text: 'hi' }],
    ['text in standby form with extra keys', { message: { mid: 'm_1', nlp: {} } }, 'message', { mid: 'm_1', nlp: {} }],
    [
      'quick reply',
      { message: { mid: 'm_2', text: 'Yes', quick_reply: { payload: 'y' } } },
      'message',
      { mid: 'm_2', text: 'Yes', quick_reply: { payload: 'y' } },
    ],
    [
      'get started through a link',
      { postback: { mid: 'm_3', title: 'Get Started', payload: 'GO', referral: { ref: 'r1', source: 'SHORTLINK' } } },
      'postback',
      { mid: 'm_3', title: 'Get Started', payload: 'GO', referral: { ref: 'r1', source: 'SHORTLINK' } },
    ],
    [
      'link into a thread',
      { referral: { ref: 'r1', type: 'OPEN_THREAD' } },
      'referral',
      { ref: 'r1', type: 'OPEN_THREAD' },
    ],
    ['link without ref', { referral: { source: 'SHORTLINK' } }, 'referral', { source: 'SHORTLINK' }],
    [
      'one-time tap',
      { optin: { type: 'one_time_notif_req', payload: 'p', one_time_notif_token: 't' } },
      'optin',
      { type: 'one_time_notif_req', payload: 'p', one_time_notif_token: 't' },
    ],
    ['delivery', { delivery: { mids: ['m_1'], watermark: AT } }, 'delivery', { mids: ['m_1'], watermark: AT }],
    ['read', { read: { watermark: AT } }, 'read', { watermark: AT }],
    [
      'reaction',
      { reaction: { mid: 'm_1', action: 'react', reaction: 'love' } },
      'reaction',
      { mid: 'm_1', reaction: 'love' },
    ],
    [
      'thread taken',
      { take_thread_control: { previous_owner_app_id: 55, new_owner_app_id: '77' } },
      'handover',
      { how: 'take', previous_owner_app_id: '55', new_owner_app_id: '77' },
    ],
    ['thread passed on', { pass_thread_control: { new_owner_app_id: {} } }, 'handover', { how: 'pass' }],
  ])('%s', (_, body, kind, expected) => {
    const event = only(hook(incoming(body)));
    expect(event).toMatchObject({ page: '100', psid: '200', timestamp: AT, kind, standby: false, body: expected });
  });

  it('takes the recipient of an echo for the person', () => {
    const message = { is_echo: true, app_id: 77, metadata: 'beckon:1', mid: 'm_9', text: 'out' };
    const event = only(hook({ sender: { id: '100' }, recipient: { id: '200' }, timestamp: AT, message }));
    expect(event).toMatchObject({
      page: '100',
      psid: '200',
      kind: 'echo',
      dedupKey: 'echo:m_9',
      body: { app_id: '77' },
    });
  });

  it('takes a message without a mid for one all the same: it may be a STOP', () => {
    const event = only(hook(incoming({ message: { text: 'STOP' } })));
    expect(event).toMatchObject({ kind: 'message', body: { text: 'STOP' } });
    expect(event.dedupKey).toMatch(/^message:[0-9a-f]{40}$/);
    expect(only(hook(incoming({ message: { is_echo: true, text: 'ours' } }))).kind).toBe('unknown');
  });

  it('never takes an unreadable echo for a message of the person', () => {
    const event = only(hook(incoming({ message: { is_echo: true, app_id: { odd: 1 }, mid: 'm_9' } })));
    expect(event.kind).toBe('unknown');
  });
});

describe('times', () => {
  it('multiplies seconds', () => {
    expect(only(hook({ ...incoming({ referral: { ref: 'r' } }), timestamp: AT / 1000 })).timestamp).toBe(AT);
  });

  it('falls back to the watermark, then to the time of the entry', () => {
    const silent = { sender: { id: '200' }, recipient: { id: '100' } };
    expect(only(hook({ ...silent, delivery: { watermark: AT / 1000 } }))).toMatchObject({
      timestamp: AT,
      body: { watermark: AT },
    });
    expect(only(hook({ ...silent, message: { mid: 'm_1' } })).timestamp).toBe(AT + 7);
  });

  it('gives token expiry in milliseconds', () => {
    const optin = {
      type: 'notification_messages',
      notification_messages_token: 't',
      token_expiry_timestamp: AT / 1000,
    };
    expect(only(hook(incoming({ optin })))).toMatchObject({ body: { token_expiry_timestamp: AT } });
  });
});

describe('envelopes', () => {
  it('loops over entries, over messaging and over standby', () => {
    const one = incoming({ message: { mid: 'm_1' } });
    const two = incoming({ message: { mid: 'm_2' } });
    const three = incoming({ message: { mid: 'm_3' } });
    const events = parseWebhook({
      object: 'page',
      entry: [
        { id: '100', time: AT, messaging: [one, two] },
        { id: '100', time: AT, standby: [three] },
      ],
    });
    expect(events.map((e) => [e.dedupKey, e.standby])).toEqual([
      ['message:m_1', false],
      ['message:m_2', false],
      ['message:m_3', true],
    ]);
  });

  it('reads numeric ids', () => {
    const event = only(hook({ sender: { id: 200 }, recipient: { id: 100 }, timestamp: AT, read: { watermark: AT } }));
    expect(event).toMatchObject({ page: '100', psid: '200' });
  });

  it.each([null, undefined, 7, 'text', [], {}, { object: 'page' }, { entry: {} }, { entry: [] }])(
    'finds nothing in %j',
    (body) => {
      expect(parseWebhook(body)).toEqual([]);
    },
  );

  it.each([
    [{ id: '100', changes: 'odd', more: [{ field: 'feed' }] }, 0],
    [{ id: '100', messaging: 'odd', standby: [incoming({ read: { watermark: AT } })] }, 1],
  ])('passes over what is not messaging: %j', (entry, count) => {
    expect(parseWebhook({ entry: [entry] })).toHaveLength(count);
  });

  it('takes what is in changes for something about the Page', () => {
    const event = only({ entry: [{ id: '100', time: AT, changes: [{ field: 'feed', value: { item: 'post' } }] }] });
    expect(event).toMatchObject({ kind: 'change', page: '100', psid: '', timestamp: AT, body: { field: 'feed' } });
    expect(only({ entry: [{ id: '100', time: AT, changes: [7] }] }).kind).toBe('unknown');
  });

  it.each([
    [incoming({ delivery: { watermark: 'x' } })],
    [incoming({ policy_enforcement: { action: 'block' } })],
    [{ sender: 'odd' }],
    ['text'],
    [null],
  ])('hands %j on as unknown', (event) => {
    expect(only({ entry: [{ id: '100', time: AT, messaging: [event] }] })).toMatchObject({
      kind: 'unknown',
      page: '100',
    });
  });

  it('never throws, whatever it is given', () => {
    const leaf = fc.oneof(fc.jsonValue(), fc.constant(undefined));
    const event = fc.record(
      { sender: leaf, recipient: leaf, timestamp: leaf, message: leaf, postback: leaf, optin: leaf, read: leaf },
      { requiredKeys: [] },
    );
    const entry = fc.record({ id: leaf, time: leaf, messaging: fc.array(event) }, { requiredKeys: [] });
    fc.assert(fc.property(fc.record({ entry: fc.array(entry) }), (body) => Array.isArray(parseWebhook(body))));
    fc.assert(fc.property(fc.anything(), (body) => Array.isArray(parseWebhook(body))));
  });

  it('survives nesting of two hundred thousand levels', () => {
    const deep: unknown = JSON.parse(`${'['.repeat(200_000)}${']'.repeat(200_000)}`);
    expect(only(hook(incoming({ surprise: deep })))).toMatchObject({ kind: 'unknown', psid: '200' });
  });
});

describe('dedupKey', () => {
  const keyOf = (body: object, more: object = {}): string => only(hook({ ...incoming(body), ...more })).dedupKey;

  it('is the mid for messages and postbacks, whatever else differs', () => {
    expect(keyOf({ message: { mid: 'm_1', text: 'a' } })).toBe(
      keyOf({ message: { mid: 'm_1' } }, { timestamp: AT + 1 }),
    );
    expect(keyOf({ postback: { mid: 'm_1', payload: 'p' } })).toBe('postback:m_1');
  });

  it('is the token for opt-ins, hashed, and the status with it', () => {
    const tap = { optin: { type: 'one_time_notif_req', payload: 'p', one_time_notif_token: 'secret-token' } };
    expect(keyOf(tap)).toBe(keyOf(tap, { timestamp: AT + 5 }));
    expect(keyOf(tap)).not.toContain('secret-token');
    const rn = (status?: string): string =>
      keyOf({ optin: { notification_messages_token: 'rn', notification_messages_status: status } });
    expect(rn('STOP_NOTIFICATIONS')).not.toBe(rn());
    expect(rn('STOP_NOTIFICATIONS')).not.toBe(rn('RESUME_NOTIFICATIONS'));
    expect(rn('STOP NOTIFICATIONS')).toBe(rn('STOP_NOTIFICATIONS'));
  });

  it('tells a second stop of a lasting opt-in from the first', () => {
    const optin = { notification_messages_token: 'rn', notification_messages_status: 'STOP_NOTIFICATIONS' };
    expect(keyOf({ optin })).toBe(keyOf({ optin }));
    expect(keyOf({ optin }, { timestamp: AT + 60_000 })).not.toBe(keyOf({ optin }));
  });

  it.each<[string, object, string]>([
    ['a message', { message: { mid: 'm_1' } }, 'message:m_1'],
    ['its echo', { message: { mid: 'm_1', is_echo: true } }, 'echo:m_1'],
    ['a tapped button', { postback: { mid: 'm_1' } }, 'postback:m_1'],
    ['a tapped button without a mid', { postback: { payload: 'p' } }, 'postback:#'],
    ['a link', { referral: { ref: 'r' } }, 'referral:#'],
    ['a one-time tap', { optin: { one_time_notif_token: 'TOKEN-9' } }, 'optin:#'],
    ['a lasting opt-in', { optin: { notification_messages_token: 'TOKEN-9' } }, 'optin:#'],
    ['a plugin’s opt-in', { optin: { ref: 'r', user_ref: 'TOKEN-9' } }, 'optin:#'],
    ['a delivery', { delivery: { watermark: AT, mids: ['m_1'] } }, 'delivery:#'],
    ['a read', { read: { watermark: AT } }, 'read:#'],
    ['a reaction', { reaction: { mid: 'm_1', action: 'react' } }, 'reaction:#'],
    ['account linking', { account_linking: { status: 'linked', authorization_code: 'TOKEN-9' } }, 'unknown:#'],
    ['a handover', { pass_thread_control: { new_owner_app_id: '1' } }, 'handover:#'],
    ['an enforced policy', { policy_enforcement: { action: 'block' } }, 'unknown:#'],
  ])('of %s holds neither person nor token, in standby neither', (_, body, key) => {
    const sender = { sender: { id: '98765432101234' } };
    const event = { ...incoming(body), ...sender };
    const standby = only({ entry: [{ id: '100', time: AT, standby: [event] }] }).dedupKey;
    expect(standby).toBe(keyOf(body, sender));
    expect(standby.replace(/:[0-9a-f]{40}$/, ':#')).toBe(key);
    expect(standby).not.toMatch(/98765432101234|TOKEN-9/);
  });

  it('is page, person, time, kind and content for the rest, with no identifier in the clear', () => {
    const read = { read: { watermark: AT } };
    expect(keyOf(read)).toBe(keyOf(read));
    expect(keyOf(read)).not.toBe(keyOf(read, { timestamp: AT + 1 }));
    expect(keyOf(read)).not.toBe(keyOf(read, { sender: { id: '201' } }));
    expect(keyOf({ postback: { payload: 'a' } })).not.toBe(keyOf({ postback: { payload: 'b' } }));
    expect(keyOf(read, { sender: { id: '987654321' } })).not.toContain('987654321');
  });
});
