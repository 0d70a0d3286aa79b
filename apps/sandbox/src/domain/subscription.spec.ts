import { describe, expect, it } from '@jest/globals';
import { WEBHOOK_FIELDS, fieldOf, rule41Fields, rule41Wanted } from './subscription.js';

describe('rule 41: what is subscribed to', () => {
  it.each([
    [{ message: { mid: 'm' } }, 'messages'],
    [{ message: { mid: 'm', is_echo: true } }, 'message_echoes'],
    [{ postback: {} }, 'messaging_postbacks'],
    [{ optin: {} }, 'messaging_optins'],
    [{ referral: {} }, 'messaging_referrals'],
    [{ reaction: {} }, 'message_reactions'],
    [{ delivery: {} }, 'message_deliveries'],
    [{ read: {} }, 'message_reads'],
    [{ take_thread_control: {} }, 'messaging_handovers'],
    [{ policy_enforcement: {} }, 'messaging_policy_enforcement'],
  ])('%j is %s', (event, field) => {
    expect(fieldOf(event)).toBe(field);
    expect(rule41Wanted([field], event, false)).toBe(true);
    expect(rule41Wanted([], event, false)).toBe(false);
    expect(rule41Wanted(null, event, false)).toBe(true);
  });

  it('standby is a field of its own', () => {
    const event = { message: { mid: 'm' } };
    expect(rule41Wanted(['messages'], event, true)).toBe(false);
    expect(rule41Wanted(['messages', 'standby'], event, true)).toBe(true);
  });

  it.each([
    ['messages, messaging_optins', ['messages', 'messaging_optins']],
    ['["messages","messages"]', ['messages']],
    [[...WEBHOOK_FIELDS], [...WEBHOOK_FIELDS]],
  ])('reads %j', (value, fields) => expect(rule41Fields(value)).toEqual({ fields }));

  it.each([undefined, '', '[', 7, [], 'messages,nonsense', ['nonsense']])('refuses %j', (value) => {
    expect(rule41Fields(value)).toMatchObject({ refusal: { rule: 41, code: 100 } });
  });
});
