import { describe, expect, it } from '@jest/globals';
import { VERBS, payloadOf, readPayload } from './payloads.js';

describe('payloads of our buttons', () => {
  it.each(VERBS)('%s is read as it was written', (verb) => {
    expect(readPayload(payloadOf(verb))).toEqual({ verb, argument: null });
    expect(readPayload(payloadOf(verb, 'a:b-1'))).toEqual({ verb, argument: 'a:b-1' });
  });

  it.each([null, '', 'stop', 'beckon:', 'beckon:fly', 'other:stop', 'beckon:stop:', 'xbeckon:stop'])(
    '%p is nothing of ours',
    (payload) => expect(readPayload(payload)).toBeUndefined(),
  );
});
