/**
 * Health in words. A check returns nothing when all is well, else the fault as a sentence that a person can act on.
 *
 * Live answers "would a restart help?": it must not depend on Kafka, Postgres or Messenger, else an outage of theirs
 * restarts all of us. Ready answers "should requests come here?".
 */
export type HealthCheck = () => string | undefined | Promise<string | undefined>;

export interface HealthReport {
  readonly status: 'ok' | 'failing';
  /** By name of the check: `ok` or the fault. */
  readonly checks: Readonly<Record<string, string>>;
  /** What a person should know and no probe should act on; only with readiness, and only where there is something. */
  readonly notes?: Readonly<Record<string, string>>;
}

export class HealthRegistry {
  private readonly live = new Map<string, HealthCheck>();
  private readonly ready = new Map<string, HealthCheck>();
  private readonly notes = new Map<string, () => string | undefined>();

  /** @param checkTimeoutMs a check that takes longer counts as failed; keep it below the probe's own limit. */
  constructor(private readonly checkTimeoutMs = 2000) {}

  /** Adds (or replaces) a check whose fault only a restart can cure. */
  addLive(name: string, check: HealthCheck): void {
    this.live.set(name, check);
  }

  /** Adds (or replaces) a check whose fault means: send nothing here for now. */
  addReady(name: string, check: HealthCheck): void {
    this.ready.set(name, check);
  }

  /** Takes a readiness check away, e.g. "starting" once started. */
  removeReady(name: string): void {
    this.ready.delete(name);
  }

  /** Adds (or replaces) a note: a fault that neither a restart nor another process would mend. */
  addNote(name: string, note: () => string | undefined): void {
    this.notes.set(name, note);
  }

  reportLive(): Promise<HealthReport> {
    return this.report(this.live);
  }

  async reportReady(): Promise<HealthReport> {
    const report = await this.report(this.ready);
    const notes = [...this.notes].flatMap(([name, note]) => {
      const words = note();
      return words === undefined ? [] : [[name, words]];
    });
    return notes.length === 0 ? report : { ...report, notes: Object.fromEntries(notes) as Record<string, string> };
  }

  private async report(checks: ReadonlyMap<string, HealthCheck>): Promise<HealthReport> {
    const faults = await Promise.all([...checks].map(async ([name, check]) => [name, await this.ask(check)] as const));
    return {
      status: faults.every(([, fault]) => fault === undefined) ? 'ok' : 'failing',
      checks: Object.fromEntries(faults.map(([name, fault]) => [name, fault ?? 'ok'])),
    };
  }

  private async ask(check: HealthCheck): Promise<string | undefined> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<string>((resolve) => {
      timer = setTimeout(() => resolve(`no answer within ${this.checkTimeoutMs} ms`), this.checkTimeoutMs);
    });
    try {
      return await Promise.race([Promise.resolve().then(check), late]);
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    } finally {
      clearTimeout(timer);
    }
  }
}
