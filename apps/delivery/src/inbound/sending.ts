import { faultPoint } from '@beckon/kafka';
import { Loop, type Clock, type Logger } from '@beckon/service';
import { passGate, type Claimed, type GateRequest } from '../outbound/ledger-store.js';
import type { Pages } from '../outbound/page-directory.js';
import type { Queries } from '../outbound/sql.js';
import { PageLane } from './page-lane.js';
import type { Sender } from './page-leases.js';
import type { MessagePost } from './message-post.js';
import type { Settlements } from './settlements.js';

/** What sending works with. */
export interface SendingParts {
  readonly db: Queries;
  readonly pages: Pages;
  readonly post: Pick<MessagePost, 'attempt'>;
  readonly settlements: Pick<Settlements, 'add' | 'settled'>;
  readonly worker: string;
  /** The gate was asked for these Pages and its answer never came: what it let pass, nobody will post. */
  readonly onUnheard: (pages: readonly string[]) => void;
  readonly clock: Clock;
  readonly log: Logger;
  /** Most POSTs of one Page that wait for an answer. */
  readonly maxInFlight: number;
}

/** Rest without a poke, in milliseconds: whoever puts a message in line pokes, and the leases watch all lines. */
const IDLE_MS = 1000;
/** Most messages of one statement: more would hold their locks too long. */
const SLOTS_AT_ONCE = 500;

/**
 * Sends for all Pages of this worker: gate, POST, hand the answer over. One loop asks the gate for all Pages that have
 * a slot and may have something in line, in one statement, so the cost of a message does not grow with the number of
 * Pages; each Page's pace stays its own, and exact. POSTs run side by side.
 */
export class Sending {
  readonly loop: Loop;
  /** Whose turn is next comes first. */
  private readonly lanes = new Set<PageLane>();
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly parts: SendingParts) {
    this.loop = new Loop({ name: 'gate', idleMs: IDLE_MS, log: parts.log, tick: () => this.tick() });
  }

  /** Begins to send for a Page. @param leaseUntil monotonic milliseconds. */
  open({ page, epoch }: { readonly page: string; readonly epoch: number }, leaseUntil: number): Sender {
    const { pages, clock, settlements } = this.parts;
    const perSecond = pages.find(page)?.page.pace_per_second ?? 1;
    const lane = new PageLane(page, epoch, leaseUntil, perSecond, clock.monotonic());
    this.lanes.add(lane);
    this.loop.poke();
    return {
      epoch,
      get isDraining() {
        return lane.isDraining;
      },
      renewed: (until) => {
        lane.leaseUntil = until;
      },
      outOfSight: lane.outOfSight,
      poke: () => {
        lane.want();
        this.loop.poke();
      },
      drain: async () => {
        await lane.drain();
        this.lanes.delete(lane);
        await settlements.settled();
      },
    };
  }

  private async tick(): Promise<boolean> {
    const now = this.parts.clock.monotonic();
    const asks = this.asksAt(now);
    if (asks.size === 0) return false;
    const { sending, barred } = await passGate(this.parts.db, this.parts.worker, [...asks.values()]).catch(
      (error: unknown) => {
        for (const lane of asks.keys()) lane.failed();
        this.parts.onUnheard([...asks.keys()].map(({ page }) => page));
        throw error;
      },
    );
    if (sending.length > 0) faultPoint('gate:claimed');
    for (const { row, reason, at, until } of barred)
      this.parts.settlements.add(row.id, row.page, {
        type: 'barred',
        admission_no: row.admission_no,
        reason,
        until,
        at,
      });
    for (const [lane, asked] of asks) {
      const claimed = sending.filter(({ row }) => row.page === lane.page);
      const alerts = claimed.filter((c) => c.row.kind === 'alert').length;
      lane.passed(asked, { alerts, replies: claimed.length - alerts });
      for (const one of claimed) void this.send(one, lane, now);
    }
    return sending.length > 0;
  }

  /** What to ask for, Page by Page in turn; sets the clock for the next slot if nobody has one. */
  private asksAt(now: number): Map<PageLane, GateRequest> {
    const asks = new Map<PageLane, GateRequest>();
    let free = SLOTS_AT_ONCE;
    let waitMs = IDLE_MS;
    for (const lane of [...this.lanes]) {
      if (free <= 0) break;
      const known = this.parts.pages.find(lane.page);
      const ask = known && lane.ask(now, known.page.pace_per_second, this.parts.maxInFlight);
      if (!ask) continue;
      if ('waitMs' in ask) {
        waitMs = Math.min(waitMs, ask.waitMs);
        continue;
      }
      asks.set(lane, ask);
      free -= ask.slots;
      this.lanes.delete(lane);
      this.lanes.add(lane);
    }
    clearTimeout(this.timer);
    if (waitMs < IDLE_MS) this.timer = setTimeout(() => this.loop.poke(), waitMs);
    return asks;
  }

  /** @param asked monotonic time before the gate was asked: Postgres' `at` was not earlier. */
  private async send(claimed: Claimed, lane: PageLane, asked: number): Promise<void> {
    const { row } = claimed;
    try {
      const deadline = (): number => Math.min(asked + (row.send_by - claimed.at), lane.leaseUntil);
      this.parts.settlements.add(row.id, row.page, await this.parts.post.attempt(claimed, lane.epoch, deadline()));
    } catch (err) {
      // Not expected: every outcome is a fact. The row stays `sending` and becomes unknown; it is never sent again.
      lane.outOfSight.add(row.id);
      this.parts.log.error({ err, page: row.page }, 'a message could not be followed to its end');
    } finally {
      lane.land();
      this.loop.poke();
    }
  }

  /** Ends the loop; every lane has been drained before. */
  async stop(): Promise<void> {
    clearTimeout(this.timer);
    await this.loop.stop();
  }
}
