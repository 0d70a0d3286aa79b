import { describe, expect, it } from '@jest/globals';
import { signBody } from '@beckon/messenger';
import { checkSignature } from './signature-check.js';

describe('the check of a signature', () => {
  const body = '{"text":"\\u00e4"}';
  const header = signBody('secret', Buffer.from(body));

  it('finds it valid over the very bytes', () => expect(checkSignature(header, body, 'secret')).toBe('valid'));
  it('finds it forged with another secret', () => expect(checkSignature(header, body, 'other')).toBe('forged'));
  it('finds it forged over other bytes', () => expect(checkSignature(header, `${body} `, 'secret')).toBe('forged'));
  it('finds none', () => expect(checkSignature(undefined, body, 'secret')).toBe('none'));
});
