import { describe, expect, it } from '@jest/globals';
import {
  PROFILE_LIMITS,
  deleteFromProfile,
  greetingFor,
  iceBreakersFor,
  menuFor,
  readProfile,
  setProfile,
} from './messenger-profile.js';
import type { MessengerProfile } from './messenger-profile.js';

const GET_STARTED = { payload: 'START' };
const item = { type: 'postback' as const, title: 'Orders', payload: 'orders' };
const menuOf = (items: unknown[]): object[] => [{ locale: 'default', call_to_actions: items }];
const question = { question: 'Where is my parcel?', payload: 'parcel' };
const set = (params: Record<string, unknown>, before: MessengerProfile = { get_started: GET_STARTED }) =>
  setProfile(before, params);

describe('setting the Messenger profile', () => {
  it.each([
    ['a Get Started button', { get_started: { payload: 'x'.repeat(1000) } }],
    ['greetings', { greeting: [{ locale: 'default', text: 'x'.repeat(PROFILE_LIMITS.greeting) }] }],
    ['a menu of 20', { persistent_menu: menuOf(Array.from({ length: 20 }, () => item)) }],
    ['a menu that closes the composer', { persistent_menu: [{ locale: 'default', composer_input_disabled: false }] }],
    ['a link in the menu', { persistent_menu: menuOf([{ type: 'web_url', title: 'Shop', url: 'https://a.example' }]) }],
    ['four questions', { ice_breakers: [question, question, question, question] }],
    ['questions by locale', { ice_breakers: [{ locale: 'default', call_to_actions: [question] }] }],
    ['50 domains', { whitelisted_domains: Array.from({ length: 50 }, (_, n) => `https://shop${n}.example.com/`) }],
    ['a linking address', { account_linking_url: 'https://shop.example/link' }],
    ['values as forms carry them', { get_started: JSON.stringify(GET_STARTED) }],
  ])('takes %s', (_, params: Record<string, unknown>) => expect(set(params)).toHaveProperty('profile'));

  it.each<[string, Record<string, unknown>]>([
    ['nothing known', { tpyo: 1 }],
    ['an empty payload', { get_started: { payload: '' } }],
    ['a payload of 1001', { get_started: { payload: 'x'.repeat(1001) } }],
    ['unknown keys', { get_started: { payload: 'x', more: 1 } }],
    ['a button that is no object', { get_started: 'START' }],
    ['a greeting of 161', { greeting: [{ locale: 'default', text: 'x'.repeat(161) }] }],
    ['no default locale', { greeting: [{ locale: 'de_DE', text: 'Hallo' }] }],
    ['a locale twice', { greeting: [1, 2].map(() => ({ locale: 'default', text: 'Hi' })) }],
    ['a menu of 21', { persistent_menu: menuOf(Array.from({ length: 21 }, () => item)) }],
    ['an entry title of 31', { persistent_menu: menuOf([{ ...item, title: 'x'.repeat(31) }]) }],
    ['a nested menu', { persistent_menu: menuOf([{ type: 'nested', title: 'More', call_to_actions: [item] }]) }],
    ['a bare entry as a menu', { persistent_menu: [item] }],
    ['a closed composer without entries', { persistent_menu: [{ locale: 'default', composer_input_disabled: true }] }],
    ['five questions', { ice_breakers: [question, question, question, question, question] }],
    ['both forms of questions', { ice_breakers: [question, { locale: 'default', call_to_actions: [question] }] }],
    ['51 domains', { whitelisted_domains: Array.from({ length: 51 }, (_, n) => `https://shop${n}.example.com/`) }],
    ['a domain without TLS', { whitelisted_domains: ['http://shop.example.com'] }],
    ['a number for a domain', { whitelisted_domains: ['https://10.0.0.1/'] }],
    ['localhost', { whitelisted_domains: ['https://localhost/'] }],
    ['a linking address without TLS', { account_linking_url: 'http://shop.example/link' }],
  ])('refuses %s with 100', (_, params) => {
    expect(set(params)).toMatchObject({ refusal: { code: 100, message: expect.any(String) } });
  });

  it('sets all or nothing, and keeps what is not named', () => {
    const before = { get_started: GET_STARTED, whitelisted_domains: ['https://a.example.com'] };
    expect(set({ get_started: { payload: 'NEW' } }, before)).toEqual({
      profile: { ...before, get_started: { payload: 'NEW' } },
    });
    expect(set({ get_started: { payload: 'NEW' }, greeting: [] }, before)).toHaveProperty('refusal');
  });

  it('has no menu without a Get Started button, in either order', () => {
    const persistent_menu = menuOf([item]) as MessengerProfile['persistent_menu'];
    const missing = { refusal: { code: 100, subcode: 2018145 } };
    expect(setProfile({}, { persistent_menu })).toMatchObject(missing);
    expect(setProfile({}, { persistent_menu, get_started: GET_STARTED })).toHaveProperty('profile');
    const both = { get_started: GET_STARTED, ...(persistent_menu && { persistent_menu }) };
    expect(deleteFromProfile(both, ['get_started'])).toMatchObject(missing);
    expect(deleteFromProfile(both, ['get_started', 'persistent_menu'])).toEqual({ profile: {} });
  });
});

