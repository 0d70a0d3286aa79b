import { execFileSync } from 'node:child_process';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { RunningProcess } from '../fixtures/running-process.js';

const schema = `service_run_test_${process.pid}`;
const env = { DATABASE_URL: process.env.DATABASE_URL!, DATABASE_SCHEMA: schema, LOG_LEVEL: 'info' };
const preload = ['--require', fileURLToPath(new URL('../otel.cjs', import.meta.url))];

beforeAll(() => {
  execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-b', 'libs/service'], {
    cwd: fileURLToPath(new URL('../../..', import.meta.url)),
  });
});
afterEach(() => RunningProcess.endAll());
afterAll(async () => {
  const client = new pg.Client({ connectionString: env.DATABASE_URL });
  await client.connect();
  await client.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`);
  await client.end();
});

async function startTiny(more: Record<string, string> = {}) {
  const tiny = RunningProcess.start('tiny-service.mjs', { env: { ...env, ...more }, flags: preload });
  const { port } = JSON.parse(await tiny.line('"listening"')) as { port: number };
  await tiny.line('"ready"');
  return { tiny, at: (path: string) => `http://127.0.0.1:${port}${path}` };
}

describe('a service under runService', () => {
  it('answers probes and metrics, has its database and raw bodies, and exits 0 on SIGTERM, in order', async () => {
    const { tiny, at } = await startTiny();
    const ready = await fetch(at('/health/ready'));
    expect([ready.status, await ready.json()]).toEqual([200, { status: 'ok', checks: { database: 'ok' } }]);
    const live = await fetch(at('/health/live'));
    expect([live.status, await live.json()]).toEqual([200, { status: 'ok', checks: { 'loop idle': 'ok' } }]);

    const [visit] = (await (await fetch(at('/visit'))).json()) as { visits: number; at: number }[];
    expect(visit).toEqual({ visits: expect.any(Number), at: expect.any(Number) });
    const body = '{ "a":  "\\u00e9" }';
    const raw = await fetch(at('/raw'), { method: 'POST', body, headers: { 'content-type': 'application/json' } });
    expect(await raw.json()).toEqual({ raw: Buffer.from(body).toString('hex') });

    const metrics = await fetch(at('/metrics'));
    expect(metrics.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    const text = await metrics.text();
    expect(text).toContain('beckon_tiny_requests_total{path="visit"} 1\n');
    expect(text).toMatch(/^beckon_process_memory_bytes\{kind="resident"\} \d{7,}$/m);
    expect(text).toMatch(/^beckon_database_connections\{state="open"\} [1-9]$/m);

    expect(await (await fetch(at('/loaded'))).json()).toEqual({ sdk: false }); // no collector, no SDK

    tiny.child.kill('SIGTERM');
    tiny.child.kill('SIGINT'); // a second signal of a terminal or parent changes nothing
    expect(await tiny.exit).toBe(0);
    const stops = tiny.lines
      .map((l) => JSON.parse(l) as { msg: string; step?: string })
      .flatMap((l) => (l.msg === 'consumer left' ? [l.msg] : l.msg === 'stopped' && l.step ? [l.step] : []));
    expect(stops).toEqual(['consumer left', 'http and consumers', 'loop idle', 'database', 'telemetry']);
    expect(JSON.parse(tiny.lines.at(-1)!)).toMatchObject({ msg: 'stopped', clean: true });
  });

  it('gives the consumer the handlers of its module, after HTTP listens and before it is ready', async () => {
    const { tiny } = await startTiny();
    expect(JSON.parse(await tiny.line('consumer joined'))).toMatchObject({ patterns: ['greetings'] });
    const order = tiny.messages().filter((m) => ['listening', 'consumer joined', 'ready'].includes(m));
    expect(order).toEqual(['listening', 'consumer joined', 'ready']);
  });

  it('finishes a request that is being answered, and does not wait for connections kept alive', async () => {
    const { tiny, at } = await startTiny();
    await fetch(at('/health/live')); // this connection stays open
    const began = performance.now();
    tiny.child.kill('SIGTERM');
    expect(await tiny.exit).toBe(0);
    expect(performance.now() - began).toBeLessThan(4000); // Node keeps an idle connection for 5 s
  });

  it('stops also while it is still starting, at once', async () => {
    const tiny = RunningProcess.start('tiny-service.mjs', {
      env: { ...env, DATABASE_URL: 'postgres://127.0.0.1:1/x' },
    });
    await tiny.line('Postgres does not answer yet; waiting');
    tiny.child.kill('SIGTERM');
    expect(await tiny.exit).toBe(0);
    expect(tiny.messages()).not.toContain('could not start');
  });

  it('a start that fails says why and exits 1', async () => {
    const { at } = await startTiny();
    const taken = RunningProcess.start('tiny-service.mjs', { env: { ...env, HTTP_PORT: new URL(at('/')).port } });
    expect(await taken.exit).toBe(1);
    expect(JSON.parse(await taken.line('could not start'))).toMatchObject({
      level: 'fatal',
      err: { code: 'EADDRINUSE' },
    });
  });

  it('an error that nobody catches is logged and ends the process with 1', async () => {
    const { tiny, at } = await startTiny();
    await fetch(at('/crash')).catch(() => undefined);
    expect(await tiny.exit).toBe(1);
    expect(JSON.parse(await tiny.line('a rejection nobody caught'))).toMatchObject({
      level: 'fatal',
      err: { message: 'nobody catches this' },
    });
  });

  it('wrong settings are all named at once, exit code 2', async () => {
    const tiny = RunningProcess.start('tiny-service.mjs', {
      env: { DATABASE_URL: '', HTTP_PORT: 'x', LOG_LEVEL: 'loud' },
    });
    expect(await tiny.exit).toBe(2);
    expect(tiny.lines[0]).toBe('tiny: 3 settings are wrong:');
    expect(tiny.lines.slice(1, 4).map((l) => l.trim().split(/[ =]/)[0])).toEqual([
      'LOG_LEVEL',
      'HTTP_PORT',
      'DATABASE_URL',
    ]);
  });

  it('--help and --print-config answer without starting anything', async () => {
    const help = RunningProcess.start('tiny-service.mjs', { args: ['--help'], env: { DATABASE_URL: '' } });
    expect(await help.exit).toBe(0);
    expect(help.lines).toContain('  DATABASE_SCHEMA  (default tiny)');
    const secret = { ...env, DATABASE_URL: 'postgres://me:hunter2@db/x', KAFKA_SASL_PASSWORD: 'hunter2' };
    const print = RunningProcess.start('tiny-service.mjs', { args: ['--print-config'], env: secret });
    expect(await print.exit).toBe(0);
    expect(print.lines).toContain('DATABASE_URL=postgres://me:***@db/x');
    expect(print.lines.join()).not.toContain('hunter2');
  });

  it('with a collector, spans of HTTP and Postgres reach it at the latest at shutdown; logs name the trace', async () => {
    const requests: { path: string; body: string }[] = [];
    const collector = createServer((request: IncomingMessage, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        requests.push({ path: request.url!, body: Buffer.concat(chunks).toString('latin1') });
        response.end();
      });
    });
    await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve));
    try {
      const { port } = collector.address() as AddressInfo;
      const { tiny, at } = await startTiny({ OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}` });
      await fetch(at('/visit?access_token=hunter2&shop=demo'));
      await fetch(at('/health/live'));
      tiny.child.kill('SIGTERM');
      expect(await tiny.exit).toBe(0);
      expect(new Set(requests.map((r) => r.path))).toEqual(new Set(['/v1/traces'])); // spans only
      const sent = requests.map((r) => r.body).join();
      expect(sent).toContain('INSERT INTO visits VALUES ($1)');
      expect(sent).toContain('/visit');
      expect(sent).toContain('beckon-service');
      expect(sent).not.toContain('hunter2');
      expect(sent).not.toContain('/health/live');
    } finally {
      collector.close();
    }
  });
});
