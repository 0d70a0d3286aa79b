import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exampleSettings } from '@beckon/contracts';
import { afterAll, describe, expect, it } from '@jest/globals';
import pc from 'picocolors';
import { stringify } from 'yaml';
import { run } from './run.js';
import { wantsColor } from './terminal.js';

async function beckon(args: string[], env: Record<string, string> = {}) {
  const out: string[] = [];
  const err: string[] = [];
  const code = await run(args, {
    out: (line) => void out.push(line),
    err: (line) => void err.push(line),
    colors: pc.createColors(false),
    env: { BECKON_STATE: tmpdir(), ...env },
    signal: new AbortController().signal,
    now: () => 0,
  });
  return { code, out: out.join('\n'), err: err.join('\n') };
}

describe('manners', () => {
  it.each([
    [['--help'], /Examples:/],
    [['shops', 'apply', '--help'], /--dry-run[\s\S]*Examples:/],
    [['explain', '--help'], /Examples:/],
    [['dead-letters', '--help'], /mend the cause[\s\S]*Examples:/],
    [['dead-letters', 'list', '--help'], /--since[\s\S]*Examples:/],
    [['dead-letters', 'replay', '--help'], /after Ctrl-C[\s\S]*Examples:/],
  ])('%j is answered on stdout with examples', async (args, text) => {
    const { code, out, err } = await beckon(args);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(text);
  });

  it.each([
    [['tail']],
    [['shops', 'aply', 'x']],
    [['tail', 'decisions', '--from', 'middle']],
    [['tail', 'decisions', '-n', '0']],
    [['dead-letters', 'show', 'nobody']],
    [['dead-letters', 'list', '--service', 'nobody']],
  ])('%j is not understood: exit 2, nothing on stdout', async (args) => {
    const { code, out, err } = await beckon(args);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(/error: /);
  });

  it('says it when Kafka does not answer, and what to do', async () => {
    const { code, out, err } = await beckon(['tail', 'decisions'], { KAFKA_BROKERS: '127.0.0.1:1' });
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toMatch(/Kafka does not answer at 127\.0\.0\.1:1\.\n.*npm start/);
  });

  it('says it when optin does not answer, or nobody said where it is', async () => {
    const list = ['keys', 'list', '--shop', 'aurora'];
    const away = await beckon(list, { OPTIN_URL: 'http://127.0.0.1:1', ADMIN_TOKEN: 't' });
    expect(away).toMatchObject({
      code: 1,
      out: '',
      err: expect.stringMatching(/does not answer at http:.*OPTIN_URL/s),
    });
    expect(await beckon(list)).toMatchObject({ code: 1, out: '', err: expect.stringMatching(/npm start/) });
  });

  it('names every wrong setting', async () => {
    const { code, err } = await beckon(['shops', 'show'], { TOPIC_PREFIX: 'a b', KAFKA_SSL: 'perhaps' });
    expect(code).toBe(1);
    expect(err).toMatch(/KAFKA_SSL=perhaps[\s\S]*TOPIC_PREFIX=a b/);
  });

  it('colours only what a person looks at', () => {
    expect(wantsColor(true, {})).toBe(true);
    expect(wantsColor(false, {})).toBe(false);
    expect(wantsColor(true, { NO_COLOR: '1' })).toBe(false);
  });
});

describe('shops check', () => {
  const folder = mkdtempSync(join(tmpdir(), 'beckon-cli-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('needs no Kafka', async () => {
    const file = join(folder, 'shop.yaml');
    writeFileSync(file, stringify(exampleSettings));
    expect(await beckon(['shops', 'check', file])).toMatchObject({ code: 0 });
  });
  it('tells faults', async () => {
    const file = join(folder, 'bad.yaml');
    writeFileSync(file, stringify({ ...exampleSettings, currency: 'EURO', colour: 1 }));
    const { code, err } = await beckon(['shops', 'check', file]);
    expect(code).toBe(1);
    expect(err).toMatch(/bad\.yaml:\d+ currency: [\s\S]*bad\.yaml:\d+ colour: /);
  });
  it('tells when there is no such file', async () => {
    expect(await beckon(['shops', 'check', join(folder, 'none.yaml')])).toMatchObject({
      code: 1,
      err: expect.stringMatching(/ENOENT/),
    });
  });
});
