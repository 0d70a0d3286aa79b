import { afterEach, describe, expect, it } from '@jest/globals';
import { sampleToken } from '../domain/sample.spec-data.js';
import { SandboxState } from './sandbox-state.js';

let state: SandboxState;
afterEach(() => state.ledger.close());

const bounded = (more: object): SandboxState =>
  (state = new SandboxState(undefined, { spentTokens: 3, notificationRequestsOfOne: 3, attachments: 3, ...more }));
const names = (count: number): string[] => Array.from({ length: count }, (_, n) => `n${n}`);

/** Asks a person and gives the token that the tap made. */
function granted(name: string): ReturnType<typeof sampleToken> {
  const [page, psid, mid] = ['100', '200', `m_${name}`];
  const token = sampleToken({ token: name, requestMid: mid });
  state.addRequest({ mid, page, psid, title: 'T', payload: 'p', askedAt: 1, token: name });
  state.tokens.set(name, token);
  return token;
}

describe('what is kept', () => {
  it('of tokens that are used up the youngest, with their requests; good ones all', () => {
    bounded({});
    const good = names(5).map((name) => granted(`good ${name}`));
    for (const name of names(10)) state.spend(granted(name), 'm');
    expect([...state.tokens.keys()]).toEqual([...good.map(({ token }) => token), 'n7', 'n8', 'n9']);
    expect(state.requests.size).toBe(8);
    expect(state.requestsByPerson.get('200')).toHaveLength(8);
    expect(state.tokens.get('n9')).toMatchObject({ spentBy: 'm' });
    state.spend(state.tokens.get('n7')!, 'another');
    expect(state.tokens.get('n7')).toMatchObject({ spentBy: 'm' });
  });

  it('over a restart the same', () => {
    bounded({ spentTokens: 10 });
    for (const name of names(10)) state.spend(granted(name), 'm');
    const data = state.snapshot();
    state.ledger.close();
    bounded({});
    state.restore(data);
    expect([...state.tokens.keys()]).toEqual(['n7', 'n8', 'n9']);
  });

  it('of requests for notification messages the youngest of each person, of files the youngest', () => {
    bounded({});
    for (const mid of names(10)) {
      for (const psid of ['200', '201']) {
        const about = { page: '100', psid, title: mid, payload: 'p', reoptin: 'DISABLED', timezone: 'UTC' };
        state.addNotificationRequest({ mid, ...about, askedAt: 1 });
      }
      state.addAttachment({ id: mid, page: '100', type: 'image', url: 'https://shop.example/a.png', savedAt: 1 });
    }
    for (const psid of ['200', '201']) {
      expect(state.notificationRequests.get(psid)!.map(({ mid }) => mid)).toEqual(['n7', 'n8', 'n9']);
    }
    expect([...state.attachments.keys()]).toEqual(['n7', 'n8', 'n9']);
  });
});
