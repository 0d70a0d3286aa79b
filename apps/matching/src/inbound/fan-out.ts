/**
 * The signal's side at work: serves one page of up to {@link MOST_FANOUTS} fan-outs in one transaction. Shops take
 * turns, and within a shop the fan-out that was served longest ago comes first, so a signal with a million matches
 * delays nobody by more than a page. The next page begins only when this one is acknowledged by Kafka: memory does
 * not grow with the number of matches, and after a crash the cursor tells where to go on.
 */
import type { Emitter, EmittingTransaction } from '@beckon/kafka';
import type { Clock } from '@beckon/service';
import { matchingMetrics } from '../metrics.js';
import {
  beginServing,
  endFanouts,
  holdFanouts,
  moveCursors,
  nextPages,
  shopsWithFanouts,
  type Fanout,
  type PageRow,
} from '../outbound/fanout-store.js';
import { matchContext, tell, type Shops } from './tell.js';

const MOST_FANOUTS = 256;
/** Alerts of one transaction: one large page, or as many small ones. */
const MOST_ALERTS = 1000;
const SMALLEST_PAGE = 20;

export interface FanOutOptions {
  readonly emitter: Pick<Emitter, 'transaction'>;
  readonly shops: Shops;
  readonly clock: Clock;
  /** Alerts, and fan-outs, of one transaction; tests make them small. */
  readonly pageSize?: number;
  readonly mostFanouts?: number;
}

/** Serves what is due; true when there was something, and so there may be more. */
export function fanOut(o: FanOutOptions): Promise<boolean> {
  return o.emitter.transaction((tx) => servePages(tx, o));
}

/** The same inside a transaction that is there. */
export async function servePages(tx: EmittingTransaction, o: Omit<FanOutOptions, 'emitter'>): Promise<boolean> {
  await beginServing(tx);
  const due = (await shopsWithFanouts(tx)).filter((shop) => o.shops.get(shop));
  if (due.length === 0) return false;
  const now = o.clock.now();
  const limit = o.mostFanouts ?? MOST_FANOUTS;
  const perShop = Math.ceil(limit / due.length);
  const held = await holdFanouts(tx, rotate(due, now), { perShop, limit });
  if (held.length === 0) return false;
  const open = held.filter((f) => f.record !== null);
  const size = pageSize(o.pageSize ?? MOST_ALERTS, open.length);
  const pages = new Map<Fanout, PageRow[]>(held.map((f) => [f, []]));
  for (const row of open.length > 0 ? await nextPages(tx, open, size) : []) {
    const fanout = open[row.fanout];
    if (!fanout?.record) continue;
    pages.get(fanout)?.push(row);
    tell(tx, row, fanout.record, matchContext(o.shops, fanout.shop, now), 'signal');
  }
  matchingMetrics.pages.add(open.length);

  const unfinished = [...pages].filter(([, rows]) => rows.length === size);
  await moveCursors(
    tx,
    unfinished.flatMap(([fanout, rows]) => rows.slice(-1).map((last) => ({ fanout, last }))),
    now,
  );
  await endFanouts(
    tx,
    [...pages].filter(([, rows]) => rows.length < size).map(([fanout]) => fanout),
  );
  return true;
}

/** Each fan-out's share of a transaction's alerts, but never so few that cursors cost more than alerts. */
const pageSize = (alerts: number, fanouts: number): number =>
  Math.max(Math.min(SMALLEST_PAGE, alerts), Math.floor(alerts / Math.max(1, fanouts)));

/** With more shops than one transaction can serve, another shop comes first each time. */
const rotate = (shops: readonly string[], now: number): string[] => {
  const first = now % shops.length;
  return [...shops.slice(first), ...shops.slice(0, first)];
};
