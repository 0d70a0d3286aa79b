import { describe, expect, it } from '@jest/globals';
import { appSecretProof, verifyAppSecretProof } from './appsecret-proof.js';
import { escapeJson } from './escape-json.js';
import { signBody, signBodySha1, verifySignature, verifyWebhook } from './signature.js';

const SECRET = 'sim_app_secret';
const ON_THE_WIRE = String.raw`{"object":"page","entry":[{"id":"100","time":1767225600000,"messaging":[{"sender":{"id":"200"},"recipient":{"id":"100"},"timestamp":1767225600000,"message":{"mid":"m_1","text":"\u00e4\u00f6\u00e5 \ud83d\ude00 a\/b"}}]}]}`;
const DIGEST = '66591c2e61abb8f2cec801b69d504d75d9805c9604df2d1c979d88b0702bc3dc';
const DIGEST_OF_DECODED = '0eca42683ce2b13b884d01ecd95d7bad22f51ee9b7c5d5b529e54c31164039db';

describe('webhook signature (test vector)', () => {
  const bytes = Buffer.from(ON_THE_WIRE);

  it('signs the 220 bytes of the vector with its digest', () => {
    expect(bytes).toHaveLength(220);
    expect(signBody(SECRET, bytes)).toBe(`sha256=${DIGEST}`);
    expect(verifySignature([SECRET], `sha256=${DIGEST}`, bytes)).toBe(true);
  });

  it('refuses the digest of the decoded form, which is what re-serialising produces', () => {
    const decoded = Buffer.from(JSON.stringify(JSON.parse(ON_THE_WIRE)));
    expect(signBody(SECRET, decoded)).toBe(`sha256=${DIGEST_OF_DECODED}`);
    expect(verifySignature([SECRET], `sha256=${DIGEST_OF_DECODED}`, bytes)).toBe(false);
  });

  it('accepts any of several secrets while one is rotated, and none that is not listed', () => {
    expect(verifySignature(['new', SECRET], `sha256=${DIGEST}`, bytes)).toBe(true);
    expect(verifySignature([SECRET, 'new'], `sha256=${DIGEST}`, bytes)).toBe(true);
    expect(verifySignature(['new'], `sha256=${DIGEST}`, bytes)).toBe(false);
    expect(verifySignature([], `sha256=${DIGEST}`, bytes)).toBe(false);
  });

  it.each([
    ['missing', undefined],
    ['empty', ''],
    ['without prefix', DIGEST],
    ['another algorithm', `sha1=${DIGEST}`],
    ['the SHA-1 header', signBodySha1(SECRET, Buffer.from(ON_THE_WIRE))],
    ['cut short', `sha256=${DIGEST.slice(0, 62)}`],
    ['too long', `sha256=${DIGEST}00`],
    ['upper case', `sha256=${DIGEST.toUpperCase()}`],
    ['one digit off', `sha256=${DIGEST.replace(/c$/, 'd')}`],
    ['not hex', `sha256=${'z'.repeat(64)}`],
  ])('refuses a header that is %s', (_, header) => {
    expect(verifySignature([SECRET], header, bytes)).toBe(false);
  });
});

describe('both signature headers', () => {
  const bytes = Buffer.from(ON_THE_WIRE);
  const sha256 = signBody(SECRET, bytes);
  const sha1 = signBodySha1(SECRET, bytes);
  it.each<[string, boolean, { sha256: string | undefined; sha1: string | undefined }]>([
    ['both', true, { sha256, sha1 }],
    ['SHA-256 alone', true, { sha256, sha1: undefined }],
    ['SHA-1 alone', false, { sha256: undefined, sha1 }],
    ['neither', false, { sha256: undefined, sha1: undefined }],
    ['a wrong SHA-1 beside it', false, { sha256, sha1: signBodySha1('other', bytes) }],
    ['an empty SHA-1 beside it', false, { sha256, sha1: '' }],
    ['a wrong SHA-256', false, { sha256: signBody('other', bytes), sha1 }],
    ['each in the place of the other', false, { sha256: sha1, sha1: sha256 }],
  ])('%s: %j', (_, valid, headers) => expect(verifyWebhook(SECRET, headers, bytes)).toBe(valid));
});

describe('escapeJson', () => {
  it('writes what the platform writes, byte for byte', () => {
    expect(escapeJson(JSON.parse(ON_THE_WIRE))).toBe(ON_THE_WIRE);
  });

  it.each(['ä/é', '😀', '\u2028\u2029\u007f', '"\\\n\t', 'plain', '', '\ud83d alone'])('keeps %j intact', (text) => {
    const escaped = escapeJson({ [text]: text });
    expect(escaped).toMatch(/^[\x20-\x7e]*$/);
    expect(JSON.parse(escaped)).toEqual({ [text]: text });
  });
});

describe('appsecret_proof (test vector)', () => {
  const proof = '35ae4e4f16afb4b47edce436ebd18e7aa95557dc391558f1282989cec048c1e3';

  it('is the keyed hash of the token', () => {
    expect(appSecretProof(SECRET, 'EAAsimtoken')).toBe(proof);
    expect(verifyAppSecretProof(SECRET, 'EAAsimtoken', proof)).toBe(true);
  });

  it.each([proof.slice(1), `${proof}0`, '', 'é'.repeat(32)])('refuses %j', (wrong) => {
    expect(verifyAppSecretProof(SECRET, 'EAAsimtoken', wrong)).toBe(false);
  });
});