describe('reading the Messenger profile', () => {
  const profile = { get_started: GET_STARTED, account_linking_url: 'https://shop.example/link' };

  it('gives one object with what is set, or none', () => {
    expect(readProfile(profile, 'get_started,greeting')).toEqual({ data: [{ get_started: GET_STARTED }] });
    expect(readProfile(profile, 'greeting')).toEqual({ data: [] });
  });

  it('rule 35: tells whether the privacy rules of Europe hold, which cannot be set', () => {
    const field = 'subject_to_new_eu_privacy_rules';
    expect(readProfile(profile, field)).toEqual({ data: [{ [field]: false }] });
    expect(readProfile(profile, `get_started,${field}`, true)).toEqual({
      data: [{ get_started: GET_STARTED, [field]: true }],
    });
    expect(setProfile(profile, { [field]: true })).toMatchObject({ refusal: { code: 100 } });
    expect(deleteFromProfile(profile, field)).toMatchObject({ refusal: { code: 100 } });
  });

  it.each([
    [undefined, /fields is required/],
    ['', /fields is required/],
    ['get_started,colour', /fields\[1\] must be one of \{get_started, .*got "colour"/],
  ])('refuses the fields %j', (fields, words) => {
    expect(readProfile(profile, fields)).toMatchObject({
      refusal: { code: 100, message: expect.stringMatching(words) },
    });
  });
});

describe('what a person is shown', () => {
  const profile: MessengerProfile = {
    greeting: [
      { locale: 'default', text: 'Hello {{user_full_name}}' },
      { locale: 'nb_NO', text: 'Hei {{user_first_name}} {{user_last_name}}' },
    ],
    ice_breakers: [
      { locale: 'default', call_to_actions: [question] },
      { locale: 'nb_NO', call_to_actions: [{ question: 'Hvor er pakken?', payload: 'parcel' }] },
    ],
    persistent_menu: [
      { locale: 'default', call_to_actions: [item] },
      { locale: 'nb_NO', composer_input_disabled: true, call_to_actions: [{ ...item, title: 'Ordrer' }] },
    ],
  };

  it('is in their language, else in the default one', () => {
    const ida = { first: 'Ida', last: 'Berg' };
    expect(greetingFor(profile, { locale: 'nb_NO', ...ida })).toBe('Hei Ida Berg');
    expect(greetingFor(profile, { locale: 'fi_FI', first: 'Aino', last: '' })).toBe('Hello Aino');
    expect(iceBreakersFor(profile, 'nb_NO')).toMatchObject([{ question: 'Hvor er pakken?' }]);
    expect(iceBreakersFor(profile, 'fi_FI')).toEqual([question]);
    expect(menuFor(profile, 'nb_NO')).toMatchObject({ items: [{ title: 'Ordrer' }], composerDisabled: true });
    expect(menuFor(profile, 'fi_FI')).toEqual({ items: [item], composerDisabled: false });
  });

  it('is nothing when nothing is set, and the older form of questions is for everybody', () => {
    expect(greetingFor({}, { locale: 'nb_NO', first: 'Ida', last: '' })).toBeNull();
    expect(iceBreakersFor({}, 'nb_NO')).toEqual([]);
    expect(menuFor({}, 'nb_NO')).toEqual({ items: [], composerDisabled: false });
    expect(iceBreakersFor({ ice_breakers: [question] }, 'nb_NO')).toEqual([question]);
  });
});
