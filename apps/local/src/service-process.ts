/**
 * One process of a service: started, waited for until it says it is ready, and started again when it ends unasked (a
 * service ends itself when only a fresh start helps, and counts on whoever runs it).
 */
import { existsSync, renameSync } from 'node:fs';
import { lastLines, type Guard, type GuardedProcess, type ProcessExit } from '@beckon/stack';

/** How to run it. */
export interface ServicePlan {
  /** `delivery`, and `delivery-2` for the second. */
  readonly key: string;
  /** Arguments of node. */
  readonly args: readonly string[];
  readonly env: Record<string, string>;
  readonly cwd: string;
  /** Base address of its HTTP side. */
  readonly url: string;
  readonly logFile: string;
  /** How long it may take to be ready, in milliseconds. */
  readonly readyTimeoutMs: number;
}

/** It ended, or was not ready in time. The message says where its log is and how that ends. */
export class ServiceStartError extends Error {}

const LONGEST_PAUSE_MS = 30_000;

export class ServiceProcess {
  #child: GuardedProcess | undefined;
  #stopping = false;

  constructor(
    readonly plan: ServicePlan,
    private readonly guard: Guard,
    private readonly report: (words: string) => void,
  ) {}

  /** Process number while it runs. */
  get pid(): number | undefined {
    return this.#child?.exit ? undefined : this.#child?.pid;
  }

  /** Starts it and waits until it is ready. @returns milliseconds that took. @throws ServiceStartError */
  async start(): Promise<number> {
    if (existsSync(this.plan.logFile)) renameSync(this.plan.logFile, `${this.plan.logFile}.previous`);
    const begun = performance.now();
    const child = await this.#spawn();
    await this.#ready(child);
    void child.exited.then((exit) => this.#again(exit, 1_000));
    return performance.now() - begun;
  }

  /** From now on its end is no surprise. (The guard does the stopping, services before servers.) */
  expectEnd(): void {
    this.#stopping = true;
  }

  async #spawn(): Promise<GuardedProcess> {
    const { key, args, env, cwd, logFile } = this.plan;
    // A service has 20 s to finish what is in flight (SHUTDOWN_BUDGET_MS); the grace is a little longer.
    this.#child = await this.guard.spawn({
      key,
      args,
      env,
      cwd,
      logFile,
      file: process.execPath,
      tier: 1,
      stopSignal: 'SIGTERM',
      graceMs: 25_000,
    });
    return this.#child;
  }

  async #ready(child: GuardedProcess): Promise<void> {
    const { key, url, readyTimeoutMs, logFile } = this.plan;
    const deadline = performance.now() + readyTimeoutMs;
    let answer = 'no answer';
    while (answer !== '') {
      if (child.exit) {
        throw new ServiceStartError(`${key} ended while starting (${howItEnded(child.exit)})\n${lastLines(logFile)}`);
      }
      if (performance.now() > deadline) {
        const waited = `${key} was not ready within ${readyTimeoutMs / 1000} s`;
        throw new ServiceStartError(`${waited}: GET ${url}/health/ready says ${answer}\n${lastLines(logFile)}`);
      }
      await Promise.race([child.exited, new Promise((resolve) => setTimeout(resolve, 50))]);
      answer = await whyNotReady(url);
    }
  }

  async #again(exit: ProcessExit, pauseMs: number): Promise<void> {
    const { key, logFile } = this.plan;
    if (this.#stopping) return;
    this.report(`${key} ended (${howItEnded(exit)}), starting it again in ${pauseMs / 1000} s; see ${logFile}`);
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
    if (this.#stopping) return;
    const begun = performance.now();
    try {
      const child = await this.#spawn();
      void child.exited.then((next) => {
        const ranWell = performance.now() - begun > 60_000;
        return this.#again(next, ranWell ? 1_000 : Math.min(pauseMs * 2, LONGEST_PAUSE_MS));
      });
    } catch (error) {
      this.report(`${key} could not be started again: ${String(error)}`);
    }
  }
}

/** Empty when the service says it is ready; else what it says. */
async function whyNotReady(url: string): Promise<string> {
  try {
    const answer = await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(2_000) });
    if (answer.ok) return '';
    return `${answer.status} ${(await answer.text()).slice(0, 500)}`;
  } catch (error) {
    return String((error as Error).cause ?? error);
  }
}

function howItEnded({ code, signal }: ProcessExit): string {
  return signal ?? `exit ${code}`;
}
