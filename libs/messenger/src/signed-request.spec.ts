import { describe, expect, it } from '@jest/globals';
import { createHmac } from 'node:crypto';
import { readSignedRequest } from './signed-request.js';

const SECRET = 'sim_app_secret';
/** The vector of messenger-platform, section 7. */
const VECTOR =
  'znwXQawAg8RJVe_ybI-COZjul7Bv2Xiap88JbilWCCQ.eyJhbGdvcml0aG0iOiJITUFDLVNIQTI1NiIsImlzc3VlZF9hdCI6MTc2NzIyNTYwMCwidXNlcl9pZCI6IjMwMCJ9';

const sign = (payload: object | string, secret = SECRET): string => {
  const encoded = Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload)).toString('base64url');
  return `${createHmac('sha256', secret).update(encoded).digest('base64url')}.${encoded}`;
};
const whole = { algorithm: 'HMAC-SHA256', issued_at: 1_767_225_600, user_id: '300' };

describe('a signed request', () => {
  it('of the platform names the person', () => {
    expect(readSignedRequest(SECRET, VECTOR)).toEqual({ user_id: '300', issued_at: 1_767_225_600 });
    expect(sign(whole)).toBe(VECTOR);
  });

  it.each<[string, string]>([
    ['of another app', sign(whole, 'another secret')],
    ['with another payload', `${VECTOR.split('.')[0]}.${sign({ ...whole, user_id: '301' }).split('.')[1]}`],
    ['whose signature lacks a character', VECTOR.slice(1)],
    ['with a changed signature', `A${VECTOR.slice(1)}`],
    ['without signature', `.${VECTOR.split('.')[1]}`],
    ['that says another algorithm', sign({ ...whole, algorithm: 'none' })],
    ['that says no algorithm', sign({ user_id: '300' })],
    ['that names nobody', sign({ ...whole, user_id: '' })],
    ['that names somebody by words', sign({ ...whole, user_id: 'me' })],
    ['that is no object', sign('[1]')],
    ['that is no JSON', sign('user_id=300')],
    ['that is empty', ''],
    ['that is endless', `${'A'.repeat(43)}.${'A'.repeat(5000)}`],
  ])('%s counts for nothing', (_, text) => {
    expect(readSignedRequest(SECRET, text)).toBeUndefined();
  });

  it('may write the id as a number, and the base64 with padding', () => {
    expect(readSignedRequest(SECRET, sign({ ...whole, user_id: 300 }))?.user_id).toBe('300');
    const [signature, payload] = VECTOR.split('.');
    expect(readSignedRequest(SECRET, `${signature}=.${payload}`)?.user_id).toBe('300');
  });
});
