import { describe, expect, it } from '@jest/globals';
import { samplePage, samplePerson } from './sample.spec-data.js';
import {
  rule32Reachable,
  rule33Overheard,
  rule33Standby,
  rule33ThreadControl,
  rule34PageMaySend,
  rule35Region,
} from './rules-states.js';
import type { WebhookEvent } from './webhook-events.js';

describe('rule 32: people who cannot be reached', () => {
  it.each(['blocked', 'deactivated', 'thread_deleted'] as const)('%s', (state) => {
    const person = samplePerson({ state });
    expect(rule32Reachable(person, samplePage())).toMatchObject({ rule: 32, code: 551, subcode: 1545041 });
    const other = samplePage({}, { unavailableCode: 200 });
    expect(rule32Reachable(person, other)).toMatchObject({ rule: 32, code: 200, subcode: 1545041 });
  });

  it('cannot_receive has a code of its own, reachable none', () => {
    const cannot = samplePerson({ state: 'cannot_receive' });
    expect(rule32Reachable(cannot, samplePage())).toMatchObject({ code: 10, subcode: 2018108 });
    expect(rule32Reachable(samplePerson(), samplePage())).toBeUndefined();
  });
});

describe('rule 33: who owns the thread', () => {
  it.each([
    [null, true],
    ['77', true],
    ['263902037430900', false],
  ])('owner %p', (threadOwner, passes) => {
    const refusal = rule33ThreadControl(samplePerson({ threadOwner }), samplePage());
    if (passes) expect(refusal).toBeUndefined();
    else expect(refusal).toMatchObject({ rule: 33, code: 10, subcode: 2018300 });
  });
});

describe('rule 33: what comes in standby', () => {
  const theirs = samplePerson({ threadOwner: '263902037430900' });
  const [message, reaction, optin, referral, postback] = ['message', 'reaction', 'optin', 'referral', 'postback'].map(
    (kind) => ({ timestamp: 1, [kind]: {} }),
  ) as [WebhookEvent, WebhookEvent, WebhookEvent, WebhookEvent, WebhookEvent];

  it('is what happens in a thread of another app, but not who owns it', () => {
    for (const event of [message, reaction, optin, referral, postback]) {
      expect(rule33Standby(theirs, samplePage(), event, false)).toBe(true);
      expect(rule33Standby(samplePerson(), samplePage(), event, false)).toBe(false);
    }
    expect(rule33Standby(theirs, samplePage(), { timestamp: 1, pass_thread_control: {} }, false)).toBe(false);
  });

  it('rule 33: `standby_events`: opt-ins, referrals and reactions too, or not', () => {
    const messages = samplePage({}, { standbyEvents: 'messages' });
    for (const event of [reaction, optin, referral]) expect(rule33Standby(theirs, messages, event, false)).toBe(false);
    for (const event of [message, postback]) expect(rule33Standby(theirs, messages, event, false)).toBe(true);
  });

  it('rule 33: `standby_own_buttons`: presses of the app’s own buttons do not, or do', () => {
    expect(rule33Standby(theirs, samplePage(), postback, true)).toBe(false);
    expect(rule33Standby(theirs, samplePage({}, { standbyOwnButtons: true }), postback, true)).toBe(true);
  });
});

describe('rule 33: what is only overheard', () => {
  const heard = { timestamp: 1, postback: { mid: 'm_1', title: 'Orders', payload: 'orders' } };

  it('has no payload of postbacks, and everything else', () => {
    expect(rule33Overheard(heard)).toEqual({ timestamp: 1, postback: { mid: 'm_1', title: 'Orders' } });
    const message = { timestamp: 1, message: { mid: 'm_2', text: 'hi' } };
    expect(rule33Overheard(message)).toBe(message);
  });
});

describe('rule 34: what a Page may do', () => {
  it('depends on its state', () => {
    expect(rule34PageMaySend(samplePage())).toBeUndefined();
    expect(rule34PageMaySend(samplePage({ state: 'restricted' }))).toMatchObject({ code: 10, subcode: 1893063 });
    const blocked = rule34PageMaySend(samplePage({ state: 'policy_blocked' }));
    expect(blocked).toMatchObject({ rule: 34, code: 368 });
    expect(blocked).not.toHaveProperty('subcode');
  });
});

describe('rule 35: features kept from Europe', () => {
  const person = samplePerson({ euBlocked: true });
  const request = {
    attachment: {
      type: 'template' as const,
      payload: { template_type: 'one_time_notif_req' as const, title: 'T', payload: 'p' },
    },
  };

  it('are opt-in requests and sends by token, not answers', () => {
    expect(rule35Region(person, true, { text: 'x' })).toMatchObject({ rule: 35, code: 10, subcode: 2018336 });
    expect(rule35Region(person, false, request)).toMatchObject({ rule: 35 });
    expect(rule35Region(person, false, { text: 'x' })).toBeUndefined();
    expect(rule35Region(person, false, undefined)).toBeUndefined();
    expect(rule35Region(samplePerson(), true, request)).toBeUndefined();
  });
});
