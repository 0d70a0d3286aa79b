/**
 * Takes a snapshot off a stream: lines are read as fast as their transactions commit, never faster, so memory does not
 * grow with the snapshot. What is committed stays, whatever ends the rest: sent again, it changes nothing twice.
 */
import type { Emitter, EmittingTransaction } from '@beckon/kafka';
import type { ShopInForce } from '@beckon/settings';
import type { DataSource } from 'typeorm';
import type { OfferUpdate } from '../../domain/offer-update.js';
import { goneUpdate, placeSnapshot, readSnapshotLine, type SnapshotTerms } from '../../domain/snapshot-line.js';
import { forgetNames, noteNames, unnamedSkus } from '../../outbound/snapshot-names.js';
import { foldUpdates } from '../fold-chunk.js';
import { splitLines } from './split-lines.js';

const LINES = 500;
const BYTES = 1_048_576;
/** More are counted, but not told one by one: the answer must not grow with the snapshot either. */
const FAULTS_TOLD = 1000;

/** What a snapshot has come to. */
export interface SnapshotCount {
  /** Lines that hold something. */
  lines: number;
  faults: number;
  /** SKUs of which readers see something else now, and those where nothing had to be changed. */
  corrected: number;
  unchanged: number;
  /** Lines about SKUs of which something newer than the snapshot was known. */
  newer_known: number;
  /** SKUs that were not named and are not shown any more. */
  gone: number;
  opened: number;
  closed: number;
}

/** A line that could not be read. */
export interface FaultyLine {
  readonly line: number;
  readonly field: string;
  readonly detail: string;
  readonly fix: string;
}

export interface TakeSnapshotOptions {
  readonly shop: ShopInForce;
  /** The source that signals are said to come from. */
  readonly source: string;
  readonly terms: SnapshotTerms;
  readonly emitter: Pick<Emitter, 'transaction'>;
  readonly dataSource: DataSource;
  readonly mostBytesPerLine: number;
  readonly now: () => number;
  readonly onFault: (fault: FaultyLine) => void;
  /** Called after each transaction. */
  readonly onProgress: (count: SnapshotCount) => void;
}

/** Resolves when all of it is committed and emitted; rejects with what the stream or Postgres threw. */
export async function takeSnapshot(body: AsyncIterable<Buffer>, o: TakeSnapshotOptions): Promise<SnapshotCount> {
  const { terms } = o;
  const count: SnapshotCount = {
    ...{ lines: 0, faults: 0, corrected: 0, unchanged: 0, newer_known: 0, gone: 0, opened: 0, closed: 0 },
  };
  const fault = (told: FaultyLine): void => {
    count.faults += 1;
    if (count.faults <= FAULTS_TOLD) o.onFault(told);
  };
  let [batch, bytes] = [[] as OfferUpdate[], 0];
  const commit = async (): Promise<void> => {
    const updates = batch;
    [batch, bytes] = [[], 0];
    if (updates.length === 0) return;
    const skus = updates.map(({ sku }) => sku);
    await fold(updates, count, o, (tx) =>
      terms.complete ? noteNames(tx, terms.id, skus, o.now()) : Promise.resolve(),
    );
    o.onProgress(count);
  };
  try {
    for await (const line of splitLines(body, o.mostBytesPerLine)) {
      count.lines += 1;
      const read = 'bytes' in line ? readSnapshotLine(line.bytes, terms) : tooLong(o.mostBytesPerLine);
      if (read.ok) batch.push(read.update);
      else fault({ line: line.number, ...read.fault });
      bytes += 'bytes' in line ? line.bytes.length : 0;
      if (batch.length >= LINES || bytes >= BYTES) await commit();
    }
    await commit();
    // Of a line that nobody could read nobody knows which SKU it names.
    if (terms.complete && count.faults === 0) await hideUnnamed(count, o);
  } finally {
    // What stays behind is removed by age.
    if (terms.complete) await forgetNames(o.dataSource, terms.id).catch(() => undefined);
  }
  return count;
}

async function hideUnnamed(count: SnapshotCount, o: TakeSnapshotOptions): Promise<void> {
  const { terms, shop } = o;
  for (let after = ''; ;) {
    const where = { shop: shop.shop, snapshot: terms.id, after, most: LINES };
    const skus = await o.emitter.transaction((tx) => unnamedSkus(tx, where));
    if (skus.length === 0) return;
    const { corrected } = count;
    const updates = skus.map((sku) => goneUpdate(sku, terms));
    await fold(updates, count, o);
    count.gone += count.corrected - corrected;
    count.corrected = corrected;
    o.onProgress(count);
    after = skus.at(-1) ?? '';
  }
}

/** One transaction; the count moves when it is committed. */
async function fold(
  updates: readonly OfferUpdate[],
  count: SnapshotCount,
  o: TakeSnapshotOptions,
  beside: (tx: EmittingTransaction) => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  const { shop, settings, rev } = o.shop;
  let newer = 0;
  const { changed, signals } = await o.emitter.transaction(async (tx) => {
    newer = 0;
    await beside(tx);
    const context = { rules: settings.rules, settingsRev: rev, now: o.now() };
    const arrived = updates.map((update) => ({ update, partition: 0 }));
    return foldUpdates(arrived, tx, { shop, name: o.source }, context, (update, known) => {
      const placed = placeSnapshot(update, known, o.terms.at);
      if (!placed) newer += 1;
      return placed;
    });
  });
  count.newer_known += newer;
  count.corrected += changed;
  count.unchanged += Math.max(0, updates.length - newer - changed);
  count.opened += signals.filter((s) => s.op === 'opened').length;
  count.closed += signals.filter((s) => s.op === 'closed').length;
}

const tooLong = (most: number) => ({
  ok: false as const,
  fault: {
    field: 'value',
    detail: `the line is longer than ${most} bytes`,
    fix: 'Write one SKU per line, without what Beckon does not read.',
  },
});
