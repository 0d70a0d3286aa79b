import { describe, expect, it } from '@jest/globals';
import { appScopedId, rule50Answer, rule50SignedRequest } from './data-deletion.js';

describe('rule 50: the request to delete', () => {
  it('is signed over the encoded payload (known vector)', () => {
    expect(rule50SignedRequest('sim_app_secret', { userId: '300', issuedAt: 1767225600_000 })).toBe(
      'znwXQawAg8RJVe_ybI-COZjul7Bv2Xiap88JbilWCCQ.' +
        'eyJhbGdvcml0aG0iOiJITUFDLVNIQTI1NiIsImlzc3VlZF9hdCI6MTc2NzIyNTYwMCwidXNlcl9pZCI6IjMwMCJ9',
    );
  });

  it('keeps its signature when it is tampered with', () => {
    const request = { userId: '300', issuedAt: 1767225600_000 };
    const [good, bad] = [false, true].map((tampered) => rule50SignedRequest('s', { ...request, tampered }).split('.'));
    expect(bad![0]).toBe(good![0]);
    expect(bad![1]).not.toBe(good![1]);
  });

  it('names an id of the app, not of the Page', () => {
    expect(appScopedId('77', '200')).toMatch(/^\d{15,}$/);
    expect(appScopedId('77', '200')).not.toBe(appScopedId('78', '200'));
  });

  it('wants a status page and a code', () => {
    const answer = { url: 'https://shop.example/deleted/1', confirmation_code: 'c1' };
    expect(rule50Answer(200, JSON.stringify(answer))).toEqual(answer);
    for (const wrong of [
      '',
      '{}',
      '[]',
      'null',
      JSON.stringify({ ...answer, url: 'x' }),
      JSON.stringify({ url: answer.url }),
    ]) {
      expect(rule50Answer(200, wrong)).toBeUndefined();
    }
    expect(rule50Answer(400, JSON.stringify(answer))).toBeUndefined();
  });
});
