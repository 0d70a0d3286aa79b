/**
 * One process of a service with a supervisor: whatever ends it, it is started again, as an orchestrator would. Its name
 * stays the same over its lives, as that of a container does.
 */
import { setPriority } from 'node:os';
import type { Guard, GuardedProcess } from '@beckon/stack';
import { LIE_IN_WAIT_MS } from './lie-in-wait.js';
import { isFrozen } from './process-tree.js';
import { rest, until } from './patience.js';

/** How to run it. */
export interface ProcessPlan {
  /** `delivery-2`. */
  readonly key: string;
  readonly args: readonly string[];
  readonly env: Record<string, string>;
  readonly cwd: string;
  readonly url: string;
  readonly logFile: string;
  /** Below zero: goes before others, where the system allows it. */
  readonly niceness?: number;
}

export class Supervised {
  #child: GuardedProcess | undefined;
  #ending = false;
  /** Set while somebody kills it on purpose: how long it stays down. */
  #downForMs: number | undefined;
  /** What it said of its readiness last. */
  #said = 'nothing';
  /** How often it ended although nobody had killed it. */
  ownEnds = 0;

  constructor(
    readonly plan: ProcessPlan,
    private readonly guard: Guard,
    private readonly onOwnEnd: (how: string) => void,
  ) {}

  /** Its process number while it runs. */
  get pid(): number | undefined {
    return this.#child?.exit ? undefined : this.#child?.pid;
  }

  /** Starts it; settles when it runs, not when it is ready. */
  async start(): Promise<void> {
    const { key, args, env, cwd, logFile, niceness } = this.plan;
    const child = await this.guard.spawn({
      ...{ key, args, env, cwd, logFile, file: process.execPath },
      ...{ tier: 1, stopSignal: 'SIGTERM', graceMs: 25_000 },
    });
    this.#child = child;
    if (niceness !== undefined) {
      try {
        setPriority(child.pid, niceness);
      } catch {
        // only an administrator may put one process before others
      }
    }
    void child.exited.then(({ code, signal }) => this.#again(signal ?? `exit ${code}`));
  }

  /** Settles when it says that it is ready. @throws Error after `forMs` */
  async ready(forMs: number, signal?: AbortSignal): Promise<void> {
    const what = `${this.plan.key} to be ready (log: ${this.plan.logFile})`;
    await until(what, () => this.isReady(), { forMs, ...(signal ? { signal } : {}) }).catch((error: unknown) => {
      throw signal?.aborted ? error : new Error(`${String(error)}: ${this.#said}`, { cause: error });
    });
  }

  /** SIGKILL, and started again after `downForMs`. Settles when it is gone. */
  async kill(downForMs: number): Promise<void> {
    this.#downForMs = downForMs;
    this.#child?.signal('SIGKILL');
    await this.#child?.exited;
  }

  /** Politely ended, and started again with other settings. Settles when it is gone. */
  async change(env: Record<string, string>): Promise<void> {
    Object.assign(this.plan.env, env);
    await this.end(0);
  }

  /** Politely ended, and started again after `downForMs`. Settles when it is gone. */
  async end(downForMs: number): Promise<void> {
    this.#downForMs = downForMs;
    await this.#child?.stop();
  }

  /** Politely ended, and stays so until the answer is called. Settles when it is gone. */
  async leave(): Promise<() => Promise<void>> {
    this.#ending = true;
    await this.#child?.stop();
    return () => {
      this.#ending = false;
      return this.start();
    };
  }

  /** SIGSTOP or SIGCONT. */
  signal(signal: NodeJS.Signals): void {
    this.#child?.signal(signal);
  }

  /**
   * SIGSTOP right before it writes the first byte of its next POST (`freeze-at-the-socket.ts`), or after a while wherever
   * it is. Settles when it is frozen.
   */
  async freezeAtSocket(): Promise<void> {
    this.signal('SIGWINCH');
    const deadline = performance.now() + LIE_IN_WAIT_MS;
    while (performance.now() < deadline && this.pid !== undefined && !isFrozen(this.pid)) await rest(20);
    this.signal('SIGSTOP');
  }

  /** From now on its end is wanted; the guard brings it about. */
  expectEnd(): void {
    this.#ending = true;
  }

  private async isReady(): Promise<boolean> {
    if (this.#child?.exit) return false;
    const answer = await fetch(`${this.plan.url}/health/ready`, { signal: AbortSignal.timeout(2_000) }).catch(
      () => undefined,
    );
    this.#said = (await answer?.text().catch(() => undefined)) ?? 'no answer';
    return answer?.ok ?? false;
  }

  async #again(how: string): Promise<void> {
    if (this.#ending) return;
    const pause = this.#downForMs;
    this.#downForMs = undefined;
    if (pause === undefined) {
      this.ownEnds += 1;
      this.onOwnEnd(how);
    }
    await rest(pause ?? 1_000);
    if (!this.#ending) await this.start().catch((error: unknown) => this.onOwnEnd(String(error)));
  }
}
