import { afterAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { localSecrets } from './secrets.js';

const folder = mkdtempSync(join(tmpdir(), 'beckon-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('secrets of a local run', () => {
  const wanted = { KEY: { make: 'sealing-key', help: '' }, TOKEN: { make: 'random', help: '' } } as const;
  const file = join(folder, 'data', 'secrets.json');

  it('are made once, for our eyes only, and stay the same', () => {
    const first = localSecrets(file, wanted, {});
    expect(first.KEY).toMatch(/^k1:[A-Za-z0-9+/]{43}=$/);
    expect(first.TOKEN).toMatch(/^[\w-]{43}$/);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(localSecrets(file, wanted, {})).toEqual(first);
  });

  it('give way to the environment, which is not written down', () => {
    const before = localSecrets(file, wanted, {});
    expect(localSecrets(file, wanted, { TOKEN: 'given' })).toEqual({ ...before, TOKEN: 'given' });
    expect(localSecrets(file, wanted, {})).toEqual(before);
  });

  it('are completed when a new one is wanted', () => {
    const before = localSecrets(file, wanted, {});
    const more = { ...wanted, NEW: { make: 'random', help: '' } } as const;
    expect(localSecrets(file, more, {})).toEqual({ ...before, NEW: expect.stringMatching(/^[\w-]{43}$/) });
  });
});
