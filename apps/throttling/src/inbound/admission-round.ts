/**
 * One round of admission over the Pages that this worker leases: pick, decide, ask the windows, write. The places in
 * Redis are taken before the rows are written. A round that fails to write leaves its places: the same alerts, picked
 * again by whoever owns the Page now, find them under the same number; what nobody asks for again, the sweep gives back.
 * (Giving them back here could take the place of a worker that has meanwhile admitted the same alert.)
 */
import type { Reason } from '@beckon/contracts';
import type { Emitter } from '@beckon/kafka';
import type { ShopDirectory } from '@beckon/settings';
import type { Clock, Logger } from '@beckon/service';
import { freePlaces } from '../domain/in-flight.js';
import { LONGEST_ROUND_MS } from '../domain/orphans.js';
import { planRound, waitFor, type Plan, type Wait } from '../domain/plan-round.js';
import { alertTag, skuTag } from '../domain/tags.js';
import { kindTag, shopWindows, type Window, type WindowVerdict } from '../domain/windows.js';
import { admissions, admissionWait, ended, holds } from '../metrics.js';
import {
  admit,
  end,
  GroundMoved,
  hold,
  holdPages,
  holdShards,
  lockAlerts,
  type PageLease,
} from '../outbound/admission-store.js';
import type { Candidate, LineStore } from '../outbound/line-store.js';
import type { PageLeases } from '../outbound/page-leases.js';
import type { OpenShard, Placing, RedisWindows } from '../outbound/redis-windows.js';
import type { Shards } from '../outbound/shards.js';

/** Candidates of one round, over all Pages. */
const ROUND = 500;

export interface AdmissionDeps {
  readonly worker: string;
  readonly emitter: Pick<Emitter, 'transaction'>;
  readonly line: LineStore;
  readonly leases: Pick<PageLeases, 'mine'>;
  readonly windows: RedisWindows;
  readonly shards: Shards;
  readonly shops: Pick<ShopDirectory, 'byPage'>;
  readonly clock: Clock;
  /** Whether all state topics have been read to the end they had at start. */
  readonly ready: () => boolean;
  /** Tells the loop that opens shards that one is closed. */
  readonly onClosed: () => void;
  /** Tells the loop that renews leases that one is lost. */
  readonly onLeaseLost: () => void;
  readonly log: Logger;
}

type Planned = Plan<Candidate>['admit'][number];
/** An alert with a place in the windows, and where the place is. */
interface Placed extends Planned {
  readonly at: OpenShard;
  readonly placing: Placing;
}

export class AdmissionRound {
  private settingsChanged = true;

  constructor(private readonly o: AdmissionDeps) {}

  /** Settings changed, or a Page was leased: what was held under other settings is decided anew. */
  decideAnew(): void {
    this.settingsChanged = true;
  }

  /** Runs one round; true if anything moved, so that another may follow at once. */
  async run(): Promise<boolean> {
    const { clock, line } = this.o;
    if (!this.o.ready()) return false;
    const leases = this.o.leases.mine();
    const pages = leases.map((l) => l.page);
    if (pages.length === 0) return false;
    const now = clock.now();
    const released = (await line.releaseDue(pages, now)) + (await this.releaseChanged(pages));
    const places = await this.freePlaces(pages, now);
    const candidates = places.size === 0 ? [] : await line.pick(this.shares(places));
    if (candidates.length === 0) return released > 0;

    const plan = planRound(candidates, (page) => this.o.shops.byPage(page)?.shop.settings ?? null, places, now);
    const placedAt = clock.monotonic();
    const { placed, waits } = await this.askWindows(plan.admit, now);
    // The leases under which the facts were read: one lost and won again in between is another lease.
    const involved = new Set(candidates.map((c) => c.page));
    const held = leases.filter((l) => involved.has(l.page));
    const moved = await this.write({ ...plan, wait: [...plan.wait, ...waits] }, placed, held, { now, placedAt });
    return moved + released > 0;
  }

  private async releaseChanged(pages: readonly string[]): Promise<number> {
    if (!this.settingsChanged) return 0;
    this.settingsChanged = false;
    const revs = new Map(pages.map((page) => [page, this.o.shops.byPage(page)?.shop.rev ?? 0]));
    const released = await this.o.line.releaseChanged(revs);
    if (released > 0) this.settingsChanged = true; // there may be more
    return released;
  }

  /** Free places of the Pages that have any. */
  private async freePlaces(pages: readonly string[], now: number): Promise<Map<string, number>> {
    const inFlight = await this.o.line.inFlight(pages, now);
    const places = pages.map((page): [string, number] => {
      const { in_flight = 0, overdue = 0 } = inFlight.get(page) ?? {};
      const pace = this.o.shops.byPage(page)?.page.pace_per_second ?? 1;
      return [page, freePlaces(pace, in_flight, overdue)];
    });
    return new Map(places.filter(([, free]) => free > 0));
  }

  /** How many candidates of each Page are looked at: more than there are places, since some will have to wait. */
  private shares(places: ReadonlyMap<string, number>): Map<string, number> {
    const most = Math.max(2, Math.floor(ROUND / places.size));
    return new Map([...places].map(([page, free]) => [page, Math.min(most, Math.max(2 * free, 20))]));
  }

