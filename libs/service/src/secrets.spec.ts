import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { resolveSecret, SecretMissing } from './secrets.js';

const folder = mkdtempSync(join(tmpdir(), 'beckon-secrets-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('resolveSecret', () => {
  it('reads variables and files', () => {
    writeFileSync(join(folder, 'token'), 'from file\n');
    expect(resolveSecret('env:TOKEN', { TOKEN: 'from env' })).toBe('from env');
    expect(resolveSecret(`file:${join(folder, 'token')}`, {})).toBe('from file');
  });

  it('names the reference that leads nowhere, and the fix', () => {
    const path = join(folder, 'nowhere');
    expect(() => resolveSecret('env:TOKEN', {})).toThrow('secret env:TOKEN: set the environment variable TOKEN');
    expect(() => resolveSecret('env:TOKEN', { TOKEN: '' })).toThrow(SecretMissing);
    expect(() => resolveSecret(`file:${path}`, {})).toThrow(`secret file:${path}: the file cannot be read (ENOENT)`);
    writeFileSync(join(folder, 'empty'), '\n');
    expect(() => resolveSecret(`file:${join(folder, 'empty')}`, {})).toThrow('the file is empty');
  });

  it('does not repeat a secret that was pasted where its reference belongs', () => {
    expect(() => resolveSecret('EAAJZCo0ZBm', {})).toThrow('secret (not shown): write it as env:NAME or file:/path');
  });
});
