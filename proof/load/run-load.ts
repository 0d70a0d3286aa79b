/** Plays the load: what was planned at its time, and what shoppers do after they were told or have stopped. */
import { setMaxListeners } from 'node:events';
import { Chance } from '../chance.js';
import { confirmsStop } from '../checker/rows/after-stop.js';
import { rest } from '../world/patience.js';
import type { Witness } from '../world/witness.js';
import { playDialog } from './dialogs.js';
import { limitOf, type LoadPlan, type PlannedSku, type Threshold } from './plan.js';
import type { PlannedDialog } from './plan-dialogs.js';
import type { Platform } from './platform.js';
import type { Refs } from './prepare.js';
import type { Shoppers, Wish } from './shoppers.js';

/** Of those who were told, so many ask for the same again. */
const ASK_AGAIN = 0.05;
/** Pause between two snapshots of a shop, in milliseconds. */
const SNAPSHOT_EVERY_MS = 5_000;
/** After a STOP somebody asks for so many things anew. */
const ASKED_ANEW = 3;

export interface LoadParts {
  readonly plan: LoadPlan;
  readonly platform: Platform;
  readonly shoppers: Shoppers;
  readonly witness: Witness;
  readonly refs: Refs;
  /** The shop asks somebody; settles when Beckon took it. @throws SandboxRefused when it did not */
  readonly askShopper: (psid: string, sku: PlannedSku, over: AbortSignal) => Promise<void>;
  /** A shop tells how all of it is; settles when that was taken. */
  readonly snapshot: (shop: string, over: AbortSignal) => Promise<void>;
  readonly seed: number;
  /** Aborted: it has gone on for long enough; what was begun is done, and nothing more is begun. */
  readonly enough?: AbortSignal;
}

/** Plays it; settles when its time is over and everything that was begun is done. */
export async function runLoad(
  { plan, platform, shoppers, witness, refs, askShopper, snapshot, seed, enough }: LoadParts,
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
  /** People who wrote STOP and were not told that it was heard, or who talk: they touch nothing else. */
  const busy = new Map<string, () => void>();
  /** What somebody is told of at every opening: nobody asks for that again. */
  const recurring = new Set(plan.dialogs.filter((d) => d.script === 'notified').map((d) => `${d.person} ${d.sku}`));
  const begun: Promise<unknown>[] = [];
  const wishFor = ({ sku, kind }: PlannedSku, threshold: Threshold | null = null): Wish => ({
    ...{ sku, kind, limit: limitOf(threshold), ref: refs.of(sku, threshold) },
  });
  const ask = async (psid: string, sku: PlannedSku): Promise<void> => {
    if (!busy.has(psid) && !over.aborted) await shoppers.ask(psid, wishFor(sku));
  };
  const thereIn = (shop: string | undefined): PlannedSku[] =>
    plan.skus.filter((s) => s.shop === shop && s.stays && s.kind === 'back_in_stock');

  witness.onAccepted((entry, alert) => {
    if (confirmsStop(entry)) busy.get(entry.psid)?.();
    const sku = skus.get(alert?.sku ?? '');
    if (recurring.has(`${shoppers.personOf(entry.psid)?.id} ${sku?.sku}`)) return;
    if (!sku?.stays || sku.kind !== 'back_in_stock' || over.aborted || chance.next() > ASK_AGAIN) return;
    begun.push(rest(chance.between(100, 3_000), over).then(() => ask(entry.psid, sku)));
  });

  const stop = async (psid: string): Promise<void> => {
    const confirmed = new Promise<void>((resolve) => busy.set(psid, resolve));
    await shoppers.stop(psid);
    await Promise.race([confirmed, ended]);
    if (over.aborted) return; // nobody knows whether it was heard, so nothing more is asked
    await rest(chance.between(500, 6_000), over);
    busy.delete(psid);
    for (const sku of chance.shuffle(thereIn(shoppers.personOf(psid)?.shop)).slice(0, ASKED_ANEW)) await ask(psid, sku);
  };

  const talk = async (dialog: PlannedDialog): Promise<void> => {
    const psid = shoppers.psidOf(dialog.person);
    busy.set(psid, () => undefined);
    await playDialog(dialog, psid, skus.get(dialog.sku ?? ''), {
      ...{ shoppers, witness, chance: chance.fork(), wishFor, thereIn, over },
      kindOf: (sku) => skus.get(sku)?.kind ?? 'back_in_stock',
      haveAsked: async (sku) => void (await shoppers.beAsked(psid, sku, () => askShopper(psid, sku, over))),
    });
    busy.delete(psid);
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
    ...plan.dialogs.map((dialog) => ({ at: dialog.at, act: () => talk(dialog) })),
    ...snapshotsOf(plan).map(({ at, shop }) => ({ at, act: () => snapshot(shop, over) })),
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

/** Shops whose own system is mapped send snapshots, too, beside their events. */
const snapshotsOf = ({ shops, forMs }: LoadPlan): { at: number; shop: string }[] =>
  shops
    .filter(({ telling }) => telling === 'mapped')
    .flatMap(({ shop }) =>
      Array.from({ length: Math.floor(forMs / SNAPSHOT_EVERY_MS) }, (_, i) => ({
        shop,
        at: (i + 0.5) * SNAPSHOT_EVERY_MS,
      })),
    );
