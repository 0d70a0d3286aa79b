/** Plays the load: what was planned at its time, and what shoppers do after they were told or have stopped. */
import { setMaxListeners } from 'node:events';
import { Chance } from '../chance.js';
import { confirmsStop } from '../checker/rows/after-stop.js';
import { rest } from '../world/patience.js';
import type { Witness } from '../world/witness.js';
import type { LoadPlan, PlannedSku } from './plan.js';
import type { Platform } from './platform.js';
import type { Shoppers, Wish } from './shoppers.js';

/** Of those who were told, so many ask for the same again. */
const ASK_AGAIN = 0.05;
/** After a STOP somebody asks for so many things anew. */
const ASKED_ANEW = 3;

export interface LoadParts {
  readonly plan: LoadPlan;
  readonly platform: Platform;
  readonly shoppers: Shoppers;
  readonly witness: Witness;
  readonly refs: ReadonlyMap<string, string>;
  readonly seed: number;
  /** Aborted: it has gone on for long enough; what was begun is done, and nothing more is begun. */
  readonly enough?: AbortSignal;
}

/** Plays it; settles when its time is over and everything that was begun is done. */
export async function runLoad(
  { plan, platform, shoppers, witness, refs, seed, enough }: LoadParts,
  signal: AbortSignal,
): Promise<void> {
  const chance = new Chance(seed ^ 0xa5c);
  const skus = new Map(plan.skus.map((s) => [s.sku, s]));
  // Not AbortSignal.timeout: the collector may take it away before its time when only `any` knows it (Node 20).
  const clock = new AbortController();
  const timer = setTimeout(() => clock.abort(), plan.forMs);
  const over = clock.signal;
  const giveUp = (): void => clock.abort();
  signal.addEventListener('abort', giveUp, { once: true });
  enough?.addEventListener('abort', giveUp, { once: true });
  setMaxListeners(0, over, signal); // a shopper each
  const ended = new Promise<void>((resolve) => {
    if (over.aborted) resolve();
    over.addEventListener('abort', () => resolve());
  });
  /** People who wrote STOP and were not told that it was heard: they touch nothing. */
  const stopping = new Map<string, () => void>();
  const begun: Promise<unknown>[] = [];
  const ask = async (psid: string, sku: PlannedSku): Promise<void> => {
    const wish: Wish = { sku: sku.sku, kind: sku.kind, ref: refs.get(sku.sku) ?? '' };
    if (!stopping.has(psid) && !over.aborted) await shoppers.ask(psid, wish);
  };

  witness.onAccepted((entry, alert) => {
    if (confirmsStop(entry)) stopping.get(entry.psid)?.();
    const sku = skus.get(alert?.sku ?? '');
    if (!sku?.stays || sku.kind !== 'back_in_stock' || over.aborted || chance.next() > ASK_AGAIN) return;
    begun.push(rest(chance.between(100, 3_000), over).then(() => ask(entry.psid, sku)));
  });

  const stop = async (psid: string): Promise<void> => {
    const confirmed = new Promise<void>((resolve) => stopping.set(psid, resolve));
    await shoppers.stop(psid);
    await Promise.race([confirmed, ended]);
    if (over.aborted) return; // nobody knows whether it was heard, so nothing more is asked
    await rest(chance.between(500, 6_000), over);
    stopping.delete(psid);
    const shop = shoppers.personOf(psid)?.shop;
    const there = plan.skus.filter((s) => s.shop === shop && s.stays && s.kind === 'back_in_stock');
    for (const sku of chance.shuffle(there).slice(0, ASKED_ANEW)) await ask(psid, sku);
  };

  const acts = [
    ...plan.skus.flatMap((sku) => sku.changes.map((c) => ({ at: c.at, act: () => platform.tell(sku, c) }))),
    ...plan.taps
      .filter(({ at }) => at >= 0)
      .map(({ at, person, sku }) => ({
        at,
        act: () => ask(shoppers.psidOf(person), skus.get(sku) as PlannedSku),
      })),
    ...plan.stops.map(({ at, person }) => ({ at, act: () => stop(shoppers.psidOf(person)) })),
  ].sort((a, b) => a.at - b.at);
  const zero = performance.now();
  for (const { at, act } of acts) {
    const wait = at - (performance.now() - zero);
    if (wait > 0) await rest(wait, over);
    if (signal.aborted) return;
    if (enough?.aborted) break;
    begun.push(act());
  }
  await rest(plan.forMs - (performance.now() - zero), over);
  await Promise.all(begun);
  clearTimeout(timer);
  signal.removeEventListener('abort', giveUp);
  enough?.removeEventListener('abort', giveUp);
}
