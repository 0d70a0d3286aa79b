import { describe, expect, it } from '@jest/globals';
import { redact, scrub } from './redact.js';

describe('redact', () => {
  it('hides by name at any depth, in arrays and however the name is written', () => {
    expect(
      redact({
        alert_id: 'a1',
        psid: '123',
        sender: [
          { 'X-Hub-Signature-256': 'sha256=aa', accessToken: 't', nested: { grants: [{ token_sealed: 'v1' }] } },
        ],
      }),
    ).toEqual({
      alert_id: 'a1',
      psid: '***',
      sender: [{ 'X-Hub-Signature-256': '***', accessToken: '***', nested: { grants: [{ token_sealed: '***' }] } }],
    });
  });

  it('scrubs every text, for what a harmless name holds', () => {
    expect(redact({ url: 'https://graph/me?access_token=abc', notes: ['Bearer abc.def'] })).toEqual({
      url: 'https://graph/me?access_token=***',
      notes: ['Bearer ***'],
    });
  });

  it('leaves what is absent absent, so that "no token" can be told from "some token"', () => {
    expect(redact({ token: null, password: undefined })).toEqual({ token: null, password: undefined });
  });

  it('does not change its argument, passes class instances on and survives a cycle', () => {
    const error = new Error('x');
    const cyclic: Record<string, unknown> = { psid: '1', error, at: new Date(0) };
    cyclic.self = cyclic;
    const copy = redact(cyclic) as typeof cyclic;
    expect(cyclic.psid).toBe('1');
    expect(copy.error).toBe(error);
    expect(copy.at).toEqual(new Date(0));
    expect(JSON.stringify(copy)).not.toContain('"1"');
  });
});

describe('scrub', () => {
  it.each([
    ['postgres://me:p%40ss@db:5432/x?sslmode=require', 'postgres://me:***@db:5432/x?sslmode=require'],
    ['amqp://:pw@h and redis://:pw2@h', 'amqp://:***@h and redis://:***@h'],
    ['https://graph/v1/me?access_token=abc.def&fields=id', 'https://graph/v1/me?access_token=***&fields=id'],
    ['{"access_token": "abc", "x": 1}', '{"access_token": "***", "x": 1}'],
    ['authorization: Bearer abc.def-ghi', 'authorization: Bearer ***'],
    ['token EAAJZCo0ZBmVabc0123456789xyzAB expired', 'token *** expired'],
    ['key bk_aurora_5f0c2a9b71de_00ff00ff00ff was refused', 'key bk_aurora_5f0c2a9b71de_*** was refused'],
    ['http://host/path@2:30', 'http://host/path@2:30'],
    ['price fell under 80.00 EUR at 10:30', 'price fell under 80.00 EUR at 10:30'],
  ])('%s', (given, clean) => {
    expect(scrub(given)).toBe(clean);
  });
});
