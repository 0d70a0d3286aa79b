import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { flag, integer, list, oneOf, text, url } from './checks.js';
import { commonSettings } from './common-settings.js';
import { ConfigError, describeConfig, loadConfig, printConfig, setting, withDefault } from './config.js';

const folder = mkdtempSync(join(tmpdir(), 'beckon-config-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string, content: string) => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};

const spec = {
  SIZE: setting({ check: integer({ min: 1, max: 500 }), default: '10', help: 'How many.' }),
  SERVERS: setting({ check: list(), help: 'Where to connect.' }),
  STORE: setting({ check: url('redis', 'rediss'), default: 'redis://127.0.0.1', help: 'Which store.' }),
  SAFE: setting({ check: flag(), default: 'false', help: 'Be safe.' }),
  MODE: setting({ check: oneOf(['fast', 'slow']).optional(), help: 'Which mode.' }),
  PASSWORD: setting({ check: text().optional(), secret: true, help: 'The password.' }),
  PIN: setting({ check: integer().optional(), secret: true, help: 'A secret number.' }),
};

function faultsOf(env: Record<string, string>): readonly string[] {
  try {
    loadConfig(spec, env);
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
  return [];
}

describe('loadConfig', () => {
  it('converts, and fills in defaults', () => {
    const config = loadConfig(spec, { SERVERS: 'a:1, b:2', SAFE: 'true', MODE: 'slow' });
    expect(config).toEqual({
      SIZE: 10,
      SERVERS: ['a:1', 'b:2'],
      STORE: 'redis://127.0.0.1',
      SAFE: true,
      MODE: 'slow',
      PASSWORD: undefined,
      PIN: undefined,
    });
    // The object is typed: this line does not compile otherwise.
    const size: number = config.SIZE;
    const mode: 'fast' | 'slow' | undefined = config.MODE;
    expect([size, mode]).toEqual([10, 'slow']);
  });

  it('takes an empty variable for one that is not set', () => {
    expect(loadConfig(spec, { SERVERS: 'a:1', SIZE: '', SERVERS_FILE: '', MODE: '' })).toMatchObject({ SIZE: 10 });
  });

  it('reads NAME_FILE and drops the newline at its end, not blanks', () => {
    const env = { SERVERS: 'a:1', PASSWORD_FILE: file('password', ' two words \n') };
    expect(loadConfig(spec, env).PASSWORD).toBe(' two words ');
  });

  it('names all faults at once, each with the variable to set', () => {
    expect(faultsOf({ SIZE: '501', STORE: 'http://x', SAFE: 'maybe' })).toEqual([
      'SIZE=501: must be at most 500. How many.',
      'SERVERS is missing. Set SERVERS or SERVERS_FILE: Where to connect.',
      'STORE=http://x: must be an address beginning with redis:// or rediss://. Which store.',
      'SAFE=maybe: must be true or false. Be safe.',
    ]);
  });

  it.each([
    ['1.5', 'must be a whole number'],
    ['1e3', 'must be a whole number'],
    [' 7', 'must be a whole number'],
    ['0', 'must be at least 1'],
  ])('refuses SIZE=%s', (value, fault) => {
    expect(faultsOf({ SERVERS: 'a:1', SIZE: value })).toEqual([`SIZE=${value}: ${fault}. How many.`]);
  });

  it('refuses a variable given twice and a file that cannot be read', () => {
    const missing = join(folder, 'nowhere');
    expect(faultsOf({ SERVERS: 'a:1', SIZE: '1', SIZE_FILE: file('size', '2'), PASSWORD_FILE: missing })).toEqual([
      'SIZE and SIZE_FILE are both set. Keep one of them',
      `PASSWORD_FILE=${missing} cannot be read (ENOENT)`,
    ]);
  });

  it('says which file a wrong value came from', () => {
    const path = file('size-wrong', 'many\n');
    expect(faultsOf({ SERVERS: 'a:1', SIZE_FILE: path })).toEqual([
      `SIZE=many (from ${path}): must be a whole number. How many.`,
    ]);
  });

  it('shows no secret in a fault, and no password inside an address', () => {
    expect(faultsOf({ SERVERS: 'a:1', PIN: 'hunter2' })).toEqual(['PIN: must be a whole number. A secret number.']);
    expect(faultsOf({ SERVERS: 'a:1', STORE: 'mysql://me:hunter2@host' })).toEqual([
      'STORE=mysql://me:***@host: must be an address beginning with redis:// or rediss://. Which store.',
    ]);
  });
});

describe('printConfig', () => {
  it('hides secrets and passwords inside addresses, and says what is not set', () => {
    const config = loadConfig(spec, { SERVERS: 'a:1,b:2', STORE: 'rediss://me:hunter2@host:6379/0', PASSWORD: 'p' });
    expect(printConfig(spec, config).split('\n')).toEqual([
      'SIZE=10',
      'SERVERS=a:1,b:2',
      'STORE=rediss://me:***@host:6379/0',
      'SAFE=false',
      '# MODE is not set',
      'PASSWORD=***',
      '# PIN is not set',
      '',
    ]);
  });
});

describe('describeConfig', () => {
  it('tells required, optional and default apart', () => {
    const [size, servers, , , mode, password] = describeConfig(spec);
    expect(size).toEqual({ name: 'SIZE', default: '10', required: false, help: 'How many.', secret: false });
    expect(servers).toMatchObject({ default: undefined, required: true });
    expect(mode).toMatchObject({ default: undefined, required: false });
    expect(password).toMatchObject({ secret: true });
  });

  it('shows words for a default that depends on the machine', () => {
    const instance = describeConfig(commonSettings).find((s) => s.name === 'SERVICE_INSTANCE');
    expect(instance).toMatchObject({ default: 'host:pid', required: false });
  });
});

describe('commonSettings', () => {
  it('need the address of Postgres and the schema, nothing else', () => {
    expect(describeConfig(commonSettings).flatMap((s) => (s.required ? [s.name] : []))).toEqual([
      'DATABASE_URL',
      'DATABASE_SCHEMA',
    ]);
    const spec = { ...commonSettings, DATABASE_SCHEMA: withDefault(commonSettings.DATABASE_SCHEMA, 'matching') };
    const config = loadConfig(spec, { DATABASE_URL: 'postgres://beckon@127.0.0.1/beckon' });
    expect(config.DATABASE_SCHEMA).toBe('matching');
    expect(config.SERVICE_INSTANCE).toMatch(new RegExp(`:${process.pid}$`));
  });

  it.each(['Matching', '1st', 'a-b', 'a"; drop schema public', ''])('refuse the schema name %p', (name) => {
    expect(commonSettings.DATABASE_SCHEMA.check.safeParse(name).success).toBe(false);
  });

  it('allow an empty topic prefix, but no blanks', () => {
    expect(commonSettings.TOPIC_PREFIX.check.safeParse('').success).toBe(true);
    expect(commonSettings.TOPIC_PREFIX.check.safeParse('my shop.').success).toBe(false);
  });

  it('every setting has help that ends as a sentence', () => {
    for (const s of describeConfig(commonSettings)) expect(s.help).toMatch(/^[A-Z].*\.$/);
  });
});
