/**
 * Turns a Nest module into a process: settings, logs, health, HTTP, consumers, ordered shutdown. `main.ts` of a service
 * is one call of {@link runService}.
 *
 * Start: settings → module (opens its database) → HTTP listens, so that probes get answers → consumers join → ready.
 * SIGTERM or SIGINT: not ready → HTTP and consumers stop → the phases of `shutdown.ts` → exit 0, or 1 if a step failed.
 * An error that nobody caught: log, exit 1; what was in flight is picked up after the restart, as after a crash.
 */
import 'reflect-metadata';
import {
  Module,
  type DynamicModule,
  type INestApplication,
  type NestApplicationOptions,
  type Type,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { CustomTransportStrategy, Server } from '@nestjs/microservices';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { AddressInfo } from 'node:net';
import { systemClock, type Clock } from './clock.js';
import { settingsHelp, wantedOutput } from './command-line.js';
import type { processSettings } from './common-settings.js';
import { ConfigError, loadConfig, printConfig, type ConfigOf, type Settings } from './config.js';
import { HealthController } from './health.controller.js';
import { HealthRegistry } from './health.js';
import { createLogger, NestLogger, type Logger } from './logger.js';
import { watchProcess } from './process-metrics.js';
import { Shutdown } from './shutdown.js';
import { stopTelemetry } from './telemetry.js';

/** What a service gets beside its settings. Also injectable: the classes by themselves, the rest by {@link LOG} and {@link CLOCK}. */
export interface ServiceDeps {
  /** Name of the service, e.g. `matching`. */
  readonly name: string;
  readonly log: Logger;
  readonly health: HealthRegistry;
  readonly shutdown: Shutdown;
  readonly clock: Clock;
}

/** Injection token of the pino logger. */
export const LOG = Symbol('LOG');
/** Injection token of the {@link Clock}. */
export const CLOCK = Symbol('CLOCK');

export type Strategy = CustomTransportStrategy | (Server & CustomTransportStrategy);

export interface ServiceOptions<S extends Settings> {
  readonly name: string;
  readonly settings: S & typeof processSettings;
  /** The service's root module. */
  readonly module: (config: ConfigOf<S>, deps: ServiceDeps) => Type | DynamicModule;
  /** Consumers, made once the module's providers exist: `(app) => new KafkaBatches({ database: app.get(DataSource) })`. */
  readonly strategies?: (
    app: INestApplication,
    config: ConfigOf<S>,
    deps: ServiceDeps,
  ) => Strategy | readonly Strategy[] | Promise<Strategy | readonly Strategy[]>;
  /** Last touches on the HTTP side before it listens (body limits, middleware). */
  readonly http?: (app: NestExpressApplication, config: ConfigOf<S>, deps: ServiceDeps) => void | Promise<void>;
  /** For Nest itself, e.g. `{ rawBody: true }` for an edge that verifies signatures. */
  readonly nest?: NestApplicationOptions;
}

/**
 * Runs the service until it is told to stop. `--help` lists all settings, `--print-config` the ones in force; both end
 * the process. Wrong settings end it with code 2 and name every fault; a start that fails otherwise, with code 1.
 */
export async function runService<S extends Settings>(o: ServiceOptions<S>): Promise<INestApplication> {
  const config = readSettings(o);
  const log = createLogger({ service: o.name, level: config.LOG_LEVEL, instance: config.SERVICE_INSTANCE });
  const deps: ServiceDeps = {
    name: o.name,
    log,
    health: new HealthRegistry(),
    shutdown: new Shutdown({ budgetMs: config.SHUTDOWN_BUDGET_MS, log }),
    clock: systemClock,
  };
  stopOnSignals(deps);
  dieOnUncaught(log);
  watchProcess();
  deps.health.addReady('started', () => 'still starting');
  deps.shutdown.add('telemetry', stopTelemetry, 'telemetry');
  try {
    const app = await start(o, config, deps);
    deps.health.removeReady('started');
    log.info('ready');
    return app;
  } catch (err) {
    if (deps.shutdown.begun) return new Promise<never>(() => undefined); // stopped while starting; exit is under way
    log.fatal({ err }, 'could not start');
    process.exit(1);
  }
}

async function start<S extends Settings>(
  o: ServiceOptions<S>,
  config: ConfigOf<S> & ConfigOf<typeof processSettings>,
  deps: ServiceDeps,
): Promise<INestApplication> {
  const root = rootModule(o.module(config, deps), deps);
  const app = await NestFactory.create<NestExpressApplication>(root, {
    ...o.nest,
    logger: new NestLogger(deps.log),
    abortOnError: false, // reject, so that the cause is logged, instead of process.abort()
  });
  app.disable('x-powered-by');
  deps.shutdown.add('http and consumers', () => app.close(), 'intake');
  const strategies = (await o.strategies?.(app, config, deps)) ?? [];
  for (const strategy of [strategies].flat() as Strategy[]) {
    app.connectMicroservice({ strategy: strategy as CustomTransportStrategy }, { inheritAppConfig: true });
  }
  await o.http?.(app, config, deps);
  await app.listen(config.HTTP_PORT, config.HTTP_HOST);
  const { port } = app.getHttpServer().address() as AddressInfo;
  deps.log.info({ host: config.HTTP_HOST, port }, 'listening');
  await app.startAllMicroservices();
  return app;
}

/** The service's module beside what every service has; global, so that the service's own modules can inject it. */
function rootModule(service: Type | DynamicModule, deps: ServiceDeps): DynamicModule {
  return {
    module: ServiceRoot,
    global: true,
    imports: [service],
    controllers: [HealthController],
    providers: [
      { provide: HealthRegistry, useValue: deps.health },
      { provide: Shutdown, useValue: deps.shutdown },
      { provide: LOG, useValue: deps.log },
      { provide: CLOCK, useValue: deps.clock },
    ],
    exports: [HealthRegistry, Shutdown, LOG, CLOCK],
  };
}

@Module({})
class ServiceRoot {}

function readSettings<S extends Settings>(o: ServiceOptions<S>): ConfigOf<S> & ConfigOf<typeof processSettings> {
  const wanted = wantedOutput(process.argv.slice(2));
  if (wanted === 'help') {
    process.stdout.write(settingsHelp(o.name, o.settings));
    process.exit(0);
  }
  try {
    const config = loadConfig(o.settings);
    if (wanted === 'config') {
      process.stdout.write(printConfig(o.settings, config));
      process.exit(0);
    }
    return config as ConfigOf<S> & ConfigOf<typeof processSettings>;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${o.name}: ${error.message}\nAll settings: --help\n`);
    process.exit(2);
  }
}

/** Further signals change nothing: Ctrl-C reaches us from the terminal and, once more, from a parent that stops us. */
function stopOnSignals({ shutdown, health, log }: ServiceDeps): void {
  const stop = async (signal: string) => {
    if (shutdown.begun) return;
    log.info({ signal }, 'stopping');
    health.addReady('shutdown', () => 'stopping');
    const clean = await shutdown.run();
    log.info({ clean }, 'stopped');
    process.exit(clean ? 0 : 1);
  };
  process.on('SIGTERM', (signal) => void stop(signal));
  process.on('SIGINT', (signal) => void stop(signal));
}

function dieOnUncaught(log: Logger): void {
  process.on('uncaughtException', (err, origin) => {
    log.fatal({ err, origin }, 'an error nobody caught');
    process.exit(1);
  });
  process.on('unhandledRejection', (err) => {
    log.fatal({ err }, 'a rejection nobody caught');
    process.exit(1);
  });
}
