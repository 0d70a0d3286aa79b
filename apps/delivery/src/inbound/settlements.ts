import { Loop, type Logger } from '@beckon/service';
import type { Fact } from '../domain/facts.js';
import { lockRows } from '../outbound/ledger-store.js';
import { settleRows, type Emits } from './settle-rows.js';

const BATCH = 500;

/**
 * Facts on their way into the ledger, in batches: while one batch commits and its records are acknowledged, the next
 * gathers. A fact leaves the list only when it is committed, so trouble with Postgres or Kafka delays and loses nothing;
 * a process that ends first leaves its rows `sending`, which whoever takes the Page over turns into `unknown`.
 */
export class Settlements {
  private readonly waiting: { readonly id: string; readonly page: string; readonly fact: Fact }[] = [];
  private readonly listeners: ((page: string) => void)[] = [];
  private readonly idle: (() => void)[] = [];
  readonly loop: Loop;

  constructor(
    private readonly emits: Emits,
    log: Logger,
  ) {
    this.loop = new Loop({ name: 'settle', idleMs: 1000, log, tick: () => this.tick() });
  }

  /** Notes a fact about a message of a Page. */
  add(id: string, page: string, fact: Fact): void {
    this.waiting.push({ id, page, fact });
    this.loop.poke();
  }

  /** Calls back with each Page of which something was settled. */
  onSettled(listener: (page: string) => void): void {
    this.listeners.push(listener);
  }

  /** Resolves when everything added so far is committed. */
  async settled(): Promise<void> {
    if (this.waiting.length > 0) await new Promise<void>((resolve) => this.idle.push(resolve));
  }

  private async tick(): Promise<boolean> {
    const batch = this.waiting.slice(0, BATCH);
    if (batch.length > 0) {
      const facts = new Map<string, Fact[]>();
      for (const { id, fact } of batch) facts.set(id, [...(facts.get(id) ?? []), fact]);
      await this.emits.transaction(async (tx) => {
        const rows = await lockRows(tx, [...facts.keys()]);
        return settleRows(tx, rows, (row) => facts.get(row.id) ?? []);
      });
      this.waiting.splice(0, batch.length);
      for (const page of new Set(batch.map((b) => b.page))) for (const listener of this.listeners) listener(page);
    }
    if (this.waiting.length > 0) return true;
    for (const resolve of this.idle.splice(0)) resolve();
    return false;
  }
}
