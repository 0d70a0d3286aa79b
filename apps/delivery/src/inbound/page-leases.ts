import { Loop, type Clock, type Logger } from '@beckon/service';
import { setTimeout as rest } from 'node:timers/promises';
import { fairShare } from '../domain/share-pages.js';
import { pagesOwned, pagesStopped } from '../metrics.js';
import { lockFlightsBefore, lockUnposted } from '../outbound/ledger-store.js';
import { accessTokenOf, type Pages } from '../outbound/page-directory.js';
import {
  LEASE_MS,
  knowPages,
  pagesInLine,
  releasePage,
  renewLeases,
  reopenPage,
  sayAlive,
  sayGoodbye,
  takePages,
  type OwnedPage,
} from '../outbound/page-store.js';
import type { Queries } from '../outbound/sql.js';
import { settleRows, type Emits } from './settle-rows.js';

/** The part of a sender that leases need. */
export interface Sender {
  readonly epoch: number;
  readonly isDraining: boolean;
  renewed(leaseUntil: number): void;
  poke(): void;
  drain(): Promise<void>;
  /** Messages that it lost sight of: they may have left. */
  readonly outOfSight: ReadonlySet<string>;
}

/** A worker without others looks at its lines this often, in milliseconds. */
const ALONE_WATCH_MS = 500;

/** What the lease loop works with. */
export interface LeaseParts {
  readonly db: Queries;
  readonly emits: Emits;
  readonly pages: Pages;
  /** Unique to this process and run: a restarted process must not take its predecessor's leases for its own. */
  readonly worker: string;
  /** Whether the state topics were read to the end; before that, no Page is taken. */
  readonly ready: () => boolean;
  /** @param leaseUntil monotonic milliseconds. */
  readonly startSender: (lease: { page: string; worker: string; epoch: number }, leaseUntil: number) => Sender;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * Which Pages this worker sends for. Each Page belongs to one worker at a time, under an epoch that grows with every
 * change of hands; workers share Pages evenly and hand over when one joins. A Page that is taken from a dead worker
 * comes with its unanswered flights, which are `unknown` from then on and never sent again.
 *
 * Who gives a Page back alive knows more: every POST of the lease is answered and settled by then, so what is still
 * `sending` under its epoch was let pass by a gate whose answer never came (the connection to Postgres broke). Nobody
 * posted it, and nobody will: it goes back to the line, in the transaction that ends the lease. Whoever lost a Page while
 * Postgres was away says so afterwards, too: what the next owner took for unknown comes back.
 */
export class PageLeases {
  private readonly senders = new Map<string, Sender>();
  private readonly stoppedPages = new Set<string>();
  private leaving = false;
  private nextAt = 0;
  private alone = false;
  private watchAt = 0;
  readonly loop: Loop;
  readonly watch: Loop;

  constructor(private readonly parts: LeaseParts) {
    this.loop = new Loop({ name: 'page leases', idleMs: 200, log: parts.log, tick: () => this.tick() });
    this.watch = new Loop({ name: 'page lines', idleMs: 50, log: parts.log, tick: () => this.watchLines() });
    pagesOwned.observe(() => this.senders.size);
    pagesStopped.observe(() => this.stoppedPages.size);
  }

  /** Pages that this worker owns now. */
  get owned(): readonly string[] {
    return [...this.senders.keys()];
  }

  /** The settings changed: look at them now. */
  lookAgain(): void {
    this.nextAt = 0;
    this.loop.poke();
  }

  /** What the gate said of these Pages was lost: they are given back, and with them what nobody heard of. */
  giveBack(pages: readonly string[]): void {
    this.parts.log.warn({ pages: pages.length }, 'the answer of the gate was lost; its Pages begin anew');
    for (const page of pages) void this.release(page).then(() => this.lookAgain());
  }

  /** Something came for this Page. */
  poke(page: string): void {
    this.senders.get(page)?.poke();
  }

  /** Ends sending in order: claims nothing more, waits for answers, settles them, gives the Pages back. */
  async stop(): Promise<void> {
    this.leaving = true;
    const renewing = setInterval(() => void this.renew().catch(() => undefined), LEASE_MS / 3);
    await Promise.all([this.loop.stop(), this.watch.stop()]);
    await Promise.all(this.owned.map((page) => this.release(page)));
    clearInterval(renewing);
    await sayGoodbye(this.parts.db, this.parts.worker).catch(() => undefined);
  }

  private async tick(): Promise<void> {
    if (!this.parts.ready() || this.leaving) return;
    const { db, worker, pages, clock } = this.parts;
    if (clock.monotonic() < this.nextAt) return;
    this.nextAt = clock.monotonic() + LEASE_MS / 3;
    const workers = await sayAlive(db, worker);
    this.alone = workers.length === 1;
    await this.renew();
    const known = pages.all();
    for (const page of this.owned) if (!known.includes(page)) void this.release(page);
    const staying = this.owned.filter((page) => !this.senders.get(page)?.isDraining);
    const share = fairShare(known.length, workers, worker);
    for (const page of staying.slice(share)) void this.release(page);
    if (staying.length < share) await this.take(known, share - staying.length);
  }

