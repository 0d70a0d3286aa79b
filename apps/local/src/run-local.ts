/**
 * `npm start`, in order: servers, topics, services, demo; then it runs until it is told to stop, and stops services
 * before servers. Everything is started through the stack's guard, so it ends even if this process is killed.
 */
import { rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { PortPicker, resetStack, startStack, stateFolder, type Stack } from '@beckon/stack';
import { seconds, type Checklist } from './checklist.js';
import type { LocalOptions } from './command-line.js';
import { playDemo, type DemoContext, type DemoResult } from './demo.js';
import { localSecrets } from './secrets.js';
import { ServiceProcess } from './service-process.js';
import { environmentOf, type Places, type ServiceEntry, type ServiceList } from './service-list.js';
import { makeTopics } from './topics.js';

type Variables = Readonly<Record<string, string | undefined>>;

/** What a run is made of; everything but `options` is given, so that a test can run other services. */
export interface LocalRun {
  readonly options: LocalOptions;
  readonly list: ServiceList;
  /** Folder of the services: each has `<name>/dist/main.js`. */
  readonly appsDir: string;
  readonly env: Variables;
  readonly screen: Checklist;
  /** Aborted when the run shall stop. */
  readonly signal: AbortSignal;
  readonly demo?: (context: DemoContext) => Promise<DemoResult>;
}

const HOST = '127.0.0.1';
const PRELOAD = createRequire(import.meta.url).resolve('@beckon/service/otel.cjs');

/**
 * Runs until `signal` is aborted, or with `--once` until the demo is over.
 * @returns the exit code: 0 after a wanted stop, 1 when something could not be started or the demo's alerts did not come
 */
export async function runLocal(run: LocalRun): Promise<number> {
  const { screen, options, env, signal } = run;
  const stateDir = stateFolder(env);
  const addressFile = join(stateDir, 'addresses.json');
  let stack: Stack | undefined;
  let services: ServiceProcess[] = [];
  try {
    if (options.reset) {
      await resetStack(stateDir, (line) => screen.note(line));
      screen.done('Reset', `data of earlier starts removed from ${stateDir}`);
    }
    stack = await startStack({ stateDir, env, signal, log: (line) => screen.note(line) });
    for (const name of ['kafka', 'redis', 'postgres'] as const) {
      screen.done(stack[name].name, stack[name].origin, stack.timings[name] || undefined);
    }
    const addresses = {
      KAFKA_BROKERS: stack.kafkaBrokers.join(','),
      REDIS_URL: stack.redisUrl,
      DATABASE_URL: stack.databaseUrl,
    };
    const topicsBegun = performance.now();
    const topics = await makeTopics({ ...env, ...addresses });
    screen.done('Topics', `${topics.all}, ${topics.made} of them new`, performance.now() - topicsBegun);

    const secrets = localSecrets(join(stateDir, 'data', 'secrets.json'), run.list.secrets, env);
    const { places, processes } = await planServices(run, stack, secrets);
    services = processes;
    await startServices(run, services);
    const urls = Object.fromEntries(run.list.services.map(({ name }) => [name, places.url(name)]));
    const environment = { ...kafkaVariables(env), ...addresses, ...addressVariables(urls), ...platformVariables(urls) };
    // Commands beside this run find its servers here. It holds secrets, so it is for our own eyes.
    const known = { ...environment, ...secrets };
    writeFileSync(addressFile, JSON.stringify(known, null, 2), { mode: 0o600 });
    screen.line(`\n  Ready in ${seconds(screen.elapsedMs())}. Logs: ${stack.logDir}\n`);

    const result = await (run.demo ?? playDemo)({
      kafkaBrokers: stack.kafkaBrokers,
      redisUrl: stack.redisUrl,
      databaseUrl: stack.databaseUrl,
      urls,
      sandboxUrl: urls.sandbox ?? '',
      secrets,
      environment,
      signal,
      say: (line) => screen.line(`  ${line}`),
    });
    return await conclude(run, result, urls, addresses);
  } catch (error) {
    if (signal.aborted) return options.once ? 1 : 0;
    screen.failed(error instanceof Error ? error.message : String(error));
    return 1;
  } finally {
    if (stack) {
      for (const service of services) service.expectEnd();
      const begun = performance.now();
      rmSync(addressFile, { force: true });
      await stack.stop();
      screen.line(`  Stopped: services, then servers (${seconds(performance.now() - begun)})`);
    }
  }
}

/** Tells what the demo brought, and with `--once` judges it; else waits for the end. */
async function conclude(
  { options, screen, signal }: LocalRun,
  { alerts, next }: DemoResult,
  urls: Record<string, string>,
  addresses: Record<string, string>,
): Promise<number> {
  for (const { kind, shopper, sku, eventToPhoneMs } of alerts) {
    screen.done('Alert', `${kind} of ${sku} on ${shopper}'s phone, ${Math.round(eventToPhoneMs)} ms after its event`);
  }
  if (options.once) {
    if (alerts.length > 0) return 0;
    screen.failed('The demo is over and no alert is on a phone');
    return 1;
  }
  screen.line();
  const lines = { ...urls, ...addresses };
  const width = Math.max(...Object.keys(lines).map((name) => name.length));
  for (const [name, value] of Object.entries(lines)) screen.line(`  ${name.padEnd(width)}  ${value}`);
  screen.line();
  for (const line of next) screen.line(`  ${line}`);
  screen.line(`  ${screen.colors.bold('Ctrl-C')} stops everything; the data stays for the next start.`);
  if (!signal.aborted) {
    // Nothing else may hold this process: servers and services belong to the guard.
    const hold = setInterval(() => undefined, 60_000);
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    clearInterval(hold);
  }
  return 0;
}

async function planServices(
  { list, options, appsDir, env, screen }: LocalRun,
  stack: Stack,
  secrets: Record<string, string>,
): Promise<{ places: Places; processes: ServiceProcess[] }> {
  const ports = new PortPicker();
  const portOf: Record<string, number> = {};
  for (const { name, port } of list.services) {
    portOf[name] = await ports.pick(port);
    if (portOf[name] !== port) screen.note(`port ${port} is taken: ${name} gets ${portOf[name]}`);
  }
  const places: Places = {
    host: HOST,
    port: (name) => portOf[name] ?? 0,
    url: (name) => `http://${HOST}:${portOf[name]}`,
    kafka: stack.kafkaBrokers.join(','),
    redis: stack.redisUrl,
    postgres: stack.databaseUrl,
  };
  const processes: ServiceProcess[] = [];
  for (const service of list.services) {
    for (let number = 1; number <= (options.scale[service.name] ?? 1); number++) {
      const key = number === 1 ? service.name : `${service.name}-${number}`;
      const own: Places = number === 1 ? places : { ...places, port: portFrom(await ports.pick()) };
      processes.push(
        new ServiceProcess(
          {
            key,
            args: ['--enable-source-maps', '--require', PRELOAD, join(appsDir, service.name, 'dist', 'main.js')],
            env: serviceEnvironment(service, list, own, secrets, env),
            cwd: join(appsDir, service.name),
            url: `http://${HOST}:${own.port(service.name)}`,
            logFile: join(stack.logDir, `${key}.log`),
            readyTimeoutMs: 60_000,
          },
          stack.guard,
          (words) => screen.trouble(words),
        ),
      );
    }
  }
  return { places, processes };
}

/** All at once: they wait for nobody but the servers. The first fault ends the start. */
async function startServices({ screen }: LocalRun, services: readonly ServiceProcess[]): Promise<void> {
  await Promise.all(
    services.map(async (service) => {
      const ms = await service.start();
      screen.done(service.plan.key, service.plan.url, ms);
    }),
  );
}

/**
 * What a service's process is given: our own environment below, so that any setting can be tried with a variable,
 * except the addresses and ports, which this run decides.
 */
export function serviceEnvironment(
  service: ServiceEntry,
  list: ServiceList,
  places: Places,
  secrets: Readonly<Record<string, string>>,
  env: Variables,
): Record<string, string> {
  const constants = new Set(
    [list.settings, service.settings].flatMap((values) =>
      Object.entries(values).flatMap(([name, value]) => (value.includes('${') ? [] : [name])),
    ),
  );
  const decided = Object.entries(environmentOf(service, list, places)).filter(
    ([name]) => !(constants.has(name) && env[name]),
  );
  const foreign = new Set(Object.keys(list.secrets).filter((name) => !service.secrets.includes(name)));
  const inherited = Object.entries(env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && !foreign.has(entry[0]),
  );
  const own = service.secrets.map((name) => [name, secrets[name] ?? '']);
  return Object.fromEntries([...inherited, ...decided, ...own]);
}

/** How to talk to Kafka, where it was said: prefixes, TLS and SASL count for commands beside this run too. */
function kafkaVariables(env: Variables): Record<string, string> {
  const names = /^(TOPIC_PREFIX|GROUP_PREFIX|KAFKA_[A-Z_]+)$/;
  return Object.fromEntries(
    Object.entries(env).filter((e): e is [string, string] => names.test(e[0]) && Boolean(e[1])),
  );
}

/** `OPTIN_URL`, `SANDBOX_URL`, ... for commands beside this run. */
function addressVariables(urls: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(urls).map(([name, url]) => [`${name.toUpperCase().replaceAll('-', '_')}_URL`, url]),
  );
}

/** Where the platform is that the sandbox plays, and where it sends webhooks. */
function platformVariables({ sandbox, optin }: Record<string, string>): Record<string, string> {
  return {
    ...(sandbox === undefined ? {} : { GRAPH_BASE_URL: sandbox }),
    ...(optin === undefined ? {} : { CALLBACK_URL: `${optin}/webhooks/messenger` }),
  };
}

function portFrom(port: number): () => number {
  return () => port;
}
