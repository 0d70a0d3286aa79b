/**
 * Watches that webhooks of each Page come: asks the platform how its subscription stands, subscribes again what it ended,
 * and raises an alarm about what it cannot mend: a log line, a metric per Page, a note in /health.
 */
import { GraphFault, GraphPage, readSubscription, subscriptionOf, type GraphPlace } from '@beckon/messenger';
import { Loop, resolveSecret, SecretMissing, superviseLoop, type ServiceDeps } from '@beckon/service';
import type { ShopDirectory } from '@beckon/settings';
import { ZodError } from 'zod';
import { afterLook, judgeSubscription, longestRest, lookAgainIn, needsLook } from '../domain/watch-page.js';
import type { Seen, WatchedPage, WatchVerdict } from '../domain/watch-page.js';
import { optinMetrics } from '../metrics.js';
import type { PageActivity } from '../outbound/page-activity.js';
import type { PageWatchStore } from '../outbound/page-watch-store.js';

/** What the watch needs. */
export interface WatchParts {
  readonly store: PageWatchStore;
  readonly shops: ShopDirectory;
  readonly activity: PageActivity;
  readonly graph: GraphPlace;
  /** Between two looks at a Page, milliseconds. */
  readonly everyMs: number;
  /** This process, among those that could watch. */
  readonly owner: string;
}

/** A process that is gone is missed after so many looks. */
const LEASE_LOOKS = 3;
const TIMEOUT_MS = 5_000;
const LONGEST_REST_MS = 5_000;

/** Starts the watch. */
export function watchPages(parts: WatchParts, deps: Pick<ServiceDeps, 'clock' | 'log' | 'health' | 'shutdown'>): Loop {
  const watch = new Watch(parts, deps);
  deps.health.addNote('page webhooks', () => watch.words());
  const idleMs = Math.min(LONGEST_REST_MS, parts.everyMs);
  const loop = new Loop({ name: 'watch pages', idleMs, tick: () => watch.tick(), log: deps.log });
  superviseLoop(loop, deps);
  // After a deployment the processes have other names: nobody shall wait for the leases of those that are gone.
  deps.shutdown.add('watched pages', () => parts.store.release(parts.owner, deps.clock.now()), 'work');
  return loop;
}

class Watch {
  private known = '';
  /** Pages that this process watches, with their alarms. */
  private readonly mine = new Map<string, string | null>();

  constructor(
    private readonly o: WatchParts,
    private readonly deps: Pick<ServiceDeps, 'clock' | 'log'>,
  ) {}

  /** In words, what is wrong; undefined: nothing. */
  words(): string | undefined {
    const alarms = [...this.mine].flatMap(([page, alarm]) => (alarm === null ? [] : [`${page}: ${alarm}`]));
    return alarms.length === 0 ? undefined : alarms.join('; ');
  }

  /** One Page. True: another may be due. */
  async tick(): Promise<boolean> {
    const { store, owner, everyMs, activity } = this.o;
    const now = this.deps.clock.now();
    const pages = this.o.shops.all().flatMap(({ settings }) => settings.pages.map(({ page }) => page));
    await this.begin(pages, now);
    const leased = await store.lease(pages, {
      ...{ owner, now, leaseMs: LEASE_LOOKS * everyMs, restMs: longestRest(everyMs) },
    });
    if (!leased) {
      await this.lookAround(now);
      return false;
    }
    if (!needsLook(leased, activity.lastAt(leased.page), now, everyMs)) {
      await store.note(leased, owner, now + everyMs);
      return true;
    }
    const { verdict, seen } = await this.look(leased);
    const { page, tell } = afterLook(leased, verdict, now);
    await store.note(page, owner, now + lookAgainIn(seen, everyMs));
    if (tell) this.deps.log.error({ page: page.page }, `webhooks of a Page do not come: ${page.alarm}`);
    if (leased.alarm !== null && page.alarm === null)
      this.deps.log.info({ page: page.page }, 'webhooks of a Page come again');
    return true;
  }

  /** Asks, subscribes again where that is wanted, and asks once more. */
  private async look(watched: WatchedPage): Promise<{ verdict: WatchVerdict; seen: Seen | undefined }> {
    const found = this.o.shops.byPage(watched.page);
    if (!found) return { verdict: { verdict: 'wait' }, seen: undefined };
    let graph: GraphPage;
    try {
      graph = new GraphPage({
        ...{ ...this.o.graph, page: watched.page, timeoutMs: TIMEOUT_MS },
        accessToken: resolveSecret(found.page.access_token),
      });
    } catch (error) {
      if (!(error instanceof SecretMissing)) throw error;
      return { verdict: { verdict: 'alarm', says: error.message }, seen: undefined };
    }
    const appId = found.page.app_id;
    const seen = await ask(() => graph.get('subscribed_apps'), appId);
    const verdict = judgeSubscription(watched, seen, false);
    if (verdict.verdict !== 'subscribe') return { verdict, seen };
    const refused = await ask(async () => {
      await graph.post('subscribed_apps', subscriptionOf(verdict.fields));
      return graph.get('subscribed_apps');
    }, appId);
    const after = judgeSubscription(watched, refused, true);
    if (after.verdict === 'well') {
      optinMetrics.resubscribed.add(1);
      this.deps.log.warn(
        { page: watched.page },
        'the platform had ended the subscription of a Page; it is subscribed again',
      );
    }
    return { verdict: after, seen: refused };
  }

  /** Pages that are new. One that no shop names any more is looked at by nobody. */
  private async begin(pages: readonly string[], now: number): Promise<void> {
    const known = pages.join(' ');
    if (known === this.known) return;
    await this.o.store.begin(pages, now, this.o.everyMs);
    this.known = known;
  }

  /** What this process watches may have changed hands. */
  private async lookAround(now: number): Promise<void> {
    const owned = await this.o.store.owned(this.o.owner, now);
    const pages = new Set(owned.map(({ page }) => page));
    for (const page of this.mine.keys()) {
      if (pages.has(page)) continue;
      this.mine.delete(page);
      optinMetrics.pageWebhooks.remove({ page });
    }
    for (const { page, alarm, checked_at } of owned) {
      if (checked_at === null) continue;
      this.mine.set(page, alarm);
      optinMetrics.pageWebhooks.set(alarm === null ? 1 : 0, { page });
    }
  }
}

async function ask(call: () => Promise<unknown>, appId: string | undefined): Promise<Seen> {
  try {
    return readSubscription(await call(), appId);
  } catch (error) {
    if (error instanceof GraphFault) return { state: 'refused', code: error.code, answered: error.status !== 0 };
    if (error instanceof ZodError) return { state: 'refused', code: undefined, answered: true };
    throw error;
  }
}
