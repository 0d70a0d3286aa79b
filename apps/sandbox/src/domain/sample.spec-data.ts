import type { OneTimeToken, Page, Person } from './model.js';

/** A Page, a person and a token for specs; the time is {@link SAMPLE_NOW}. */
export const SAMPLE_NOW = 1767225600000;

/** A Page with everything allowed. */
export function samplePage(more: Partial<Page> = {}): Page {
  return {
    id: '100',
    name: 'Nordlys',
    token: 'page-token',
    tokenState: 'live',
    appId: '77',
    appSecret: 'sim_app_secret',
    webhookUrl: null,
    verifyToken: '',
    getStartedPayload: 'GET_STARTED',
    oneTimeAllowed: true,
    strictMessagingType: false,
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
    ...more,
  };
}

/** A good token of that person. */
export function sampleToken(more: Partial<OneTimeToken> = {}): OneTimeToken {
  const owner = { page: '100', psid: '200', requestMid: 'm_asked' };
  return { token: 'otn_1', ...owner, grantedAt: SAMPLE_NOW, spentBy: null, ...more };
}