  /**
   * Messages may be put in line by other workers, who cannot poke our senders. A worker that is alone looks only now and
   * then: for what waits for a time or a revision.
   */
  private async watchLines(): Promise<void> {
    const now = this.parts.clock.monotonic();
    if (this.senders.size === 0 || (this.alone && now < this.watchAt)) return;
    this.watchAt = now + ALONE_WATCH_MS;
    for (const page of await pagesInLine(this.parts.db, this.owned)) this.poke(page);
  }

  private async renew(): Promise<void> {
    const asked = this.parts.clock.monotonic();
    const held = new Map([...this.senders].map(([page, sender]) => [page, sender.epoch]));
    if (held.size === 0) return;
    const ours = new Map((await renewLeases(this.parts.db, this.parts.worker, held)).map((p) => [p.page, p]));
    for (const [page, epoch] of held) {
      const sender = this.senders.get(page);
      const owned = ours.get(page);
      if (sender?.epoch !== epoch) continue;
      if (!owned) {
        this.parts.log.warn({ page, epoch }, 'another worker took this Page over');
        this.senders.delete(page);
        this.stoppedPages.delete(page);
        void sender.drain().then(() => this.endLease(page, sender));
        continue;
      }
      sender.renewed(asked + LEASE_MS);
      await this.lookAtStop(owned);
    }
  }

  private async take(known: readonly string[], limit: number): Promise<void> {
    const { db, worker, log } = this.parts;
    await knowPages(db, known);
    const asked = this.parts.clock.monotonic();
    const free = known.filter((page) => !this.senders.has(page));
    for (const page of await takePages(db, worker, free, limit)) {
      const orphans = await this.adoptFlights(page.page, page.epoch);
      log.info({ page: page.page, epoch: page.epoch, orphans }, 'took a Page');
      const lease = { page: page.page, worker, epoch: page.epoch };
      this.senders.set(page.page, this.parts.startSender(lease, asked + LEASE_MS));
      await this.lookAtStop(page);
    }
  }

  /** What the former owner had in flight: unknown, unless an echo already told that it was accepted. */
  private adoptFlights(page: string, epoch: number): Promise<number> {
    return this.parts.emits.transaction(async (tx) => {
      const rows = await lockFlightsBefore(tx, page, epoch);
      await settleRows(tx, rows, () => [{ type: 'orphaned', at: this.parts.clock.now() }]);
      return rows.length;
    });
  }

  /** A stopped Page sends again when another token is there, or when its time to try again has come. */
  private async lookAtStop(owned: OwnedPage): Promise<void> {
    const { page, state } = owned;
    if (state === 'open') {
      this.stoppedPages.delete(page);
      return;
    }
    if (!this.stoppedPages.has(page))
      this.parts.log.error({ page, retry_at: owned.retry_at }, 'this Page cannot send; its alerts wait');
    this.stoppedPages.add(page);
    const known = this.parts.pages.find(page);
    const token = known && accessTokenOf(known);
    const retry = owned.retry_at !== null && this.parts.clock.now() >= owned.retry_at;
    if (!token || (token.mark === owned.stopped_token && !retry)) return;
    await reopenPage(this.parts.db, page);
    this.stoppedPages.delete(page);
    this.parts.log.info({ page }, 'this Page sends again');
    this.poke(page);
  }

  private async release(page: string): Promise<void> {
    const sender = this.senders.get(page);
    if (!sender || sender.isDraining) return;
    await sender.drain();
    await this.endLease(page, sender);
    if (this.senders.get(page) !== sender) return; // taken over meanwhile
    this.senders.delete(page);
    this.stoppedPages.delete(page);
  }

  /** Tries until it is done: what this worker let pass and never posted, nobody else can know. */
  private async endLease(page: string, sender: Sender): Promise<void> {
    const { emits, worker, clock, log } = this.parts;
    for (let pause = 100; ; pause = Math.min(2 * pause, 2000)) {
      try {
        const unheard = await emits.transaction(async (tx) => {
          await releasePage(tx, worker, page, sender.epoch); // unless it is another's already
          const rows = (await lockUnposted(tx, page, sender.epoch)).filter(({ id }) => !sender.outOfSight.has(id));
          const fact = { type: 'not_sent', why: 'not_heard', epoch: sender.epoch, at: clock.now() } as const;
          await settleRows(tx, rows, () => [fact]);
          return rows.length;
        });
        if (unheard > 0) log.info({ page, unheard }, 'messages that nobody posted go back to the line');
        return;
      } catch (err) {
        log.warn({ err, page }, 'the lease could not be given back yet');
        if (this.leaving) return; // it runs out by itself
        await rest(pause);
      }
    }
  }
}
