import { PAYLOAD_MAX } from '@beckon/messenger';
import { firstRefusal, graphError, shown } from './graph-error.js';
import type { GraphError } from './graph-error.js';
import { isRecord } from './is-record.js';
import { jsonParam } from './json-param.js';
import { httpUrl, rule30KnownKeys, stringUpTo } from './rules-payload.js';

/**
 * What a Page shows before and beside a conversation: Messenger Profile API (DOC/reference/messenger-profile-api and the
 * page of each property). Values are kept as they were sent.
 */

/** One entry of the menu. */
export type MenuItem =
  | { type: 'postback'; title: string; payload: string }
  | { type: 'web_url'; title: string; url: string; [more: string]: unknown };

/** A question that a newcomer can tap instead of writing. */
export interface IceBreaker {
  question: string;
  payload: string;
}

/** The properties of a Page's profile; what is absent is not set. */
export interface MessengerProfile {
  get_started?: { payload: string };
  greeting?: { locale: string; text: string }[];
  /** By locale, or (the older form) one list for everybody. */
  ice_breakers?: { locale?: string; call_to_actions: IceBreaker[] }[] | IceBreaker[];
  persistent_menu?: { locale: string; composer_input_disabled?: boolean; call_to_actions?: MenuItem[] }[];
  whitelisted_domains?: string[];
  account_linking_url?: string;
}

/** A property's name. */
export type ProfileField = keyof MessengerProfile;

/** Longest greeting, longest title of a menu entry, most entries, most questions, most domains. */
export const PROFILE_LIMITS = { greeting: 160, menuTitle: 30, menuItems: 20, questions: 4, domains: 50 } as const;

const READERS: Record<ProfileField, (value: unknown) => GraphError | undefined> = {
  get_started: getStarted,
  greeting: (value) => byLocale('greeting', value, greetingText),
  ice_breakers: iceBreakers,
  persistent_menu: (value) => byLocale('persistent_menu', value, menu),
  whitelisted_domains: domains,
  account_linking_url: (value) => httpsUrl('account_linking_url', value),
};
/** All properties. */
export const PROFILE_FIELDS = Object.keys(READERS) as ProfileField[];

/** The profile after `POST /{page}/messenger_profile`, or why nothing of it is set. */
export function setProfile(
  profile: MessengerProfile,
  params: Record<string, unknown>,
): { profile: MessengerProfile } | { refusal: GraphError } {
  const named = PROFILE_FIELDS.filter((field) => params[field] !== undefined);
  if (named.length === 0) return refuse(`Requires one of the params: ${PROFILE_FIELDS.join(', ')}`);
  const given = Object.fromEntries(
    named.map((field) => [field, field === 'account_linking_url' ? params[field] : jsonParam(params[field])]),
  );
  const refusal = firstRefusal(...named.map((field) => () => READERS[field](given[field])));
  return refusal ? { refusal } : consistent({ ...profile, ...(given as MessengerProfile) });
}

/** The profile after `DELETE /{page}/messenger_profile`. What is not set can be deleted too. */
export function deleteFromProfile(
  profile: MessengerProfile,
  fields: unknown,
): { profile: MessengerProfile } | { refusal: GraphError } {
  const read = profileFields(fields);
  if ('refusal' in read) return read;
  const gone = new Set<string>(read.fields);
  return consistent(Object.fromEntries(Object.entries(profile).filter(([field]) => !gone.has(field))));
}

/** What can be read beside the properties, and not set: the SDKs know it, the pages do not say more of it. */
export const READ_ONLY_FIELD = 'subject_to_new_eu_privacy_rules';

/** `GET /{page}/messenger_profile?fields=...`: one object with what is set, or none. */
export function readProfile(
  profile: MessengerProfile,
  fields: unknown,
  euPrivacyRules = false,
): { data: object[] } | { refusal: GraphError } {
  const read = profileFields(fields, [READ_ONLY_FIELD]);
  if ('refusal' in read) return read;
  const known: Record<string, unknown> = { ...profile, [READ_ONLY_FIELD]: euPrivacyRules };
  const set = read.fields.flatMap((field) => (known[field] === undefined ? [] : [[field, known[field]]]));
  return { data: set.length === 0 ? [] : [Object.fromEntries(set) as object] };
}

