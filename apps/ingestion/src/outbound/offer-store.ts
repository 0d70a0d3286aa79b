import type { Signal } from '@beckon/contracts';
import type { EmittingTransaction } from '@beckon/kafka';
import type { ListingField, OfferState, OpenSignal } from '../domain/offer-state.js';
import { recheckAt } from '../domain/rest.js';
import type { VersionMark } from '../domain/version-mark.js';

type Sql = Pick<EmittingTransaction, 'query'>;

interface OfferRow {
  sku: string;
  product: string;
  seq: number;
  units: number | null;
  price: number | null;
  currency: string | null;
  published: boolean;
  title: string | null;
  options: string[];
  url: string | null;
  image: string | null;
  updated_at: number;
  line: number | null;
  marks: {
    stock?: VersionMark;
    price?: VersionMark;
    listing?: Partial<Record<ListingField, VersionMark>>;
    /** What was told of each location stands with its mark; missing: nothing was told by location. */
    locations?: OfferState['locations'];
  };
  stock_signal: OpenSignal | null;
  price_signal: OpenSignal | null;
  low_signal: OpenSignal | null;
  /** What the rules remember; missing: nothing. */
  memory: { gone?: number; rests?: OfferState['rests']; prices?: OfferState['prices'] };
}

const COLUMNS = `sku, product, seq, units, price, currency, published, title, options, url, image, updated_at, line,
  marks, stock_signal, price_signal, low_signal, memory`;

/**
 * Offers of some SKUs of one shop, locked until the transaction ends: two sources may tell of the same SKU (stock from
 * one system, price from another), and neither may fold into a state that the other is changing. SKUs come locked in
 * one order. A SKU never seen is answered as unknown; its row is made here, because a row must exist to be locked.
 */
export async function lockOffers(tx: Sql, shop: string, skus: readonly string[]): Promise<Map<string, OfferState>> {
  const wanted = [...new Set(skus)];
  const lock = (some: string[]): Promise<OfferRow[]> =>
    tx.query<OfferRow>(
      `SELECT ${COLUMNS} FROM offers WHERE shop = $1 AND sku = ANY ($2::text[]) ORDER BY sku FOR UPDATE`,
      [shop, some],
    );
  const rows = await lock(wanted);
  const found = new Set(rows.map((r) => r.sku));
  const missing = wanted.filter((sku) => !found.has(sku)).sort();
  if (missing.length > 0) {
    await tx.query('INSERT INTO offers (shop, sku) SELECT $1, unnest($2::text[]) ON CONFLICT DO NOTHING', [
      shop,
      missing,
    ]);
    rows.push(...(await lock(missing)));
  }
  return new Map(rows.map((row) => [row.sku, toState(row)]));
}

/** Some offers of these shops of which something is owed that is due at `now`, locked; those that others hold are left. */
export function lockDue(
  tx: Sql,
  shops: readonly string[],
  now: number,
  limit: number,
): Promise<{ shop: string; sku: string }[]> {
  return tx.query<{ shop: string; sku: string }>(
    `SELECT shop, sku FROM offers WHERE recheck_at <= $2 AND shop = ANY ($1::text[])
      ORDER BY recheck_at LIMIT $3 FOR UPDATE SKIP LOCKED`,
    [shops, now, limit],
  );
}

/** Writes states back in one statement. Their rows must be locked by {@link lockOffers} in the same transaction. */
export async function saveOffers(tx: Sql, shop: string, states: readonly OfferState[]): Promise<void> {
  if (states.length === 0) return;
  await tx.query(
    `UPDATE offers o
        SET product = r.product, seq = r.seq, units = r.units, price = r.price, currency = r.currency,
            published = r.published, title = r.title, options = r.options, url = r.url, image = r.image,
            updated_at = r.updated_at, line = r.line, marks = r.marks,
            stock_signal = r.stock_signal, price_signal = r.price_signal, low_signal = r.low_signal,
            memory = r.memory, recheck_at = r.recheck_at
       FROM jsonb_to_recordset($2::jsonb) AS r (
            sku text, product text, seq bigint, units bigint, price bigint, currency text, published boolean,
            title text, options jsonb, url text, image text, updated_at bigint, line bigint, marks jsonb,
            stock_signal jsonb, price_signal jsonb, low_signal jsonb, memory jsonb, recheck_at bigint)
      WHERE o.shop = $1 AND o.sku = r.sku`,
    [shop, JSON.stringify(states.map(toRow))],
  );
}

/** Keeps the last record of each signal. */
export async function saveSignals(tx: Sql, signals: readonly Signal[]): Promise<void> {
  const last = new Map(signals.map((s) => [s.signal_id, s]));
  if (last.size === 0) return;
  const rows = [...last.values()].map((s) => ({
    signal_id: s.signal_id,
    shop: s.shop,
    sku: s.sku,
    kind: s.kind,
    seq: s.seq,
    opened_at: s.opened_at,
    closed_at: s.op === 'closed' ? s.at : null,
    record: s,
  }));
  await tx.query(
    `INSERT INTO signals (signal_id, shop, sku, kind, seq, opened_at, closed_at, record)
     SELECT * FROM jsonb_to_recordset($1::jsonb) AS r (
       signal_id text, shop text, sku text, kind text, seq bigint, opened_at bigint, closed_at bigint, record jsonb)
     ON CONFLICT (signal_id) DO UPDATE
       SET seq = excluded.seq, closed_at = excluded.closed_at, record = excluded.record
     WHERE excluded.seq >= signals.seq`,
    [JSON.stringify(rows)],
  );
}

// Field by field: objects made of rests and spreads of this many fields cost three times as much.
const toState = (r: OfferRow): OfferState => ({
  sku: r.sku,
  product: r.product,
  seq: r.seq,
  price: r.price !== null && r.currency !== null ? { amount: r.price, currency: r.currency } : null,
  units: r.units,
  published: r.published,
  title: r.title,
  options: r.options,
  url: r.url,
  image: r.image,
  updated_at: r.updated_at,
  stockMark: r.marks.stock,
  locations: r.marks.locations ?? {},
  priceMark: r.marks.price,
  listingMarks: r.marks.listing ?? {},
  line: r.line,
  stockSignal: r.stock_signal,
  priceSignal: r.price_signal,
  lowSignal: r.low_signal,
  goneSince: r.memory.gone ?? null,
  rests: r.memory.rests ?? {},
  prices: r.memory.prices ?? {},
});

const toRow = (s: OfferState): OfferRow & { recheck_at: number | null } => ({
  sku: s.sku,
  product: s.product,
  seq: s.seq,
  units: s.units,
  price: s.price?.amount ?? null,
  currency: s.price?.currency ?? null,
  published: s.published,
  title: s.title,
  options: s.options,
  url: s.url,
  image: s.image,
  updated_at: s.updated_at,
  line: s.line,
  marks: {
    stock: s.stockMark,
    price: s.priceMark,
    listing: s.listingMarks,
    locations: isEmpty(s.locations) ? undefined : s.locations,
  },
  stock_signal: s.stockSignal,
  price_signal: s.priceSignal,
  low_signal: s.lowSignal,
  memory: {
    gone: s.goneSince ?? undefined,
    rests: isEmpty(s.rests) ? undefined : s.rests,
    prices: isEmpty(s.prices) ? undefined : s.prices,
  },
  recheck_at: recheckAt(s.rests),
});

function isEmpty(o: object): boolean {
  for (const _ in o) return false;
  return true;
}
