/**
 * Shutdown as a list in order: stop taking work, finish what runs, flush what goes out, close what is stored. Each
 * item is tried, whatever became of those before it, and all of it ends within a budget.
 */
import { systemClock, type Clock } from './clock.js';
import type { Logger } from './logger.js';

/**
 * `intake`: HTTP and consumers (done by runService) · `work`: loops · `output`: producers, HTTP clients ·
 * `storage`: Postgres, Redis · `telemetry`: spans.
 */
export type ShutdownPhase = 'intake' | 'work' | 'output' | 'storage' | 'telemetry';
const phases: readonly ShutdownPhase[] = ['intake', 'work', 'output', 'storage', 'telemetry'];

interface Step {
  readonly name: string;
  readonly phase: ShutdownPhase;
  readonly stop: () => unknown;
}

export class Shutdown {
  private readonly steps: Step[] = [];
  private running: Promise<boolean> | undefined;
  private readonly clock: Clock;

  /** @param o.budgetMs time for all steps together. */
  constructor(private readonly o: { readonly budgetMs: number; readonly log: Logger; readonly clock?: Clock }) {
    this.clock = o.clock ?? systemClock;
  }

  /** True from the first call of {@link run} on. */
  get begun(): boolean {
    return this.running !== undefined;
  }

  /** Adds a step; within a phase, steps run in the order in which they were added. */
  add(name: string, stop: () => unknown, phase: ShutdownPhase = 'work'): void {
    this.steps.push({ name, phase, stop });
  }

  /** Runs every step once, also when called again. Resolves to whether all went well; never rejects. */
  run(): Promise<boolean> {
    this.running ??= this.runAll();
    return this.running;
  }

  private async runAll(): Promise<boolean> {
    const ends = this.clock.monotonic() + this.o.budgetMs;
    const steps = phases.flatMap((phase) => this.steps.filter((step) => step.phase === phase));
    let clean = true;
    for (const [index, step] of steps.entries()) {
      const left = Math.max(0, ends - this.clock.monotonic());
      // At most half of what is left, so that a step which hangs leaves time for those behind it.
      const limitMs = Math.floor(index === steps.length - 1 ? left : left / 2);
      clean = (await this.runOne(step, limitMs)) && clean;
    }
    return clean;
  }

  private async runOne(step: Step, limitMs: number): Promise<boolean> {
    const { log } = this.o;
    const began = this.clock.monotonic();
    let timer: NodeJS.Timeout | undefined;
    try {
      const late = new Promise<'late'>((resolve) => (timer = setTimeout(() => resolve('late'), limitMs)));
      const done = Promise.resolve()
        .then(step.stop)
        .then(() => 'done' as const);
      const outcome = await Promise.race([done, late]);
      const fields = { step: step.name, phase: step.phase, ms: Math.round(this.clock.monotonic() - began) };
      if (outcome === 'done') log.info(fields, 'stopped');
      else log.error(fields, 'did not stop in time; going on without it');
      return outcome === 'done';
    } catch (err) {
      log.error({ step: step.name, phase: step.phase, err }, 'stopping failed; going on');
      return false;
    } finally {
      clearTimeout(timer);
    }
  }
}
