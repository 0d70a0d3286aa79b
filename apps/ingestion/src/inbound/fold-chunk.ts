/** A chunk of a shop's topic: read, resolve, lock, fold in order, write, emit. */
import { firstWrittenAt, type Chunk, type ChunkTransaction, type EmittingTransaction } from '@beckon/kafka';
import { adapters } from '../domain/adapters/adapters.js';
import { foldOffer, type Fold, type FoldContext } from '../domain/fold-offer.js';
import type { OfferState } from '../domain/offer-state.js';
import type { AdapterContext, NativeUpdate, OfferUpdate, RecordFault } from '../domain/offer-update.js';
import { reservedSku } from '../domain/reserved-sku.js';
import type { WantedSource } from '../domain/wanted-sources.js';
import { ingestionMetrics } from '../metrics.js';
import { lockOffers } from '../outbound/offer-store.js';
import { keepFolds, type Folded } from './keep-folds.js';
import { resolveItems, type Arrived, type NativeArrival } from './resolve-items.js';
import { takeTopicEvents, type ArrivedTopicEvent } from './take-topic-events.js';

/** Handles one chunk of `source` inside its transaction. `c` says by which rules, and what time it is. */
export async function foldChunk(
  chunk: Chunk<unknown>,
  tx: ChunkTransaction,
  source: WantedSource,
  c: Pick<FoldContext, 'rules' | 'settingsRev' | 'now'> & AdapterContext,
): Promise<void> {
  const { native, topics } = readUpdates(chunk, tx, source, {
    ...source.options,
    currency: source.options?.currency ?? c.currency,
    topics: c.topics ?? [],
  });
  const { arrived, waiting } = await resolveItems(tx, { shop: source.shop, source: source.name }, native);
  if (waiting > 0) ingestionMetrics.updates.add(waiting, { outcome: 'waiting' });
  const { locations } = source.options ?? {};
  const context = { ...c, locations: locations && new Set(locations) };
  if (arrived.length > 0) await foldUpdates(arrived, tx, source, context);
  if (topics.length > 0) await takeTopicEvents(tx, source, topics, c);
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

/** What a chunk says, in order; a record that cannot be read is put aside and its neighbours go on. */
function readUpdates(
  chunk: Chunk<unknown>,
  tx: ChunkTransaction,
  source: WantedSource,
  context: AdapterContext,
): { readonly native: NativeArrival[]; readonly topics: ArrivedTopicEvent[] } {
  const read = adapters[source.format];
  const topics: ArrivedTopicEvent[] = [];
  const native = chunk.records.flatMap((record) => {
    const { value, headers } = record.raw;
    const result = read({ value, headers, timestamp: firstWrittenAt(record) }, context);
    const fault = result.ok ? firstReserved(result.updates) : result.fault;
    if (fault) {
      tx.deadLetter(record, fault);
      ingestionMetrics.updates.add(1, { outcome: 'unreadable' });
      return [];
    }
    if (!result.ok) return [];
    for (const event of result.topics ?? []) topics.push({ event, partition: record.partition });
    return result.updates.map((update) => ({ update, partition: record.partition }));
  });
  return { native, topics };
}

function firstReserved(updates: readonly NativeUpdate[]): RecordFault | undefined {
  for (const update of updates) {
    const fault = reservedSku(update);
    if (fault) return fault;
  }
  return undefined;
}
