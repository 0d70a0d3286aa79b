/** The program's side of the guard process (`guard-process.ts` says what it promises). */
import { fork, type ChildProcess } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { GuardEvent, GuardRequest, SpawnOrder } from './guard-protocol.js';
import { clearLeftovers } from './leftovers.js';
import { until } from './until.js';

// Always the built file: under Jest this module runs from src/, but a child process needs plain JavaScript.
const GUARD_PROCESS = fileURLToPath(new URL('../dist/guard-process.js', import.meta.url));

/** How a process ended. */
export interface ProcessExit {
  readonly code: number | null;
  readonly signal: string | null;
}

/** A process that the guard started for us. */
export interface GuardedProcess {
  readonly key: string;
  readonly pid: number;
  readonly logFile: string;
  /** Settles when it has ended, whoever ended it. */
  readonly exited: Promise<ProcessExit>;
  /** How it ended, or undefined while it runs. */
  readonly exit: ProcessExit | undefined;
  /** Sends a signal and returns at once. */
  signal(signal: NodeJS.Signals): void;
  /** Its polite signal, SIGKILL after its grace time; settles when it is gone. */
  stop(): Promise<ProcessExit>;
}

interface Tracked extends GuardedProcess {
  exit: ProcessExit | undefined;
  end(exit: ProcessExit): void;
}

/** Starts processes that end when this program ends, however it ends. */
export class Guard {
  readonly #processes = new Map<string, Tracked>();
  readonly #waiting = new Map<string, { resolve(pid: number): void; reject(error: Error): void }>();
  #gone = false;
  #stopped: Promise<void> | undefined;

  private constructor(
    private readonly child: ChildProcess,
    private readonly runFile: string,
  ) {
    child.on('message', (event: GuardEvent) => this.#on(event));
    child.once('exit', () => void this.#lost());
  }

  /**
   * Starts a guard whose record is `runFile`; first ends what a killed earlier one left there.
   * @throws StateInUseError when another program runs with the same file
   */
  static async start(runFile: string, log: (line: string) => void = () => undefined): Promise<Guard> {
    mkdirSync(dirname(runFile), { recursive: true });
    await clearLeftovers(runFile, log);
    const output = openSync(join(dirname(runFile), 'guard.log'), 'a');
    // The program's own debugger and loader flags are not for the guard; nor is a terminal's Ctrl-C (detached).
    const child = fork(GUARD_PROCESS, [runFile, String(process.pid)], {
      detached: true,
      execArgv: [],
      stdio: ['ignore', output, output, 'ipc'],
    });
    closeSync(output);
    await new Promise<void>((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (code) => reject(new Error(`the guard process ended at once (exit ${code}); see guard.log`)));
      child.once('message', (event: GuardEvent) =>
        event.type === 'refused' ? reject(new Error(`state folder in use: ${event.message}`)) : resolve(),
      );
    });
    return new Guard(child, runFile);
  }

  /** Starts one process. @throws Error when the program file cannot be run */
  async spawn(order: SpawnOrder): Promise<GuardedProcess> {
    if (this.#gone) throw new Error(`cannot start ${order.key}: its guard has ended`);
    if (this.#processes.has(order.key)) throw new Error(`${order.key} runs already`);
    mkdirSync(dirname(order.logFile), { recursive: true });
    let end: (exit: ProcessExit) => void = () => undefined;
    const exited = new Promise<ProcessExit>((resolve) => (end = resolve));
    const tracked: Tracked = {
      key: order.key,
      pid: 0,
      logFile: order.logFile,
      exited,
      exit: undefined,
      signal: (signal) => this.#send({ type: 'signal', key: order.key, signal }),
      stop: async () => {
        const last = setTimeout(() => tracked.signal('SIGKILL'), order.graceMs);
        tracked.signal('SIGCONT');
        tracked.signal(order.stopSignal);
        const exit = await exited;
        clearTimeout(last);
        return exit;
      },
      end: (exit) => {
        tracked.exit = exit;
        end(exit);
      },
    };
    this.#processes.set(order.key, tracked);
    const started = new Promise<number>((resolve, reject) => this.#waiting.set(order.key, { resolve, reject }));
    this.#send({ type: 'spawn', order });
    try {
      return Object.assign(tracked, { pid: await started });
    } catch (error) {
      this.#processes.delete(order.key);
      throw error;
    }
  }

  /** Stops everything, highest tier first, and the guard itself. Calling it again waits for the same end. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    if (this.#gone) return;
    this.#gone = true;
    this.#send({ type: 'stop' });
    await until(() => this.child.exitCode !== null || this.child.signalCode !== null, {
      timeoutMs: 120_000,
      what: 'the servers to stop',
    });
    this.#endAll();
  }

  #send(request: GuardRequest): void {
    if (this.child.connected) this.child.send(request, () => undefined);
  }

  #on(event: GuardEvent): void {
    if (event.type === 'spawned') {
      this.#waiting.get(event.key)?.resolve(event.pid);
      this.#waiting.delete(event.key);
    } else if (event.type === 'failed') {
      this.#waiting.get(event.key)?.reject(new Error(`${event.key} could not be started: ${event.message}`));
      this.#waiting.delete(event.key);
    } else if (event.type === 'exited') {
      const tracked = this.#processes.get(event.key);
      this.#processes.delete(event.key);
      tracked?.end({ code: event.code, signal: event.signal });
    }
  }

  /** The guard ended without being asked: what it watched has nobody left, so end it here. */
  async #lost(): Promise<void> {
    if (this.#gone) return;
    this.#gone = true;
    await clearLeftovers(this.runFile, () => undefined).catch(() => undefined);
    this.#endAll();
  }

  #endAll(): void {
    for (const { reject } of this.#waiting.values()) reject(new Error('the guard has ended'));
    this.#waiting.clear();
    for (const tracked of this.#processes.values()) tracked.end({ code: null, signal: 'SIGKILL' });
    this.#processes.clear();
  }
}
