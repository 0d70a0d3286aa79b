import { describe, expect, it } from '@jest/globals';
import { WINDOW_MS } from '@beckon/messenger';
import { decideSend } from './decide-send.js';
import type { ReadSend } from './read-send.js';
import { SAMPLE_NOW, samplePage, samplePerson, sampleToken } from './sample.spec-data.js';

const toPerson: ReadSend = {
  recipient: { kind: 'psid', psid: '200' },
  content: { message: { text: 'x' } },
  humanAgent: false,
};
const withToken: ReadSend = { ...toPerson, recipient: { kind: 'one_time', token: 'otn_1' } };
const facts = { page: samplePage(), person: samplePerson(), token: undefined, requests: [] };
const AFTER = SAMPLE_NOW + WINDOW_MS + 1;

describe('deciding a send', () => {
  it('uses the open window', () => expect(decideSend(toPerson, facts, SAMPLE_NOW)).toEqual({ right: 'window' }));

  it('rule 7: refuses after it', () => {
    expect(decideSend(toPerson, facts, AFTER)).toMatchObject({ refusal: { rule: 7, code: 10, subcode: 2018278 } });
  });

  it('rule 9: lets a human agent answer after it', () => {
    expect(decideSend({ ...toPerson, humanAgent: true }, facts, AFTER)).toEqual({ right: 'human_agent' });
    expect(decideSend({ ...toPerson, humanAgent: true }, facts, SAMPLE_NOW)).toEqual({ right: 'window' });
  });

  it.each([SAMPLE_NOW, AFTER])('rule 14: a token works with the window open and closed', (now) => {
    expect(decideSend(withToken, { ...facts, token: sampleToken() }, now)).toEqual({ right: 'one_time' });
  });

  it('rule 1: refuses a stranger before it looks at any window', () => {
    const stranger = { ...facts, person: samplePerson({ page: '101', lastActedAt: null }) };
    expect(decideSend(toPerson, stranger, SAMPLE_NOW)).toMatchObject({ refusal: { rule: 1, subcode: 2018001 } });
  });
});
