import { describe, expect, it } from '@jest/globals';
import { appSecretProof } from '@beckon/messenger';
import { DEFAULT_PAGE_RULES } from './page-rules.js';
import {
  rule19UnknownPath,
  rule1KnownPerson,
  rule2LiveToken,
  rule3Proof,
  rule4AppLive,
  rule4Permission,
  rule5AskedVersion,
  rule5GraphPath,
  rule5OwnPage,
  rule5ServedVersion,
  rule5Version,
} from './rules-identity.js';
import { samplePage, samplePerson } from './sample.spec-data.js';

describe('rule 1: ids belong to one Page', () => {
  it('knows its own people and nobody else’s', () => {
    expect(rule1KnownPerson(samplePerson(), '100')).toBeUndefined();
    expect(rule1KnownPerson(samplePerson({ page: '101' }), '100')).toMatchObject({
      rule: 1,
      code: 100,
      subcode: 2018001,
    });
    expect(rule1KnownPerson(undefined, '100')).toMatchObject({ rule: 1, code: 100, subcode: 2018001 });
  });
});

describe('rule 2: the access token', () => {
  it('must be there, known and live', () => {
    expect(rule2LiveToken('t', samplePage())).toBeUndefined();
    for (const missing of [undefined, ''])
      expect(rule2LiveToken(missing, undefined)).toMatchObject({ rule: 2, code: 190 });
    expect(rule2LiveToken('t', undefined)).toMatchObject({ rule: 2, code: 190 });
  });

  it.each([460, 463, 467] as const)('says %i once revoked', (tokenState) => {
    expect(rule2LiveToken('t', samplePage({ tokenState }))).toMatchObject({ rule: 2, code: 190, subcode: tokenState });
  });
});

describe('rule 3: the proof of the app secret', () => {
  it('is asked for with the switch on', () => {
    const page = samplePage({}, { requireAppsecretProof: true });
    const proof = appSecretProof(page.appSecret, page.token);
    expect(rule3Proof(samplePage(), undefined)).toBeUndefined();
    expect(rule3Proof(page, proof)).toBeUndefined();
    for (const wrong of [undefined, '', 7, proof.toUpperCase(), appSecretProof('other', page.token)]) {
      expect(rule3Proof(page, wrong)).toMatchObject({ rule: 3, code: 100 });
    }
  });

  it('is looked at wherever it is given', () => {
    const page = samplePage();
    expect(rule3Proof(page, appSecretProof(page.appSecret, page.token))).toBeUndefined();
    expect(rule3Proof(page, appSecretProof('other', page.token))).toMatchObject({ rule: 3, code: 100 });
  });
});

describe('rule 4: what the app may do', () => {
  it('needs the permission', () => {
    expect(rule4Permission(samplePage(), 'pages_messaging')).toBeUndefined();
    const without = samplePage({}, { permissions: ['pages_manage_metadata'] });
    expect(rule4Permission(without, 'pages_messaging')).toMatchObject({ rule: 4, code: 200 });
  });

  it('reaches only people with a role until it is live', () => {
    const draft = samplePage({}, { appLive: false });
    expect(rule4AppLive(samplePage(), samplePerson())).toBeUndefined();
    expect(rule4AppLive(draft, samplePerson({ hasRole: true }))).toBeUndefined();
    expect(rule4AppLive(draft, samplePerson())).toMatchObject({ rule: 4, code: 200, subcode: 2018028 });
  });
});

describe('rule 5: paths and versions', () => {
  it.each([
    ['/v26.0/100/messages', 'v26.0', '100', 'messages'],
    ['/v2.6/me/messages', 'v2.6', 'me', 'messages'],
    ['/me/messages', undefined, 'me', 'messages'],
    ['/v26.0/100/messages/', 'v26.0', '100', 'messages'],
    ['/v26.0/me', 'v26.0', 'me', undefined],
  ])('%s', (path, version, object, edge) => {
    expect(rule5GraphPath(path)).toEqual({ version, object, edge });
  });

  it.each(['/', '', '/v26.0/100/messages/deeper', '//'])('cannot read %j', (path) => {
    expect(rule5GraphPath(path)).toBeUndefined();
  });

  it('serves versions that are not live by the oldest live one', () => {
    expect(rule5ServedVersion('v26.0')).toBe('v26.0');
    for (const other of ['v2.6', 'v99.0', undefined]) expect(rule5ServedVersion(other)).toBe('v21.0');
  });

  it('rule 5: `unknown_versions` refuses those that are not live', () => {
    const refused = { ...DEFAULT_PAGE_RULES, unknownVersions: 'refused' as const };
    for (const version of ['v26.0', 'v21.0', 'v2.6', 'v99.0', undefined]) {
      expect(rule5Version(version, DEFAULT_PAGE_RULES)).toBeUndefined();
    }
    for (const live of ['v26.0', 'v21.0', undefined]) expect(rule5Version(live, refused)).toBeUndefined();
    for (const other of ['v2.6', 'v20.0', 'v99.0', 'v26']) {
      expect(rule5Version(other, refused)).toMatchObject({ rule: 5, code: 2500 });
    }
    expect(['/v99.0/', '/v99.0', '/v2.6/me/messages', '/me/v99.0', '/'].map(rule5AskedVersion)).toEqual([
      'v99.0',
      'v99.0',
      'v2.6',
      undefined,
      undefined,
    ]);
  });

  it('serves a token’s own Page only', () => {
    expect(rule5OwnPage('me', samplePage())).toBeUndefined();
    expect(rule5OwnPage('100', samplePage())).toBeUndefined();
    expect(rule5OwnPage('101', samplePage())).toMatchObject({ rule: 5, code: 100, subcode: 33 });
  });
});

describe('rule 19: there is no list of tokens', () => {
  it('answers as for any unknown path', () => {
    expect(rule19UnknownPath('/v26.0/100/one_time_notif_tokens')).toMatchObject({ rule: 19, code: 100, subcode: 33 });
  });
});
