import { describe, expect, it } from '@jest/globals';
import { helpText, readConfig } from './config.js';

describe('settings', () => {
  it('have defaults', () => expect(readConfig({})).toEqual({ host: '127.0.0.1', port: 3010, stateFile: undefined }));
  it('come from the environment', () => {
    expect(readConfig({ SANDBOX_PORT: '0', SANDBOX_STATE: '/tmp/s.json' })).toEqual({
      host: '127.0.0.1',
      port: 0,
      stateFile: '/tmp/s.json',
    });
  });
  it.each(['x', '-1', '65536', '1.5'])('refuse port %s by name', (port) => {
    expect(() => readConfig({ SANDBOX_PORT: port })).toThrow('SANDBOX_PORT');
  });
  it('are all in the help', () => {
    for (const name of ['SANDBOX_HOST', 'SANDBOX_PORT', 'SANDBOX_STATE']) expect(helpText()).toContain(name);
  });
});
