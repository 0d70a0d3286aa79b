/** `npm start` with small services of its own in place of the real ones. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { until } from '@beckon/stack';
import { Checklist } from './checklist.js';
import type { DemoContext, DemoResult } from './demo.js';
import { runLocal, type LocalRun } from './run-local.js';
import { parseServiceList, type ServiceList } from './service-list.js';

const BUILT = fileURLToPath(new URL('../dist/', import.meta.url));

/** A service that tells what happens to it in `<folder>/events`, and is ready after 100 ms. */
const GOOD = `
  const { appendFileSync } = require('node:fs');
  const { createServer } = require('node:http');
  const me = process.env.ME;
  const tell = (what) => appendFileSync(process.env.EVENTS, me + ' ' + what + '\\n');
  let ready = false;
  createServer((request, response) => {
    if (request.url === '/die') process.exit(7);
    response.writeHead(request.url === '/health/ready' && ready ? 200 : 503).end('warming up');
  }).listen(Number(process.env.HTTP_PORT), process.env.HTTP_HOST);
  setTimeout(() => { ready = true; tell('ready ' + process.pid); }, 100);
  process.on('SIGTERM', () => { tell('stopped'); process.exit(0); });
`;
const DYING = `console.error('the database has no such table'); process.exit(3);`;

let folder: string;
let events: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'beckon-test-'));
  events = join(folder, 'events');
  writeFileSync(events, '');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function listOf(...names: string[]): ServiceList {
  return parseServiceList({
    about: 'test',
    servers: { kafka: { KAFKA_BROKERS: '${kafka}' }, redis: {}, postgres: { DATABASE_URL: '${postgres}' } },
    settings: { HTTP_HOST: '${host}', HTTP_PORT: '${port}', EVENTS: events },
    secrets: { SEAL_KEYS: { make: 'sealing-key', help: 'test' } },
    services: names.map((name, index) => ({
      name,
      port: 19_900 + index,
      servers: ['kafka', 'postgres'],
      settings: { ME: name },
      secrets: index === 0 ? ['SEAL_KEYS'] : [],
    })),
  });
}

function install(services: Record<string, string>): string {
  const appsDir = join(folder, 'apps');
  for (const [name, source] of Object.entries(services)) {
    mkdirSync(join(appsDir, name, 'dist'), { recursive: true });
    writeFileSync(join(appsDir, name, 'dist', 'main.js'), source);
  }
  return appsDir;
}

/** The suite's own servers are used, as addresses from the environment; topics get a prefix of their own. */
function environment(): Record<string, string> {
  const { PATH = '', KAFKA_BROKERS = '', REDIS_URL = '', DATABASE_URL = '' } = process.env;
  const prefix = `local-${folder.slice(-6)}.`;
  return { PATH, KAFKA_BROKERS, REDIS_URL, DATABASE_URL, BECKON_STATE: join(folder, 'state'), TOPIC_PREFIX: prefix };
}

function runOf(services: Record<string, string>, more: Partial<LocalRun> = {}): LocalRun & { text(): string } {
  let text = '';
  return {
    options: { once: true, reset: false, scale: {} },
    list: listOf(...Object.keys(services)),
    appsDir: install(services),
    env: environment(),
    screen: new Checklist({ write: (line) => (text += line) }, {}),
    signal: new AbortController().signal,
    text: () => text,
    ...more,
  };
}

const told = () => readFileSync(events, 'utf8').trim().split('\n').filter(Boolean);
const alert = { kind: 'back_in_stock', shopper: 'Ada', sku: 'S1', eventToPhoneMs: 123.4 };
const good = async (): Promise<DemoResult> => ({ alerts: [alert], next: [] });

