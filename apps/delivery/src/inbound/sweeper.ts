import { Loop, type Clock, type Logger } from '@beckon/service';
import type { Fact } from '../domain/facts.js';
import type { LedgerRow } from '../domain/ledger-row.js';
import { queue, unknowns } from '../metrics.js';
import {
  deleteOld,
  dueForSweep,
  lockForgottenFlights,
  lockOfStoppedPages,
  lockOldUnknowns,
  lockTooLate,
} from '../outbound/ledger-store.js';
import { countLine, countUnknowns } from '../outbound/page-store.js';
import { deleteBareRows, deleteExpiredGrants, wipeErased } from '../outbound/shopper-store.js';
import type { Queries } from '../outbound/sql.js';
import { settleRows, type Emits } from './settle-rows.js';

const BATCH = 200;
/** Time between looks at what changes slowly, in milliseconds. */
const SLOWLY_MS = 2000;
const HOUR = 3_600_000;
/** Longer than any POST and settlement of a living worker takes, in milliseconds. */
const FORGOTTEN_MS = 120_000;

/** Ages in milliseconds. */
export interface SweepAges {
  /** An unknown without an echo ends after this. */
  readonly giveUpUnknown: number;
  /** Settled replies are deleted after this. */
  readonly keepReplies: number;
  /** Settled alerts are deleted after this: longer than any signal stays open, since the row is what forbids a double. */
  readonly keepAlerts: number;
}

/**
 * What time does to the ledger, for all Pages, owned or not: rows whose time passed in line are returned, alerts of
 * stopped Pages put off, unknowns given up after a day, replies to erased shoppers wiped, old rows deleted. Any worker may do it; rows are locked.
 */
export class Sweeper {
  readonly loop: Loop;
  private cleanAt = 0;
  private slowAt = 0;

  constructor(
    private readonly parts: {
      readonly db: Queries;
      readonly emits: Emits;
      readonly clock: Clock;
      readonly log: Logger;
      readonly ages: SweepAges;
    },
  ) {
    this.loop = new Loop({ name: 'sweep', idleMs: 250, log: parts.log, tick: () => this.tick() });
  }

  private async tick(): Promise<boolean> {
    const at = (): number => this.parts.clock.now();
    const due = await dueForSweep(this.parts.db);
    const late = due.late
      ? await this.settle(
          (tx) => lockTooLate(tx, BATCH),
          () => ({ type: 'too_late', at: at() }),
        )
      : 0;
    const stopped = due.stopped
      ? await this.settle(
          (tx) => lockOfStoppedPages(tx, BATCH),
          () => ({ type: 'page_stopped', at: at() }),
        )
      : 0;
    if (this.parts.clock.monotonic() >= this.slowAt) {
      this.slowAt = this.parts.clock.monotonic() + SLOWLY_MS;
      await this.sweepSlowly(at);
    }
    return late === BATCH || stopped === BATCH;
  }

  private async sweepSlowly(at: () => number): Promise<void> {
    const { ages } = this.parts;
    await this.settle(
      (tx) => lockForgottenFlights(tx, FORGOTTEN_MS, BATCH),
      () => ({ type: 'orphaned', at: at() }),
    );
    await this.settle(
      (tx) => lockOldUnknowns(tx, ages.giveUpUnknown, BATCH),
      () => ({ type: 'given_up', at: at() }),
    );
    await wipeErased(this.parts.db);
    await this.count();
    await this.clean();
  }

  private settle(lock: (tx: Queries) => Promise<LedgerRow[]>, fact: () => Fact): Promise<number> {
    return this.parts.emits.transaction(async (tx) => {
      const rows = await lock(tx);
      if (rows.length > 0) await settleRows(tx, rows, () => [fact()]);
      return rows.length;
    });
  }

  private async count(): Promise<void> {
    const line = new Map((await countLine(this.parts.db)).map((r) => [r.kind, r.n]));
    for (const kind of ['alert', 'reply']) queue.set(line.get(kind) ?? 0, { kind });
    unknowns.set(await countUnknowns(this.parts.db));
  }

  /** Once an hour, in batches. */
  private async clean(): Promise<void> {
    if (this.parts.clock.monotonic() < this.cleanAt) return;
    const { db, ages } = this.parts;
    const replies = await deleteOld(db, 'reply', ages.keepReplies, 1000);
    const alerts = await deleteOld(db, 'alert', ages.keepAlerts, 1000);
    const bare = await deleteBareRows(db, 1000);
    const tokens = await deleteExpiredGrants(db, 1000);
    if ([replies, alerts, bare, tokens].every((n) => n < 1000)) this.cleanAt = this.parts.clock.monotonic() + HOUR;
  }
}
