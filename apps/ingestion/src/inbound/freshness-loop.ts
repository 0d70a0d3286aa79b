/**
 * Tells every two seconds how far each source partition of this process is read. Throttling lets an alert leave only
 * on that word, so it is said of a moment that is past: first the log's end is looked up, then whether everything
 * before it has been folded, committed and emitted.
 */
import { freshness, type Freshness } from '@beckon/contracts';
import type { Emitter, KafkaClient } from '@beckon/kafka';
import { Loop, type Clock, type Logger } from '@beckon/service';
import { freshAt } from '../domain/freshness.js';
import { ingestionMetrics } from '../metrics.js';
import type { SourceConsumers } from './source-consumers.js';

const EVERY_MS = 2000;

export function freshnessLoop(o: {
  readonly sources: Pick<SourceConsumers, 'running'>;
  readonly client: Pick<KafkaClient, 'ends'>;
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
  const rounds = await Promise.all(o.sources.running().map((source) => reach(source, o).catch(() => undefined)));
  const rows = rounds.flatMap((r) => r ?? []);
  const oldest = Math.min(...rows.map((r) => r.at));
  if (rows.length > 0) ingestionMetrics.freshness.set((o.clock.now() - oldest) / 1000);
  if (rows.length === 0) return;
  await o.emitter.transaction(async (tx) => {
    for (const row of rows) tx.emit(freshness, `${row.shop}:${row.source}:${row.partition}`, row);
  });
}

/** Rejects while the log's ends cannot be read (the topic may be gone): then nothing is said of this source. */
async function reach(
  running: ReturnType<SourceConsumers['running']>[number],
  o: Parameters<typeof freshnessLoop>[0],
): Promise<Freshness[]> {
  const { shop, name, topic } = running.source;
  const sampledAt = o.clock.now();
  const ends = await o.client.ends(topic);
  return running.positions().flatMap((p) => {
    const end = ends.get(p.partition)?.high;
    // A partition that is still being prepared may have an outbox to drain; one that is stopped knows nothing new.
    if (end === undefined || p.status === 'preparing') return [];
    const at = freshAt({ settledPosition: p.settledPosition, settledTimestamp: p.settledTimestamp, end, sampledAt });
    return at === undefined ? [] : [{ shop, source: name, partition: p.partition, at }];
  });
}