/** The greeting in a person's language, with the person's names in it. */
export function greetingFor(
  profile: MessengerProfile,
  person: { locale: string; first: string; last: string },
): string | null {
  const text = inLocale(profile.greeting, person.locale)?.text;
  if (text === undefined) return null;
  return text
    .replaceAll('{{user_first_name}}', person.first)
    .replaceAll('{{user_last_name}}', person.last)
    .replaceAll('{{user_full_name}}', `${person.first} ${person.last}`.trim());
}

/** The questions in a person's language. */
export function iceBreakersFor(profile: MessengerProfile, locale: string): IceBreaker[] {
  const set = profile.ice_breakers ?? [];
  if (isOlderForm(set)) return set;
  return inLocale(set, locale)?.call_to_actions ?? [];
}

/** The menu in a person's language; `composerDisabled`: the person can only tap. */
export function menuFor(profile: MessengerProfile, locale: string): { items: MenuItem[]; composerDisabled: boolean } {
  const found = inLocale(profile.persistent_menu, locale);
  return { items: found?.call_to_actions ?? [], composerDisabled: found?.composer_input_disabled ?? false };
}

function inLocale<T extends { locale?: string }>(all: readonly T[] | undefined, locale: string): T | undefined {
  return all?.find((one) => one.locale === locale) ?? all?.find((one) => (one.locale ?? 'default') === 'default');
}

/** The subcode is from a public issue; the same holds when the button is taken away below a menu (assumed). */
function consistent(profile: MessengerProfile): { profile: MessengerProfile } | { refusal: GraphError } {
  if (profile.persistent_menu === undefined || profile.get_started !== undefined) return { profile };
  return refuse('You must set a Get Started button if you also wish to use persistent menu.', 2018145);
}

function profileFields(value: unknown, more: readonly string[] = []): { fields: string[] } | { refusal: GraphError } {
  const given = jsonParam(value);
  const names: unknown = typeof given === 'string' ? given.split(',').map((name) => name.trim()) : given;
  if (!Array.isArray(names) || names.length === 0 || names[0] === '') return refuse('The parameter fields is required');
  const known = [...PROFILE_FIELDS, ...more];
  const at = names.findIndex((name) => !known.some((field) => field === name));
  if (at < 0) return { fields: [...new Set(names as string[])] };
  return refuse(`Param fields[${at}] must be one of {${known.join(', ')}} - got "${shown(names[at])}".`);
}

function getStarted(value: unknown): GraphError | undefined {
  if (!isRecord(value)) return wrong('Param get_started must be a JSON object.');
  return (
    rule30KnownKeys('get_started', value, ['payload']) ??
    stringUpTo(null, 'get_started[payload]', value.payload, PAYLOAD_MAX)
  );
}

/** A list with one object for each locale, among them `default`. */
function byLocale(
  param: ProfileField,
  value: unknown,
  each: (one: Record<string, unknown>, param: string) => GraphError | undefined,
): GraphError | undefined {
  if (!Array.isArray(value) || value.length === 0 || !value.every(isRecord)) {
    return wrong(`Param ${param} must be a non-empty array of objects.`);
  }
  const locales = value.map(({ locale }) => locale);
  if (!locales.every((locale) => typeof locale === 'string' && locale !== '')) {
    return wrong(`Param ${param}[locale] must be a non-empty string.`);
  }
  if (!locales.includes('default')) return wrong(`Param ${param} must have an object with the locale default.`);
  if (new Set(locales).size < locales.length) return wrong(`Param ${param} must have one object per locale.`);
  return firstRefusal(...value.map((one, at) => () => each(one, `${param}[${at}]`)));
}

function greetingText(one: Record<string, unknown>, param: string): GraphError | undefined {
  return (
    rule30KnownKeys(param, one, ['locale', 'text']) ??
    stringUpTo(null, `${param}[text]`, one.text, PROFILE_LIMITS.greeting)
  );
}

const MENU_KEYS = ['locale', 'composer_input_disabled', 'disabled_surfaces', 'call_to_actions'];
const ITEM_KEYS: Record<string, readonly string[]> = {
  postback: ['type', 'title', 'payload'],
  web_url: [
    'type',
    'title',
    'url',
    'webview_height_ratio',
    'webview_share_button',
    'messenger_extensions',
    'fallback_url',
  ],
};

