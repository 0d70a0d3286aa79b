/** The timer of the rules: opens what a cool-down held back, when it is over and it is still true. */
import type { Emitter, EmittingTransaction } from '@beckon/kafka';
import { Loop, type Clock, type Logger } from '@beckon/service';
import type { ShopDirectory } from '@beckon/settings';
import { foldDue } from '../domain/fold-offer.js';
import { lockDue, lockOffers } from '../outbound/offer-store.js';
import { keepFolds } from './keep-folds.js';

const EVERY_MS = 1000;
const AT_ONCE = 500;

export interface DueOptions {
  readonly emitter: Pick<Emitter, 'transaction'>;
  readonly directory: Pick<ShopDirectory, 'all'>;
  readonly clock: Clock;
}

/** Any number of processes may run it: each takes offers that no other holds. */
export const dueLoop = (o: DueOptions & { readonly log: Logger }): Loop =>
  new Loop({
    name: 'due signals',
    idleMs: EVERY_MS,
    log: o.log,
    tick: () => o.emitter.transaction((tx) => openDue(tx, o)),
  });

/** One round; true when there may be more. */
export async function openDue(
  tx: EmittingTransaction,
  { directory, clock }: Pick<DueOptions, 'directory' | 'clock'>,
): Promise<boolean> {
  const now = clock.now();
  const shops = new Map(directory.all().map((s) => [s.shop, s]));
  const due = await lockDue(tx, [...shops.keys()], now, AT_ONCE);
  for (const { shop, rev, settings } of shops.values()) {
    const skus = due.flatMap((d) => (d.shop === shop ? [d.sku] : []));
    if (skus.length === 0) continue;
    const context = { shop, source: '', sourcePartition: 0, rules: settings.rules, settingsRev: rev, now };
    const states = await lockOffers(tx, shop, skus);
    await keepFolds(
      tx,
      shop,
      [...states.values()].map((state) => foldDue(state, context)),
    );
  }
  return due.length === AT_ONCE;
}
