/** The loops of throttling: what each does, how often, and who wakes whom. */
import type { Emitter } from '@beckon/kafka';
import { Loop, superviseLoop, type Clock, type Logger, type ServiceDeps } from '@beckon/service';
import type { ShopDirectory } from '@beckon/settings';
import type { DataSource } from 'typeorm';
import { horizonFor, shopWindows } from '../domain/windows.js';
import { alertsInLine, closedShards, leasedPages } from '../metrics.js';
import { FreshnessStore } from '../outbound/freshness-store.js';
import { ensurePages, LineStore } from '../outbound/line-store.js';
import { PageLeases, RENEW_MS } from '../outbound/page-leases.js';
import type { RedisLink } from '../outbound/redis-link.js';
import { RedisWindows } from '../outbound/redis-windows.js';
import { Shards } from '../outbound/shards.js';
import { AdmissionRound } from './admission-round.js';
import { FreshnessConfirmation } from './freshness-confirmation.js';
import { askForAnswers, endWhatIsOver } from './housekeeping.js';
import { OrphanSweep } from './orphan-sweep.js';
import type { Pokes } from './pokes.js';
import { WindowsTeller } from './windows-teller.js';

export interface LoopsDeps {
  /** Must differ between processes. */
  readonly worker: string;
  readonly redisPrefix: string;
  /** Rest between admission rounds that found nothing, in milliseconds. */
  readonly idleMs: number;
  readonly dataSource: DataSource;
  readonly emitter: Pick<Emitter, 'transaction'>;
  readonly link: RedisLink;
  readonly shops: Pick<ShopDirectory, 'all' | 'byPage' | 'onChange'>;
  readonly pokes: Pokes;
  readonly clock: Clock;
  readonly log: Logger;
  readonly signalsKnownSince: () => number;
  readonly ready: () => boolean;
  /** The time of the windows, for tests; else the clock of the Redis server, which all workers share. */
  readonly windowsNow?: () => number;
}

const COUNT_EVERY_MS = 10_000;

export class Loops {
  readonly leases: PageLeases;
  readonly shards: Shards;
  readonly windows: RedisWindows;
  readonly sweep: OrphanSweep;
  readonly round: AdmissionRound;
  readonly teller: WindowsTeller;
  readonly freshness: FreshnessConfirmation;
  private readonly loops: readonly Loop[];

  constructor(private readonly o: LoopsDeps) {
    const { dataSource, emitter, link, shops, pokes, clock, log } = o;
    let horizon = horizonFor([]);
    const measure = (): void => {
      horizon = horizonFor(shops.all().flatMap((s) => shopWindows(s.settings)));
      for (const name of ['shards', 'leases', 'admission'] as const) pokes.poke(name);
    };
    measure();
    shops.onChange(() => {
      this.round.decideAnew();
      measure();
    });

    this.windows = new RedisWindows(link.client, o.redisPrefix, o.windowsNow);
    this.shards = new Shards(dataSource, link, this.windows, () => horizon, log);
    this.leases = new PageLeases(dataSource, o.worker, () => clock.monotonic());
    this.sweep = new OrphanSweep(emitter, this.windows, this.shards, clock, log);
    const onClosed = (): void => pokes.poke('shards');
    const toAdmission = (): void => pokes.poke('admission');
    const line = new LineStore(dataSource);
    this.round = new AdmissionRound({
      ...{ worker: o.worker, emitter, line, leases: this.leases, windows: this.windows, shards: this.shards },
      ...{ shops, clock, ready: o.ready, onClosed, onLeaseLost: () => pokes.poke('leases'), log },
    });
    this.freshness = new FreshnessConfirmation(new FreshnessStore(dataSource), o.signalsKnownSince, clock, toAdmission);
    this.teller = new WindowsTeller(emitter, this.windows, this.shards, onClosed, toAdmission);

    const loop = (name: string, idleMs: number, tick: () => Promise<boolean | void>): Loop =>
      new Loop({ name, idleMs, tick, log, clock });
    const admission = loop('admission', o.idleMs, () => this.round.run());
    const windows = loop('windows teller', 500, () => this.teller.run());
    const shards = loop('shards', 1_000, () => this.openShards());
    const ending = loop('ending', 1_000, () => endWhatIsOver(emitter, clock.now()));
    const leases = loop('page leases', RENEW_MS, () => this.renewLeases());
    pokes.connect('admission', () => admission.poke());
    pokes.connect('windows', () => windows.poke());
    pokes.connect('shards', () => shards.poke());
    pokes.connect('ending', () => ending.poke());
    pokes.connect('leases', () => leases.poke());
    link.onVerified(onClosed);
    this.loops = [
      ...[admission, windows, shards, ending],
      loop('overdue answers', 1_000, () => askForAnswers(emitter, clock.now())),
      loop('freshness', 500, () => this.freshness.run()),
      loop('orphan sweep', 200, () => this.sweep.run()),
      loop('line counts', COUNT_EVERY_MS, () => this.count()),
      leases,
    ];
    closedShards.observe(() => this.shards.closed);
    leasedPages.observe(() => this.leases.mine().length);
  }

  /** Starts all loops as part of a process; leases are given back after the loops have stopped. */
  supervise(deps: Pick<ServiceDeps, 'health' | 'shutdown'>): void {
    for (const loop of this.loops) superviseLoop(loop, deps);
    deps.shutdown.add('release pages', () => this.leases.release(), 'work');
  }

  start(): void {
    for (const loop of this.loops) loop.start();
  }

  async stop(): Promise<void> {
    await Promise.all(this.loops.map((loop) => loop.stop()));
  }

  /** What time alone brings about, one step of each; true if there may be more. */
  async housekeeping(): Promise<boolean> {
    const { emitter, clock } = this.o;
    const ended = await endWhatIsOver(emitter, clock.now());
    return (await askForAnswers(emitter, clock.now())) || ended;
  }

  private async openShards(): Promise<void> {
    const before = this.shards.closed;
    await this.shards.openAll();
    if (this.shards.closed < before) {
      this.o.pokes.poke('windows');
      this.o.pokes.poke('admission');
    }
  }

  private async renewLeases(): Promise<void> {
    const { dataSource, shops } = this.o;
    const named = shops.all().flatMap((s) => s.settings.pages.map((p) => p.page));
    await ensurePages((sql, parameters) => dataSource.query(sql, parameters), named);
    const before = this.leases.mine().length;
    await this.leases.renew();
    if (this.leases.mine().length > before) {
      this.round.decideAnew();
      this.o.pokes.poke('admission');
    }
  }

  private async count(): Promise<void> {
    const rows: { state: string; alerts: number }[] = await this.o.dataSource.query(
      `SELECT 'waiting' AS state, count(*)::int AS alerts FROM alerts WHERE state = 'waiting' AND not_before = 0
       UNION ALL SELECT 'held', count(*)::int FROM alerts WHERE state = 'waiting' AND not_before > 0
       UNION ALL SELECT 'reserved', count(*)::int FROM alerts WHERE state = 'reserved'`,
    );
    for (const { state, alerts } of rows) alertsInLine.set(alerts, { state });
  }
}
