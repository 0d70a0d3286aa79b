import { alertsFirst, emptyPace, msToNextSlot, refill, slots, spend, type Pace } from '../domain/pace.js';
import type { GateRequest } from '../outbound/ledger-store.js';

/**
 * One Page that this worker sends for, under one lease: its pace, what is out, and whether something may be in line.
 * Nothing is asked of the gate once the lease's time is over by the monotonic clock, whatever else hangs.
 */
export class PageLane {
  private pace: Pace;
  private inFlight = 0;
  private asking = false;
  private wanted = true;
  private draining = false;
  private readonly landed: (() => void)[] = [];
  /** Messages whose POST ended in a way nobody expected: whether a byte left is not known. */
  readonly outOfSight = new Set<string>();

  /** @param leaseUntil monotonic milliseconds. */
  constructor(
    readonly page: string,
    readonly epoch: number,
    public leaseUntil: number,
    perSecond: number,
    now: number,
  ) {
    this.pace = emptyPace(perSecond, now);
  }

  get isDraining(): boolean {
    return this.draining;
  }

  /** There may be something in line. */
  want(): void {
    this.wanted = true;
  }

  /**
   * What to ask the gate for at `now` (monotonic milliseconds); or the milliseconds until the next slot; or nothing,
   * until somebody says {@link want} or a message lands. Asking forgets what is wanted: what comes meanwhile is news.
   */
  ask(now: number, perSecond: number, maxInFlight: number): GateRequest | { readonly waitMs: number } | undefined {
    const room = maxInFlight - this.inFlight;
    if (!this.wanted || this.draining || now >= this.leaseUntil || room < 1) return undefined;
    this.pace = refill(this.pace, now, perSecond);
    const free = Math.min(slots(this.pace), room);
    if (free < 1) return { waitMs: msToNextSlot(this.pace) };
    this.wanted = false;
    this.asking = true;
    return { page: this.page, epoch: this.epoch, slots: free, alertsFirst: alertsFirst(this.pace, free) };
  }

  /** What the gate let pass of what was asked. */
  passed(asked: GateRequest, sent: { readonly alerts: number; readonly replies: number }): void {
    this.pace = spend(this.pace, sent, asked.alertsFirst);
    this.inFlight += sent.alerts + sent.replies;
    // All slots were used, so there may be more.
    if (sent.alerts + sent.replies === asked.slots) this.wanted = true;
    this.answered();
  }

  /** The gate could not be asked: nothing was claimed that we know of, and all is still wanted. */
  failed(): void {
    this.wanted = true;
    this.answered();
  }

  /** The answer to a message is there. */
  land(): void {
    this.inFlight -= 1;
    this.rest();
  }

  /** Asks for nothing more; resolves when nothing is out. */
  async drain(): Promise<void> {
    this.draining = true;
    if (this.isOut) await new Promise<void>((resolve) => this.landed.push(resolve));
  }

  private get isOut(): boolean {
    return this.asking || this.inFlight > 0;
  }

  private answered(): void {
    this.asking = false;
    this.rest();
  }

  private rest(): void {
    if (!this.isOut) for (const resolve of this.landed.splice(0)) resolve();
  }
}