describe('npm start', () => {
  it('--once starts services, plays the demo, stops them and exits 0', async () => {
    let context: DemoContext | undefined;
    const run = runOf(
      { first: GOOD, second: GOOD },
      {
        options: { once: true, reset: false, scale: { second: 2 } },
        demo: async (given) => {
          context = given;
          expect(told().filter((line) => line.includes('ready'))).toHaveLength(3);
          const known = JSON.parse(readFileSync(join(folder, 'state', 'addresses.json'), 'utf8')) as object;
          expect(known).toMatchObject({ KAFKA_BROKERS: process.env.KAFKA_BROKERS, FIRST_URL: given.urls.first });
          return good();
        },
      },
    );
    const code = await runLocal(run);
    expect(`${code} ${code === 0 ? '' : run.text()}`).toBe('0 ');
    expect(told().filter((line) => line.endsWith('stopped'))).toHaveLength(3);
    expect(context?.kafkaBrokers.join(',')).toBe(process.env.KAFKA_BROKERS);
    expect(context?.secrets.SEAL_KEYS).toMatch(/^k1:[A-Za-z0-9+/]{43}=$/);
    expect(run.text()).toContain('given by KAFKA_BROKERS');
    expect(run.text()).toMatch(/✓ Topics +\d+, \d+ of them new \d+\.\d s/);
    expect(run.text()).toMatch(/✓ second-2 +http:\/\/127\.0\.0\.1:\d+ \d+\.\d s/);
    expect(run.text()).toContain("back_in_stock of S1 on Ada's phone, 123 ms after its event");
    expect(run.text()).not.toContain('\u001b[');
    expect(existsSync(join(folder, 'state', 'addresses.json'))).toBe(false);
  });

  it('--once exits 1 when no alert arrived, and when the demo says why', async () => {
    const silent = runOf({ first: GOOD }, { demo: async () => ({ alerts: [], next: [] }) });
    expect(await runLocal(silent)).toBe(1);
    expect(silent.text()).toContain('no alert is on a phone');
    const failing = runOf({ first: GOOD }, { demo: () => Promise.reject(new Error('Ada waits in vain')) });
    expect(await runLocal(failing)).toBe(1);
    expect(failing.text()).toContain('✗ Ada waits in vain');
    expect(told().filter((line) => line.endsWith('stopped'))).toHaveLength(2);
  });

  it('names the service that dies while starting, with its last words and its log, and stops the others', async () => {
    const run = runOf({ first: GOOD, dying: DYING });
    expect(await runLocal(run)).toBe(1);
    expect(run.text()).toContain('✗ dying ended while starting (exit 3)');
    expect(run.text()).toContain('the database has no such table');
    expect(run.text()).toContain(join(folder, 'state', 'logs', 'dying.log'));
  });

  it('starts a service again when it ends unasked', async () => {
    const controller = new AbortController();
    const run = runOf(
      { first: GOOD },
      {
        options: { once: false, reset: false, scale: {} },
        signal: controller.signal,
        demo: async ({ urls }) => {
          await fetch(`${urls.first}/die`).catch(() => undefined);
          await until(() => told().length === 2, { timeoutMs: 10_000, what: 'the second life of the service' });
          setImmediate(() => controller.abort());
          return good();
        },
      },
    );
    expect(await runLocal(run)).toBe(0);
    expect(run.text()).toContain('! first ended (exit 7), starting it again in 1 s');
    expect(new Set(told().filter((line) => line.includes('ready'))).size).toBe(2);
    expect(told().at(-1)).toBe('first stopped');
  });

  it('gives a service its own secrets only', async () => {
    const leak = `require('node:fs').writeFileSync(process.env.EVENTS, JSON.stringify(process.env)); ${GOOD}`;
    const run = runOf({ first: GOOD, second: leak }, { demo: good });
    expect(await runLocal({ ...run, env: { ...run.env, SEAL_KEYS: 'k9:from-the-environment' } })).toBe(0);
    const [line = '{}'] = told().filter((text) => text.startsWith('{'));
    const env = JSON.parse(line.slice(0, line.lastIndexOf('}') + 1)) as Record<string, string>;
    expect(env.KAFKA_BROKERS).toBe(process.env.KAFKA_BROKERS);
    expect(env).not.toHaveProperty('SEAL_KEYS');
  });
});

describe('npm start as a process', () => {
  let child: ChildProcess | undefined;
  afterEach(() => {
    child?.kill('SIGKILL');
  });

  async function startProcess(): Promise<{ pid: number; output: () => string }> {
    const appsDir = install({ first: GOOD });
    const program = join(folder, 'program.mjs');
    writeFileSync(
      program,
      `
      const { runLocal } = await import(${JSON.stringify(`${BUILT}run-local.js`)});
      const { Checklist } = await import(${JSON.stringify(`${BUILT}checklist.js`)});
      const { stopRequests } = await import(${JSON.stringify(`${BUILT}stop-requests.js`)});
      const list = ${JSON.stringify(listOf('first'))};
      const screen = new Checklist(process.stdout, process.env);
      const signal = stopRequests(process, () => screen.line('stopping'));
      const options = { once: false, reset: false, scale: {} };
      process.exit(await runLocal({ options, list, appsDir: ${JSON.stringify(appsDir)}, env: process.env, screen, signal,
        demo: async () => ({ alerts: [], next: [] }) }));`,
    );
    child = spawn(process.execPath, [program], { env: environment(), stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    child.stdout?.on('data', (data) => (output += String(data)));
    await until(() => output.includes('Ctrl-C') || child?.exitCode !== null, { timeoutMs: 30_000, what: 'the start' });
    const pid = Number(told()[0]?.split(' ')[2]);
    expect(isAlive(pid)).toBe(true);
    return { pid, output: () => output };
  }

  it('Ctrl-C stops all in order and exits 0, however often it arrives', async () => {
    const { pid, output } = await startProcess();
    const exited = once(child as ChildProcess, 'exit');
    child?.kill('SIGINT');
    child?.kill('SIGINT');
    expect(await exited).toEqual([0, null]);
    expect(isAlive(pid)).toBe(false);
    expect(told().at(-1)).toBe('first stopped');
    expect(output()).toContain('Stopped: services, then servers');
  });

  it('its services end when it is killed', async () => {
    const { pid } = await startProcess();
    child?.kill('SIGKILL');
    await until(() => !isAlive(pid), { timeoutMs: 10_000, what: 'the service to end' });
    expect(told().at(-1)).toBe('first stopped');
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
