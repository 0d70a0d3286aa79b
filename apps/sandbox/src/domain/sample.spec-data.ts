import type { OneTimeToken, Page, Person } from './model.js';
import { ORDINARY_PERSON } from './ordinary-person.js';
import { DEFAULT_PAGE_RULES } from './page-rules.js';
import type { PageRules } from './page-rules.js';

/** A Page, a person and a token for specs; the time is {@link SAMPLE_NOW}. */
export const SAMPLE_NOW = 1767225600000;

/** A Page with everything allowed. */
export function samplePage(more: Partial<Page> = {}, rules: Partial<PageRules> = {}): Page {
  return {
    id: '100',
    name: 'Nordlys',
    token: 'page-token',
    tokenState: 'live',
    appId: '77',
    appSecret: 'sim_app_secret',
    webhookUrl: null,
    verifyToken: '',
    profile: { get_started: { payload: 'GET_STARTED' } },
    oneTimeAllowed: true,
    strictMessagingType: false,
    state: 'ok',
    subscribedFields: null,
    webhookFailingSince: null,
    subscriptionEndedAt: null,
    rules: { ...DEFAULT_PAGE_RULES, ...rules },
    ...more,
  };
}

/** A person of that Page who has just acted. */
export function samplePerson(more: Partial<Person> = {}): Person {
  return {
    psid: '200',
    page: '100',
    name: 'Ida',
    locale: 'nb_NO',
    timezone: 'Europe/Oslo',
    started: true,
    lastActedAt: SAMPLE_NOW,
    pendingRef: null,
    typing: false,
    ...ORDINARY_PERSON,
    ...more,
  };
}

/** A good token of that person. */
export function sampleToken(more: Partial<OneTimeToken> = {}): OneTimeToken {
  const owner = { page: '100', psid: '200', requestMid: 'm_asked' };
  return { token: 'otn_1', ...owner, grantedAt: SAMPLE_NOW, spentBy: null, ...more };
}
