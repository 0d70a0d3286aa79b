import type { ThreadMessage } from '../domain/model.js';

/** Most bubbles of one person, and of all people together. */
export interface ThreadBounds {
  readonly ofOne: number;
  readonly ofAll: number;
}

const BOUNDS: ThreadBounds = { ofOne: 500, ofAll: 100_000 };

/**
 * What the phones show. A phone that receives a million messages shows the youngest: older bubbles go, first those of
 * a thread that is too long, then the oldest of all. What was truly received is in the ledger, all of it.
 */
export class Threads {
  private readonly threads = new Map<string, ThreadMessage[]>();
  /** Whose bubble came when, oldest first, from `begin` on; those that have left their thread early are still in it. */
  private order: string[] = [];
  private begin = 0;
  /** How many of a person's entries in `order`, from the oldest on, have left already. */
  private readonly left = new Map<string, number>();
  private total = 0;

  constructor(private readonly bounds: ThreadBounds = BOUNDS) {}

  /** The bubbles of a person, oldest first. */
  of(psid: string): readonly ThreadMessage[] {
    return this.threads.get(psid) ?? [];
  }

  /** All threads, for a snapshot. */
  entries(): [psid: string, messages: ThreadMessage[]][] {
    return [...this.threads];
  }

  /** Adds the youngest bubble of a person. */
  add(psid: string, message: ThreadMessage): void {
    const thread = this.threads.get(psid);
    if (thread) thread.push(message);
    else this.threads.set(psid, [message]);
    this.order.push(psid);
    this.total += 1;
    if (thread && thread.length > this.bounds.ofOne) {
      thread.shift();
      this.total -= 1;
      this.left.set(psid, (this.left.get(psid) ?? 0) + 1);
    }
    // One thread that is always full leaves more and more behind in `order`: that has a bound too.
    while (this.total > this.bounds.ofAll || this.order.length - this.begin > this.bounds.ofAll * 2) this.dropOldest();
  }

  /** Forgets everything. */
  clear(): void {
    this.threads.clear();
    this.left.clear();
    this.order = [];
    this.begin = 0;
    this.total = 0;
  }

  private dropOldest(): void {
    const psid = this.order[this.begin]!;
    this.begin += 1;
    // Cutting now and then instead of shifting each time keeps adding cheap.
    if (this.begin > this.bounds.ofAll) {
      this.order = this.order.slice(this.begin);
      this.begin = 0;
    }
    const left = this.left.get(psid);
    if (left !== undefined) {
      if (left === 1) this.left.delete(psid);
      else this.left.set(psid, left - 1);
      return;
    }
    const thread = this.threads.get(psid)!;
    thread.shift();
    this.total -= 1;
    if (thread.length === 0) this.threads.delete(psid);
  }
}
