import type { Signal } from '@beckon/contracts';
import type { EmittingTransaction } from '@beckon/kafka';
import type { KnownSignal } from '../domain/fold-signal.js';
import type { Reach, ThresholdRange } from '../domain/threshold.js';

type Sql = Pick<EmittingTransaction, 'query'>;

/** Names the signals of one SKU and kind. */
export const signalKey = (s: Pick<Signal, 'shop' | 'sku' | 'kind'>): string => JSON.stringify([s.shop, s.sku, s.kind]);

/** What is known of the keys of some records, by {@link signalKey}. */
export async function loadSignals(tx: Sql, records: readonly Signal[]): Promise<Map<string, KnownSignal>> {
  const keys = [...new Map(records.map((r) => [signalKey(r), r])).values()];
  const rows = await tx.query<{
    record: Signal;
    scale: string | null;
    reach: number | null;
    direction: Reach['direction'] | null;
  }>(
    `SELECT g.record, g.scale, g.reach, g.direction
       FROM unnest($1::text[], $2::text[], $3::text[]) AS k (shop, sku, kind)
       JOIN signals g ON g.shop = k.shop AND g.sku = k.sku AND g.kind = k.kind`,
    [keys.map((k) => k.shop), keys.map((k) => k.sku), keys.map((k) => k.kind)],
  );
  return new Map(
    rows.map(({ record, scale, reach: value, direction }) => [
      signalKey(record),
      {
        record,
        reach: scale !== null && value !== null && direction !== null ? { scale, value, direction } : undefined,
      },
    ]),
  );
}

/** Writes what is known of some keys; only this partition's owner writes them. */
export async function saveSignals(tx: Sql, known: readonly KnownSignal[]): Promise<void> {
  if (known.length === 0) return;
  const rows = known.map(({ record, reach }) => ({
    shop: record.shop,
    sku: record.sku,
    kind: record.kind,
    signal_id: record.signal_id,
    product: record.product,
    open: record.op !== 'closed',
    seq: record.seq,
    scale: reach?.scale ?? null,
    reach: reach?.value ?? null,
    direction: reach?.direction ?? null,
    record,
  }));
  await tx.query(
    `INSERT INTO signals (shop, sku, kind, signal_id, product, open, seq, scale, reach, direction, record)
     SELECT * FROM jsonb_to_recordset($1::jsonb) AS r (
       shop text, sku text, kind text, signal_id text, product text, open boolean, seq bigint, scale text,
       reach bigint, direction text, record jsonb)
     ON CONFLICT (shop, sku, kind) DO UPDATE SET
       signal_id = excluded.signal_id, product = excluded.product, open = excluded.open, seq = excluded.seq,
       scale = excluded.scale, reach = excluded.reach, direction = excluded.direction, record = excluded.record`,
    [JSON.stringify(rows)],
  );
}

/** A range of thresholds that a record has met for the first time. */
export interface Arming {
  readonly record: Signal;
  readonly range: ThresholdRange;
}

/** Asks that everybody in these ranges be told once the transaction is committed. */
export async function startFanouts(tx: Sql, armings: readonly Arming[], now: number): Promise<void> {
  if (armings.length === 0) return;
  const rows = armings.map(({ record: { signal_id, seq, shop, sku, product, kind }, range }) => {
    const names = { signal_id, seq, shop, sku, product, kind };
    return { ...names, scale: range.scale, high: range.high, cursor_threshold: range.low, served_at: now };
  });
  await tx.query(
    `INSERT INTO fanouts (signal_id, seq, shop, sku, product, kind, scale, high, cursor_threshold, served_at)
     SELECT * FROM jsonb_to_recordset($1::jsonb) AS r (
       signal_id text, seq bigint, shop text, sku text, product text, kind text, scale text, high bigint,
       cursor_threshold bigint, served_at bigint)
     ON CONFLICT DO NOTHING`,
    [JSON.stringify(rows)],
  );
}

/** Nobody more is to be told of these signals. Waits for pages of them that are being written just now. */
export async function stopFanouts(tx: Sql, signalIds: readonly string[]): Promise<void> {
  if (signalIds.length > 0) await tx.query('DELETE FROM fanouts WHERE signal_id = ANY ($1::text[])', [signalIds]);
}