function menu(one: Record<string, unknown>, param: string): GraphError | undefined {
  const { composer_input_disabled: disabled, call_to_actions: items } = one;
  return firstRefusal(
    () => rule30KnownKeys(param, one, MENU_KEYS),
    () => (['boolean', 'undefined'].includes(typeof disabled) ? undefined : wrong(`Param ${param} is malformed.`)),
    () => {
      if (items === undefined && disabled !== true) return undefined;
      const list = `${param}[call_to_actions]`;
      if (!Array.isArray(items) || items.length === 0 || items.length > PROFILE_LIMITS.menuItems) {
        return wrong(`Param ${list} must have 1 to ${PROFILE_LIMITS.menuItems} items.`);
      }
      return firstRefusal(...items.map((item: unknown, at) => () => menuItem(item, `${list}[${at}]`)));
    },
  );
}

function menuItem(item: unknown, param: string): GraphError | undefined {
  const keys = isRecord(item) && typeof item.type === 'string' ? ITEM_KEYS[item.type] : undefined;
  if (!isRecord(item) || !keys) return wrong(`Param ${param}[type] must be one of {postback, web_url}`);
  return firstRefusal(
    () => rule30KnownKeys(param, item, keys),
    () => stringUpTo(null, `${param}[title]`, item.title, PROFILE_LIMITS.menuTitle),
    () =>
      item.type === 'postback'
        ? stringUpTo(null, `${param}[payload]`, item.payload, PAYLOAD_MAX)
        : httpUrl(`${param}[url]`, item.url),
  );
}

/** Both forms, but not mixed; at most four questions in each language. */
function iceBreakers(value: unknown): GraphError | undefined {
  if (!Array.isArray(value) || value.length === 0 || !value.every(isRecord)) {
    return wrong('Param ice_breakers must be a non-empty array of objects.');
  }
  if (isOlderForm(value)) return questions('ice_breakers', value);
  const named = value.map((one) => ({ ...one, locale: one.locale ?? 'default' }));
  return byLocale('ice_breakers', named, (one, param) => {
    return (
      rule30KnownKeys(param, one, ['locale', 'call_to_actions']) ??
      questions(`${param}[call_to_actions]`, one.call_to_actions)
    );
  });
}

function questions(param: string, value: unknown): GraphError | undefined {
  if (!Array.isArray(value) || value.length === 0 || value.length > PROFILE_LIMITS.questions) {
    return wrong(`Param ${param} must have 1 to ${PROFILE_LIMITS.questions} items.`);
  }
  return firstRefusal(
    ...value.map((one: unknown, at) => () => {
      if (!isRecord(one)) return wrong(`Param ${param}[${at}] must be a JSON object.`);
      return (
        rule30KnownKeys(`${param}[${at}]`, one, ['question', 'payload']) ??
        stringUpTo(null, `${param}[${at}][question]`, one.question, PAYLOAD_MAX) ??
        stringUpTo(null, `${param}[${at}][payload]`, one.payload, PAYLOAD_MAX)
      );
    }),
  );
}

function isOlderForm(value: readonly unknown[]): value is IceBreaker[] {
  return value.some((one) => isRecord(one) && one.question !== undefined);
}

function domains(value: unknown): GraphError | undefined {
  if (!Array.isArray(value) || value.length === 0 || value.length > PROFILE_LIMITS.domains) {
    return wrong(`Param whitelisted_domains must have 1 to ${PROFILE_LIMITS.domains} items.`);
  }
  return firstRefusal(...value.map((one: unknown, at) => () => domain(`whitelisted_domains[${at}]`, one)));
}

/** Fully qualified and served over HTTPS; addresses in numbers and localhost are not taken. */
function domain(param: string, value: unknown): GraphError | undefined {
  const refusal = httpsUrl(param, value);
  if (refusal) return refusal;
  const { hostname } = new URL(value as string);
  const named = /^[a-z0-9-]+(\.[a-z0-9-]+)*\.[a-z][a-z0-9-]*$/i.test(hostname);
  return named ? undefined : wrong(`Param ${param} must be a fully qualified domain name.`);
}

function httpsUrl(param: string, value: unknown): GraphError | undefined {
  if (typeof value === 'string' && URL.canParse(value) && new URL(value).protocol === 'https:') return undefined;
  return wrong(`Param ${param} must be a valid URL with the https protocol.`);
}

function wrong(message: string): GraphError {
  return graphError(null, 100, undefined, message);
}

function refuse(message: string, subcode?: number): { refusal: GraphError } {
  return { refusal: graphError(null, 100, subcode, message) };
}
