import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  graphSettings,
  kafkaSettings,
  loadConfig,
  sealSettings,
  setting,
  text,
  url,
  ConfigError,
  type ConfigOf,
} from '@beckon/service';
import { Fault } from './faults.js';
import type { Terminal } from './terminal.js';

const defaultState = (): string => fileURLToPath(new URL('../../../.beckon', import.meta.url));

/** What the commands can be told by environment variables. */
export const settings = {
  ...kafkaSettings,
  SEAL_KEYS: setting({
    ...sealSettings.SEAL_KEYS,
    check: sealSettings.SEAL_KEYS.check.optional(),
    help: 'Only to show or replay sealed dead letters: the keys that optin has.',
  }),
  ...graphSettings,
  CALLBACK_URL: setting({
    check: url('https', 'http').optional(),
    help: 'Public address of optin’s webhook, which `pages connect` verifies: https://alerts.example.com/webhooks/messenger.',
  }),
  OPTIN_URL: setting({
    check: url('http', 'https').optional(),
    help: 'Where optin’s HTTP API is, for `beckon keys`; found by itself beside a running `npm start`.',
  }),
  INGESTION_URL: setting({
    check: url('http', 'https').optional(),
    help: 'Where ingestion’s HTTP API is, for `beckon snapshot`; found by itself beside a running `npm start`.',
  }),
  ADMIN_TOKEN: setting({
    check: text().optional(),
    secret: true,
    help: 'The operator’s token that optin has, for `beckon keys` and `beckon snapshot`; found by itself beside a running `npm start`.',
  }),
  BECKON_STATE: setting({
    check: text(),
    default: { words: '.beckon in the repository', of: defaultState },
    help: 'State folder of `npm start`: where its addresses are found when KAFKA_BROKERS is not set.',
  }),
};
export type CliConfig = ConfigOf<typeof settings>;

/**
 * Settings of the commands. Without KAFKA_BROKERS the addresses of a running `npm start` apply, so that commands work
 * beside it with nothing set.
 * @throws Fault naming every wrong setting
 */
export function readConfig(env: Terminal['env']): CliConfig {
  try {
    return loadConfig(settings, localEnvironment(env));
  } catch (error) {
    if (error instanceof ConfigError) throw new Fault(error.faults);
    throw error;
  }
}

/** Our own variables, and below them those of a running `npm start`. */
export const localEnvironment = (env: Terminal['env']): Record<string, string> => ({
  ...localAddresses(env),
  ...withoutEmpty(env),
});

/** Variables that `npm start` writes for those who come later: `<state>/addresses.json`, an object of names and values. */
function localAddresses(env: Terminal['env']): Record<string, string> {
  const state = env['BECKON_STATE'] ? resolve(env['BECKON_STATE']) : defaultState();
  const file = join(state, 'addresses.json');
  if (!existsSync(file)) return {};
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>;
  } catch {
    return {}; // being written just now: the defaults apply, and the person is told where we looked
  }
}

const withoutEmpty = (env: Terminal['env']): Record<string, string> =>
  Object.fromEntries(Object.entries(env).filter((e): e is [string, string] => e[1] !== undefined && e[1] !== ''));
