/**
 * Tells every two seconds how far each source partition of this process is read. Throttling lets an alert leave only
 * on that word, so it is said of a moment that is past: first the log's end is looked up, then whether everything
 * before it has been folded, committed and emitted. A source on another cluster may be slow to say where it ends: then
 * nothing is said of it in this round, and the others do not wait.
 */
import { freshness, type Freshness } from '@beckon/contracts';
import type { Emitter } from '@beckon/kafka';
import { Loop, type Clock, type Logger } from '@beckon/service';
import { setTimeout as wait } from 'node:timers/promises';
import { freshAt } from '../domain/freshness.js';
import { ingestionMetrics } from '../metrics.js';
import type { SourceConsumers } from './source-consumers.js';

const EVERY_MS = 2000;
/** How long a round waits for the slowest source, in milliseconds. */
const LOOK_MS = 1000;

export function freshnessLoop(o: {
  readonly sources: Pick<SourceConsumers, 'running'>;
  readonly emitter: Pick<Emitter, 'transaction'>;
  readonly clock: Clock;
  readonly log: Logger;
  /** Milliseconds between two rounds; tests make it short. */
  readonly everyMs?: number;
}): Loop {
  return new Loop({ name: 'freshness', idleMs: o.everyMs ?? EVERY_MS, log: o.log, tick: () => tellFreshness(o) });
}

/** One round: looks at every partition of every source that runs here, and emits what can be said. */
export async function tellFreshness(o: Parameters<typeof freshnessLoop>[0]): Promise<void> {
  const late = new AbortController();
  const tooLate = wait(LOOK_MS, undefined, { signal: late.signal }).catch(() => undefined);
  const rounds = await Promise.all(
    o.sources.running().map((source) => Promise.race([reach(source).catch(() => undefined), tooLate])),
  );
  late.abort();
  ingestionMetrics.sourcesAway.set(rounds.filter((round) => round === undefined).length);
  const rows = rounds.flatMap((r) => r ?? []);
  const oldest = Math.min(...rows.map((r) => r.at));
  if (rows.length > 0) ingestionMetrics.freshness.set((o.clock.now() - oldest) / 1000);
  if (rows.length === 0) return;
  await o.emitter.transaction(async (tx) => {
    for (const row of rows) tx.emit(freshness, `${row.shop}:${row.source}:${row.partition}`, row);
  });
}

/** Rejects while the log's ends cannot be read (the topic may be gone): then nothing is said of this source. */
async function reach(running: ReturnType<SourceConsumers['running']>[number]): Promise<Freshness[]> {
  const { shop, name } = running.source;
  const { at: sampledAt, ends } = await running.look();
  return running.positions().flatMap((p) => {
    const end = ends.get(p.partition)?.high;
    // A partition that is still being prepared may have an outbox to drain; one that is stopped knows nothing new.
    if (end === undefined || p.status === 'preparing') return [];
    const at = freshAt({ settledPosition: p.settledPosition, settledTimestamp: p.settledTimestamp, end, sampledAt });
    return at === undefined ? [] : [{ shop, source: name, partition: p.partition, at }];
  });
}
