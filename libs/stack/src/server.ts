/** The life of one server: start and wait until it answers, be killed by a test, start again on the same data, stop. */
import { closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs';
import type { Guard, GuardedProcess, ProcessExit } from './guard.js';
import type { SpawnOrder } from './guard-protocol.js';

/** One server of the stack. An external one (its address came from the environment) is not ours to kill or restart. */
export interface Server {
  readonly name: string;
  /** What was chosen and why, for people: "7.0.15 from PATH, 127.0.0.1:6379". */
  readonly origin: string;
  readonly external: boolean;
  /** Kafka: `host:port`, comma-separated; others: a URL. Undefined when this stack was started without it. */
  readonly address: string | undefined;
  /** Kafka, started for a proxy in front of it: where that proxy leads to. */
  readonly behindFront: string | undefined;
  /** Kafka, started with a user: where that user must log in. */
  readonly behindLogin: string | undefined;
  /** Process number while it runs here. */
  readonly pid: number | undefined;
  /** Where its own words go; undefined for an external one. */
  readonly logFile: string | undefined;
  /** Sends SIGKILL and settles when it is gone. Its data stays. */
  kill(): Promise<void>;
  /** Sends any signal (SIGSTOP, SIGCONT, ...) and returns at once. */
  signal(signal: NodeJS.Signals): void;
  /** Starts it again, same address, same data; stops it politely first when it runs. Settles when it answers. */
  restart(): Promise<void>;
  /** Stops it politely; its data stays. */
  stop(): Promise<void>;
}

/** How to run a server and how to see that it answers. */
export interface ServerPlan {
  readonly name: string;
  readonly origin: string;
  readonly address: string;
  readonly behindFront?: string;
  readonly behindLogin?: string;
  readonly order: SpawnOrder;
  /** Does it answer now? Never throws. */
  readonly ready: () => Promise<boolean>;
  readonly startTimeoutMs: number;
  /** A start that ends early is tried again for so long (0: not), because something of a killed server is still there. */
  readonly startAgainMs?: number;
  /** Called before each start, e.g. to remove a stale lock. */
  readonly prepare?: () => Promise<void> | void;
  /** Called after each end. */
  readonly ended?: (exit: ProcessExit) => void;
}

/** A server that was asked to start ended instead. `exit` and the log tell why. */
export class ServerStartError extends Error {}

/** Starts a server and waits until it answers. @throws ServerStartError with the last lines of its log */
export async function startServer(guard: Guard, plan: ServerPlan): Promise<Server> {
  let running: GuardedProcess | undefined = await launch(guard, plan, plan.startAgainMs ?? 0);
  return {
    name: plan.name,
    origin: plan.origin,
    external: false,
    address: plan.address,
    behindFront: plan.behindFront,
    behindLogin: plan.behindLogin,
    logFile: plan.order.logFile,
    get pid() {
      return running?.exit ? undefined : running?.pid;
    },
    kill: async () => {
      running?.signal('SIGKILL');
      await running?.exited;
    },
    signal: (signal) => running?.signal(signal),
    stop: async () => {
      if (!running?.exit) await running?.stop();
      running = undefined;
    },
    restart: async () => {
      if (running && !running.exit) await running.stop();
      running = await launch(guard, plan, 10_000);
    },
  };
}

/** A server that somebody else runs, or (without an address) that nobody asked for. */
export function externalServer(name: string, variable: string, address: string | undefined): Server {
  const refuse = () => {
    throw new Error(`${name} is not ours to control: ${address ? `it is given by ${variable}` : 'it was not started'}`);
  };
  return {
    name,
    origin: address ? `given by ${variable}` : 'not started',
    external: true,
    address,
    behindFront: undefined,
    behindLogin: undefined,
    pid: undefined,
    logFile: undefined,
    kill: async () => refuse(),
    signal: refuse,
    restart: async () => refuse(),
    stop: async () => undefined,
  };
}

async function launch(guard: Guard, plan: ServerPlan, startAgainMs: number): Promise<GuardedProcess> {
  const begun = performance.now();
  for (;;) {
    await plan.prepare?.();
    const child = await guard.spawn(plan.order);
    void child.exited.then((exit) => plan.ended?.(exit));
    if (await answersBeforeItEnds(child, plan)) return child;
    if (performance.now() - begun > startAgainMs) {
      const how = child.exit?.signal ?? `exit ${child.exit?.code}`;
      throw new ServerStartError(`${plan.name} stopped while starting (${how}).\n${lastLines(child.logFile)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** @returns false when it ended instead. @throws ServerStartError when it did neither in time */
async function answersBeforeItEnds(child: GuardedProcess, plan: ServerPlan): Promise<boolean> {
  const deadline = performance.now() + plan.startTimeoutMs;
  for (;;) {
    if (child.exit) return false;
    if (await plan.ready()) return !child.exit;
    if (performance.now() > deadline) {
      await child.stop();
      const seconds = plan.startTimeoutMs / 1000;
      throw new ServerStartError(`${plan.name} did not answer within ${seconds} s.\n${lastLines(child.logFile)}`);
    }
    await Promise.race([child.exited, new Promise((resolve) => setTimeout(resolve, 20))]);
  }
}

/** The end of a log file (at most 12 lines of its last 8 kB) with its path, for an error message. */
export function lastLines(file: string): string {
  if (!existsSync(file)) return `(nothing in ${file})`;
  const handle = openSync(file, 'r');
  try {
    const { size } = fstatSync(handle);
    const bytes = Buffer.alloc(Math.min(size, 8192));
    readSync(handle, bytes, 0, bytes.length, size - bytes.length);
    return `${bytes.toString('utf8').trimEnd().split('\n').slice(-12).join('\n')}\n(from ${file})`;
  } finally {
    closeSync(handle);
  }
}
