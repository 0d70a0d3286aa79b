import { describe, expect, it } from '@jest/globals';
import { helpText, readConfig } from './config.js';

describe('settings', () => {
  it('have defaults', () => {
    expect(readConfig({})).toEqual({
      ...{ host: '127.0.0.1', port: 3010, stateFile: undefined, readyMade: true, webhookUrl: undefined },
      webhooksWaiting: 250_000,
    });
  });
  it('come from the environment', () => {
    expect(readConfig({ SANDBOX_PORT: '0', SANDBOX_STATE: '/tmp/s.json', SANDBOX_PAGE: 'none' })).toMatchObject({
      port: 0,
      stateFile: '/tmp/s.json',
      readyMade: false,
    });
    const url = 'http://127.0.0.1:8080/webhook';
    expect(readConfig({ SANDBOX_WEBHOOK_URL: url })).toMatchObject({ readyMade: true, webhookUrl: url });
  });
  it('come from the command line first', () => {
    const words = ['--webhook-url', 'https://bot.example/hook', '--port=4000'];
    expect(readConfig({ SANDBOX_PORT: '1', SANDBOX_WEBHOOK_URL: 'http://other' }, words)).toMatchObject({
      port: 4000,
      webhookUrl: 'https://bot.example/hook',
    });
    expect(readConfig({}, ['--no-demo']).readyMade).toBe(false);
  });
  it.each(['x', '0', '1.5'])('refuse %s events that may wait by name', (count) => {
    expect(() => readConfig({ SANDBOX_WEBHOOKS_WAITING: count })).toThrow('SANDBOX_WEBHOOKS_WAITING');
    expect(readConfig({}, ['--webhooks-waiting', '7']).webhooksWaiting).toBe(7);
  });
  it.each(['x', '-1', '65536', '1.5'])('refuse port %s by name', (port) => {
    expect(() => readConfig({ SANDBOX_PORT: port })).toThrow('SANDBOX_PORT');
  });
  it.each([
    [{ SANDBOX_PAGE: 'some' }, [], 'SANDBOX_PAGE'],
    [{ SANDBOX_WEBHOOK_URL: 'ftp://x' }, [], 'SANDBOX_WEBHOOK_URL'],
    [{ SANDBOX_WEBHOOK_URL: 'http://x' }, ['--no-demo'], 'SANDBOX_PAGE'],
    [{}, ['--colour'], '--colour'],
  ])('refuse what does not fit: %j %j', (env, words, name) => {
    expect(() => readConfig(env, words)).toThrow(name);
  });
  it('are all in the help', () => {
    for (const name of ['HOST', 'PORT', 'STATE', 'PAGE', 'WEBHOOK_URL'])
      expect(helpText()).toContain(`SANDBOX_${name}`);
    expect(helpText()).toContain('--no-demo');
  });
});
