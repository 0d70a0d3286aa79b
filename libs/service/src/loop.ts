/**
 * A background loop, usually one that leases rows: it calls `tick()` again and again, never twice at a time.
 *
 *   tick returned true  → more to do: again at once
 *   otherwise           → rest for `idleMs`, or until somebody calls poke()
 *   tick threw          → back off 100 ms, 200 ms … 5 s; a poke does not shorten that
 *
 * A poke during a tick is remembered, so a row written just after the tick looked is never left for `idleMs`.
 * A failure is logged when it begins, when it changes and when it ends; not at every attempt.
 */
import { systemClock, type Clock } from './clock.js';
import type { HealthRegistry } from './health.js';
import type { Logger } from './logger.js';
import type { Shutdown } from './shutdown.js';

export interface LoopOptions {
  readonly name: string;
  /** Rest between ticks that found nothing, in milliseconds. */
  readonly idleMs: number;
  /** One unit of work; true means there is more. */
  readonly tick: () => Promise<boolean | void>;
  readonly log: Logger;
  readonly clock?: Clock;
}

const firstBackoffMs = 100;
const longestBackoffMs = 5000;

/** Milliseconds to wait after the given number of failures in a row (1 = the first). */
export function loopBackoffMs(failures: number): number {
  return Math.min(longestBackoffMs, firstBackoffMs * 2 ** Math.min(failures - 1, 10));
}

export class Loop {
  /** Monotonic time (see {@link Clock}) at which the last tick ended, well or not; at first, when the loop started. */
  lastTickAt = 0;
  private readonly clock: Clock;
  private running: Promise<void> | undefined;
  private stopping = false;
  private poked = false;
  private failures = 0;
  private lastFault: string | undefined;
  /** Ends the rest that is being taken, if any. */
  private wake: (() => void) | undefined;
  private resting: 'idle' | 'backoff' | undefined;

  constructor(private readonly o: LoopOptions) {
    this.clock = o.clock ?? systemClock;
  }

  get name(): string {
    return this.o.name;
  }

  start(): void {
    if (this.running) throw new Error(`loop ${this.o.name} is already running`);
    this.lastTickAt = this.clock.monotonic();
    this.running = this.run();
  }

  /** There is something to do: do not rest. */
  poke(): void {
    this.poked = true;
    if (this.resting === 'idle') this.wake?.();
  }

  /** Resolves when the running tick has ended; no further one begins. */
  async stop(): Promise<void> {
    this.stopping = true;
    this.wake?.();
    await this.running;
  }

  /** A fault in words when no tick has ended for that long: for {@link HealthRegistry.addLive}. */
  stuckFor(limitMs: number): string | undefined {
    if (!this.running || this.stopping) return undefined;
    const silentMs = this.clock.monotonic() - this.lastTickAt;
    return silentMs > limitMs ? `no tick has ended for ${Math.round(silentMs / 1000)} s` : undefined;
  }

  private async run(): Promise<void> {
    while (!this.stopping) {
      this.poked = false;
      const more = await this.tickOnce();
      this.lastTickAt = this.clock.monotonic();
      if (this.stopping) return;
      if (this.failures > 0) await this.rest('backoff', loopBackoffMs(this.failures));
      else if (more || this.poked)
        await new Promise<void>((resolve) => setImmediate(resolve)); // let I/O have its turn
      else await this.rest('idle', this.o.idleMs);
    }
  }

  private async tickOnce(): Promise<boolean> {
    const { log, name } = this.o;
    try {
      const more = await this.o.tick();
      if (this.failures > 0) log.info({ loop: name, failures: this.failures }, 'loop works again');
      this.failures = 0;
      this.lastFault = undefined;
      return more === true;
    } catch (err) {
      this.failures += 1;
      const fault = `${(err as { code?: unknown }).code ?? ''} ${err instanceof Error ? err.message : String(err)}`;
      if (fault !== this.lastFault)
        log.error({ loop: name, err, failures: this.failures }, 'loop failed; will try again');
      this.lastFault = fault;
      return false;
    }
  }

  private rest(kind: 'idle' | 'backoff', ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(end, ms);
      this.resting = kind;
      const self = this;
      function end() {
        clearTimeout(timer);
        self.wake = undefined;
        self.resting = undefined;
        resolve();
      }
      this.wake = end;
    });
  }
}

/**
 * Starts a loop and ties it to the process: stopped in the shutdown's `work` phase, not live when no tick has ended
 * for `stuckMs` (a hanging connection that only a restart frees; failing ticks do end).
 */
export function superviseLoop(
  loop: Loop,
  process: { readonly health: HealthRegistry; readonly shutdown: Shutdown },
  stuckMs = 120_000,
): Loop {
  process.health.addLive(`loop ${loop.name}`, () => loop.stuckFor(stuckMs));
  process.shutdown.add(`loop ${loop.name}`, () => loop.stop(), 'work');
  loop.start();
  return loop;
}