  /**
   * One script call per shard. What is allowed has its place; what is not, waits; a closed shard leaves all as it is.
   * Keeps the order of the plan.
   */
  private async askWindows(planned: readonly Planned[], now: number): Promise<{ placed: Placed[]; waits: Wait[] }> {
    const places = new Map<Planned, Placed>();
    const waits: Wait[] = [];
    await Promise.all(
      [...groupBy(planned, ({ alert }) => alert.shard)].map(async ([shard, group]) => {
        const at = this.o.shards.at(shard);
        const placings = group.map(({ alert }) => this.placing(alert));
        const verdicts = at ? await this.reserveOrClosed(at, placings) : 'closed';
        if (!at || verdicts === 'closed') {
          this.o.shards.suspect(shard);
          this.o.onClosed();
          holds.add(group.length, { reason: 'windows_closed' });
          return;
        }
        group.forEach((p, i) => {
          const placing = placings[i] as Placing;
          const verdict = verdicts[i] as WindowVerdict;
          if (verdict.verdict === 'allow') places.set(p, { ...p, at, placing });
          else waits.push(windowWait(p.alert, verdict, placing.windows, now));
        });
      }),
    );
    return { placed: planned.flatMap((p) => places.get(p) ?? []), waits };
  }

  /** Trouble with Redis is a closed shard: whether places were taken is asked again, under the same numbers. */
  private async reserveOrClosed(at: OpenShard, placings: readonly Placing[]): Promise<WindowVerdict[] | 'closed'> {
    try {
      return await this.o.windows.reserve(at, placings);
    } catch (err) {
      this.o.log.warn({ err, shard: at.shard }, 'Redis did not decide; its shard counts as closed');
      return 'closed';
    }
  }

  private placing(alert: Candidate): Placing {
    const settings = this.o.shops.byPage(alert.page)?.shop.settings;
    return {
      shopper: alert.shopper_id,
      alert: alertTag(alert.alert_id),
      no: alert.admission_no + 1,
      kind: kindTag(alert.kind),
      sku: skuTag(alert.shop, alert.sku),
      windows: settings ? shopWindows(settings) : [],
    };
  }

  private async write(
    plan: Plan<Candidate>,
    placed: readonly Placed[],
    leases: readonly PageLease[],
    { now, placedAt }: { readonly now: number; readonly placedAt: number },
  ): Promise<number> {
    if (placed.length + plan.wait.length + plan.end.length === 0) return 0;
    const { emitter, worker, clock } = this.o;
    const ids = [
      ...placed.map((p) => p.alert.alert_id),
      ...plan.wait.map((w) => w.alert_id),
      ...plan.end.map((e) => e.alert_id),
    ];
    const used = new Map(placed.map((p) => [p.at.shard, p.at]));
    const revOf = (page: string): number => this.o.shops.byPage(page)?.shop.rev ?? 0;
    try {
      const done = await emitter.transaction(async (tx) => {
        await holdPages(tx, worker, leases);
        await holdShards(tx, [...used.values()]);
        if (clock.monotonic() - placedAt > LONGEST_ROUND_MS) throw new GroundMoved('time');
        await lockAlerts(tx, ids);
        const admitted = await admit(
          tx,
          placed.map(({ alert, placing, send_by }) => ({
            alert_id: alert.alert_id,
            admission_no: placing.no,
            send_by,
            settings_rev: revOf(alert.page),
            condition: alert.condition,
          })),
          now,
        );
        const held = await hold(
          tx,
          plan.wait.map((w) => ({ ...w, settings_rev: revOf(w.page) })),
          now,
        );
        const over = await end(tx, plan.end, now);
        return { admitted, moved: admitted.size + held + over };
      });
      // These ended between the pick and the lock; they are never admitted again, so their places are free for certain.
      await this.giveBack(placed.filter((p) => !done.admitted.has(p.alert.alert_id)));
      this.count(
        placed.filter((p) => done.admitted.has(p.alert.alert_id)),
        plan,
        now,
      );
      return done.moved;
    } catch (error) {
      if (!(error instanceof GroundMoved)) throw error;
      if (error.what === 'page') this.o.onLeaseLost();
      if (error.what === 'shard') {
        for (const shard of used.keys()) this.o.shards.suspect(shard);
        this.o.onClosed();
      }
      return 0;
    }
  }

  /** Best effort: the sweep gives back what this cannot. */
  private async giveBack(placed: readonly Placed[]): Promise<void> {
    await Promise.all(
      [...groupBy(placed, (p) => p.at.shard).values()].map((group) =>
        this.o.windows
          .settle(
            (group[0] as Placed).at,
            group.map((p) => ({ ...p.placing, stampedAt: null })),
          )
          .catch(() => false),
      ),
    );
  }

  private count(admitted: readonly Placed[], plan: Plan<Candidate>, now: number): void {
    if (admitted.length > 0) admissions.add(admitted.length);
    for (const { alert } of admitted) admissionWait.record(Math.max(0, now - alert.matched_at) / 1000);
    for (const { reason, tell } of plan.wait) if (tell) holds.add(1, { reason });
    for (const { reason } of plan.end) ended.add(1, { reason });
  }
}

/** What a window's answer means for an alert: a time to come back at, or the outcome of other messages to wait for. */
function windowWait(alert: Candidate, verdict: WindowVerdict, windows: readonly Window[], now: number): Wait {
  if (verdict.verdict !== 'hold') return waitFor(alert, 'reserved_elsewhere', now);
  const window = windows[verdict.window];
  const reason: Reason = window?.reason ?? 'over_limit';
  const detail = window
    ? `at most ${window.limit} in ${window.period} ms, per ${window.scope.replace('_', ' and ')}`
    : null;
  const not_before = Math.max(verdict.until, now + 1);
  return { alert_id: alert.alert_id, page: alert.page, reason, not_before, tell: true, detail };
}

function groupBy<T, K>(items: readonly T[], keyOf: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}
