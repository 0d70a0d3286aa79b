import { execFileSync } from 'node:child_process';
import { describe, expect, it } from '@jest/globals';
import { callCurl, webhookCurl } from './curl.js';

/** The words that a shell makes of a command. */
function words(command: string, token = ''): string[] {
  const script = command.replace(/^curl /, "printf '%s\\0' ");
  const env = { PATH: process.env.PATH, PAGE_TOKEN: token };
  return execFileSync('sh', ['-c', script], { env }).toString().split('\0').slice(0, -1);
}

describe('a webhook as curl', () => {
  it('has the exact bytes and the signatures, whatever stands in the text', () => {
    const body = '{"text":"It\'s \\u00e4 \\"$HOME\\" `x` \\\\ !"}';
    const headers = { 'content-type': 'application/json', 'x-hub-signature-256': 'sha256=ab' };
    expect(words(webhookCurl('http://127.0.0.1:8080/webhook?a=1&b=2', headers, body))).toEqual([
      ...['-X', 'POST', 'http://127.0.0.1:8080/webhook?a=1&b=2'],
      ...['-H', 'content-type: application/json', '-H', 'x-hub-signature-256: sha256=ab'],
      ...['--data-raw', body],
    ]);
  });
});

describe('a Graph call as curl', () => {
  const call = { method: 'POST', path: '/v26.0/me/messages', query: '', headers: {}, request: '' };
  const json = { 'content-type': 'application/json' };

  it('asks for the token in a variable and leaves out what belonged to the connection', () => {
    const headers = { ...json, authorization: '***', host: 'x', 'content-length': '2', 'user-agent': 'node' };
    const shown = callCurl('http://127.0.0.1:3010', { ...call, headers, request: '{}' });
    expect(words(shown, 'my token')).toEqual([
      ...['-X', 'POST', 'http://127.0.0.1:3010/v26.0/me/messages'],
      ...['-H', 'authorization: Bearer my token', '-H', 'content-type: application/json'],
      ...['--data-raw', '{}'],
    ]);
  });

  it.each([
    [json, '{"access_token":"***","message":{"text":"a"}}', '{"message":{"text":"a"}}'],
    [{ 'content-type': 'application/x-www-form-urlencoded' }, 'access_token=***&a=%7B1', 'a=%7B1'],
    [json, '{"broken', '{"broken'],
  ])('sends no blackened token: %j %s', (headers, request, sent) => {
    expect(words(callCurl('http://h', { ...call, headers, request })).at(-1)).toBe(sent);
  });

  it('without a body and with a query', () => {
    const shown = callCurl('http://h', { ...call, method: 'GET', path: '/v26.0/me', query: 'fields=id%2Cname' });
    expect(words(shown)[2]).toBe('http://h/v26.0/me?fields=id%2Cname');
    expect(shown).not.toContain('--data');
  });
});
