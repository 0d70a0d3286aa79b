/**
 * The one clock behind window, tokens, retries and time stamps. Real by default; it can be set, advanced and frozen.
 * Whoever waits on it is woken when it is moved past the awaited time. Network time-outs are real time and not here.
 */
export class SandboxClock {
  private offset = 0;
  private frozenAt: number | null = null;
  private readonly waiting = new Set<{ at: number; wake: () => void; timer: NodeJS.Timeout | undefined }>();

  /** Milliseconds since the epoch. */
  now(): number {
    return this.frozenAt ?? Date.now() + this.offset;
  }

  /** How the clock stands, for the admin API. */
  describe(): { now: number; frozen: boolean; offset_ms: number } {
    return { now: this.now(), frozen: this.frozenAt !== null, offset_ms: this.now() - Date.now() };
  }

  /** Puts the clock to a time, in milliseconds since the epoch; it goes on from there unless it is frozen. */
  set(at: number): void {
    if (this.frozenAt !== null) this.frozenAt = at;
    this.offset = at - Date.now();
    this.rearm();
  }

  /** Moves the clock by milliseconds (backwards if negative). */
  advance(ms: number): void {
    this.set(this.now() + ms);
  }

  /** Stops the clock where it stands, or lets it go on from there. */
  freeze(frozen: boolean): void {
    const now = this.now();
    this.frozenAt = frozen ? now : null;
    this.offset = now - Date.now();
    this.rearm();
  }

  /** Back to real time. */
  reset(): void {
    this.frozenAt = null;
    this.offset = 0;
    this.rearm();
  }

  /** Resolves when the clock has reached `at`, or at once when `signal` aborts. */
  async sleepUntil(at: number, signal: AbortSignal): Promise<void> {
    if (this.now() >= at || signal.aborted) return;
    await new Promise<void>((resolve) => {
      const entry = {
        at,
        timer: undefined,
        wake: () => {
          clearTimeout(entry.timer);
          this.waiting.delete(entry);
          signal.removeEventListener('abort', entry.wake);
          resolve();
        },
      } as { at: number; wake: () => void; timer: NodeJS.Timeout | undefined };
      this.waiting.add(entry);
      signal.addEventListener('abort', entry.wake);
      this.arm(entry);
    });
  }

  private rearm(): void {
    for (const entry of [...this.waiting]) this.arm(entry);
  }

  private arm(entry: { at: number; wake: () => void; timer: NodeJS.Timeout | undefined }): void {
    clearTimeout(entry.timer);
    const wait = entry.at - this.now();
    if (wait <= 0) return entry.wake();
    // A frozen clock wakes nobody until it is moved; setTimeout cannot wait longer than 2^31 ms, so look again then.
    if (this.frozenAt === null) entry.timer = setTimeout(() => this.arm(entry), Math.min(wait, 2 ** 31 - 1));
  }
}
