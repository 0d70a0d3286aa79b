import { catalogSignals, decisions, offers, type Decision, type Signal } from '@beckon/contracts';
import type { EmittingTransaction } from '@beckon/kafka';
import type { Fold } from '../domain/fold-offer.js';
import type { OfferState } from '../domain/offer-state.js';
import { ingestionMetrics } from '../metrics.js';
import { saveOffers, saveSignals } from '../outbound/offer-store.js';

/** What became of some updates. */
export interface Folded {
  /** SKUs of which readers see something else now. */
  readonly changed: number;
  readonly signals: readonly Signal[];
}

/** Writes what folds of one shop, in their order, came to, and emits what readers are to know of it. */
export async function keepFolds(
  tx: Pick<EmittingTransaction, 'query' | 'emit'>,
  shop: string,
  folds: readonly Fold[],
): Promise<Folded> {
  const states = new Map<string, OfferState>(folds.map(({ state }) => [state.sku, state]));
  const changed = new Set(folds.flatMap(({ offerChanged, state }) => (offerChanged ? [state.sku] : [])));
  const signals = folds.flatMap((fold) => fold.signals);
  await saveOffers(tx, shop, [...states.values()]);
  await saveSignals(tx, signals);

  for (const state of states.values()) {
    if (!changed.has(state.sku)) continue;
    const key = `${shop}:${state.sku}`;
    const { sku, product, seq, price, units, published, title, options, url, image, updated_at } = state;
    const offer = { shop, sku, product, seq, price, units, published, title, options, url, image, updated_at };
    tx.emit(offers, key, offer, { id: `${key}:${seq}` });
  }
  emitSignals(
    tx,
    signals,
    folds.flatMap((fold) => fold.decisions),
  );
  return { changed: changed.size, signals };
}

/** Tells of signals, and of what was decided about their SKUs. */
export function emitSignals(
  tx: Pick<EmittingTransaction, 'emit'>,
  signals: readonly Signal[],
  made: readonly Decision[],
): void {
  for (const signal of signals) {
    const key = `${signal.shop}:${signal.sku}:${signal.kind}`;
    tx.emit(catalogSignals, key, signal, { id: `${key}:${signal.seq}` });
    ingestionMetrics.signals.add(1, { kind: signal.kind, op: signal.op });
  }
  for (const d of made) tx.emit(decisions, `${d.shop}:${d.sku}`, d, { id: d.decision_id });
}
