/** A chunk of a shop's topic: read, resolve, lock, fold in order, write, emit. */
import { firstWrittenAt, type Chunk, type ChunkTransaction, type EmittingTransaction } from '@beckon/kafka';
import { adapters } from '../domain/adapters/adapters.js';
import { foldOffer, type Fold, type FoldContext } from '../domain/fold-offer.js';
import type { OfferState } from '../domain/offer-state.js';
import type { AdapterContext, OfferUpdate } from '../domain/offer-update.js';
import type { WantedSource } from '../domain/wanted-sources.js';
import { ingestionMetrics } from '../metrics.js';
import { lockOffers } from '../outbound/offer-store.js';
import { keepFolds, type Folded } from './keep-folds.js';
import { resolveItems, type Arrived, type NativeArrival } from './resolve-items.js';

/** Handles one chunk of `source` inside its transaction. `c` says by which rules, and what time it is. */
export async function foldChunk(
  chunk: Chunk<unknown>,
  tx: ChunkTransaction,
  source: WantedSource,
  c: Pick<FoldContext, 'rules' | 'settingsRev' | 'now'> & AdapterContext,
): Promise<void> {
  const native = readUpdates(chunk, tx, source, {
    ...source.options,
    currency: source.options?.currency ?? c.currency,
  });
  const { arrived, waiting } = await resolveItems(tx, { shop: source.shop, source: source.name }, native);
  if (waiting > 0) ingestionMetrics.updates.add(waiting, { outcome: 'waiting' });
  const { locations } = source.options ?? {};
  const context = { ...c, locations: locations && new Set(locations) };
  if (arrived.length > 0) await foldUpdates(arrived, tx, source, context);
}

/**
 * Folds updates of one shop in order, writes what came of it and emits it. `place` may put each update in its place
 * among what is known of its SKU, or leave it out.
 */
export async function foldUpdates(
  updates: readonly Arrived[],
  tx: Pick<EmittingTransaction, 'query' | 'emit'>,
  source: Pick<WantedSource, 'shop' | 'name'>,
  c: Pick<FoldContext, 'rules' | 'settingsRev' | 'now' | 'locations'>,
  place: (update: OfferUpdate, known: OfferState | undefined) => OfferUpdate | undefined = (update) => update,
): Promise<Folded> {
  const states = await lockOffers(
    tx,
    source.shop,
    updates.map(({ update }) => update.sku),
  );
  const folds: Fold[] = [];
  for (const { update: arrived, partition } of updates) {
    const update = place(arrived, states.get(arrived.sku));
    if (update === undefined) continue;
    const context: FoldContext = { ...c, shop: source.shop, source: source.name, sourcePartition: partition };
    const fold = foldOffer(states.get(update.sku), update, context);
    ingestionMetrics.updates.add(1, { outcome: fold.outcome });
    if (fold.outcome !== 'applied') continue;
    states.set(update.sku, fold.state);
    folds.push(fold);
  }
  return keepFolds(tx, source.shop, folds);
}

/** Every record's updates in order; a record that cannot be read is put aside and its neighbours go on. */
function readUpdates(
  chunk: Chunk<unknown>,
  tx: ChunkTransaction,
  source: WantedSource,
  context: AdapterContext,
): NativeArrival[] {
  const read = adapters[source.format];
  return chunk.records.flatMap((record) => {
    const { value, headers } = record.raw;
    const result = read({ value, headers, timestamp: firstWrittenAt(record) }, context);
    if (result.ok) return result.updates.map((update) => ({ update, partition: record.partition }));
    tx.deadLetter(record, result.fault);
    ingestionMetrics.updates.add(1, { outcome: 'unreadable' });
    return [];
  });
}
