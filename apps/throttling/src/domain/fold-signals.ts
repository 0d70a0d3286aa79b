import type { Signal } from '@beckon/contracts';

/** A signal as it stands. */
export interface KnownSignal {
  readonly signal_id: string;
  readonly shop: string;
  readonly sku: string;
  readonly kind: string;
  readonly seq: number;
  readonly open: boolean;
  readonly opened_at: number;
  readonly price_amount: number | null;
  readonly price_currency: string | null;
  readonly units: number | null;
  /** A topic that is open early: who is in; null: everybody. */
  readonly tiers: readonly string[] | null;
}

/** The key under which the topic keeps a signal's offer and kind. */
export const offerKey = (s: { readonly shop: string; readonly sku: string; readonly kind: string }): string =>
  `${s.shop}:${s.sku}:${s.kind}`;

/**
 * The signals of a chunk as they stand after it, oldest news first. Records not newer than what is known of their
 * offer (`seqs`, by {@link offerKey}) are left out; of several about one signal the last stays. A signal of the chunk
 * that a newer one of the same offer follows is closed, said or not.
 */
export function foldSignals(seqs: ReadonlyMap<string, number>, records: readonly Signal[]): KnownSignal[] {
  const highest = new Map(seqs);
  const folded = new Map<string, KnownSignal>();
  const newest = new Map<string, string>();
  for (const record of records) {
    const key = offerKey(record);
    if (record.seq <= (highest.get(key) ?? 0)) continue;
    highest.set(key, record.seq);
    newest.set(key, record.signal_id);
    folded.delete(record.signal_id);
    folded.set(record.signal_id, {
      ...{ signal_id: record.signal_id, shop: record.shop, sku: record.sku, kind: record.kind, seq: record.seq },
      open: record.op !== 'closed',
      opened_at: record.opened_at,
      price_amount: record.new_price?.amount ?? null,
      price_currency: record.new_price?.currency ?? null,
      units: record.units,
      tiers: record.tiers,
    });
  }
  return [...folded.values()].map((s) => (newest.get(offerKey(s)) === s.signal_id ? s : { ...s, open: false }));
}
