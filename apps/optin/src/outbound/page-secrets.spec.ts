import { expect, it } from '@jest/globals';
import { ShopSettings, exampleSettings } from '@beckon/contracts';
import { createLogger } from '@beckon/service';
import type { ShopDirectory } from '@beckon/settings';
import { PageSecrets } from './page-secrets.js';

const page = (id: string, app: string): object => ({
  ...exampleSettings.pages[0],
  page: id,
  app_secret: `env:${app}`,
  verify_token: 'env:VERIFY',
});

it('groups Pages by app, drops what is missing with one complaint, and follows changes', () => {
  let settings = ShopSettings.parse({
    ...exampleSettings,
    pages: [page('1', 'APP_A'), page('2', 'APP_A'), page('3', 'APP_B')],
  });
  let changed = (): void => undefined;
  const directory = { all: () => [{ shop: 'aurora', rev: 1, settings }], onChange: (f: () => void) => (changed = f) };
  const lines: string[] = [];
  const log = createLogger({ service: 't', level: 'error', destination: { write: (line) => void lines.push(line) } });
  const env: Record<string, string> = { APP_A: 'secret a', VERIFY: 'token' };
  let now = 0;
  const secrets = new PageSecrets(directory as unknown as ShopDirectory, log, () => now, env);

  expect(secrets.appSecrets()).toEqual([{ secret: 'secret a', pages: new Set(['1', '2']) }]);
  expect(secrets.verifyTokens()).toEqual(['token']);
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain('APP_B');
  expect(lines[0]).not.toContain('secret a');

  env['APP_B'] = 'secret b';
  expect(secrets.appSecrets()).toHaveLength(1);
  now = 31_000;
  expect(secrets.appSecrets()).toHaveLength(2);
  expect(lines).toHaveLength(1);

  settings = ShopSettings.parse({ ...exampleSettings, pages: [page('3', 'APP_B')] });
  changed();
  expect(secrets.appSecrets()).toEqual([{ secret: 'secret b', pages: new Set(['3']) }]);
});
