import type { Offer } from '@beckon/contracts';
import type { Queries } from './sql.js';

/** Keeps the newest of each offer. Each SKU of a shop may appear once. */
export async function keepOffers(tx: Queries, offers: readonly Offer[]): Promise<void> {
  if (offers.length === 0) return;
  const rows = offers.map((o) => ({
    ...o,
    price: undefined,
    price_amount: o.price?.amount ?? null,
    price_currency: o.price?.currency ?? null,
  }));
  await tx.query(
    `INSERT INTO offers (shop, sku, seq, product, price_amount, price_currency, units, published, title, options, url,
                         image)
     SELECT shop, sku, seq, product, price_amount, price_currency, units, published, title, options, url, image
     FROM jsonb_to_recordset($1) AS r(shop text, sku text, seq bigint, product text, price_amount bigint,
       price_currency text, units bigint, published boolean, title text, options text[], url text, image text)
     ORDER BY shop, sku
     ON CONFLICT (shop, sku) DO UPDATE SET seq = excluded.seq, product = excluded.product,
       price_amount = excluded.price_amount, price_currency = excluded.price_currency, units = excluded.units,
       published = excluded.published, title = excluded.title, options = excluded.options, url = excluded.url,
       image = excluded.image
     WHERE excluded.seq > offers.seq`,
    [JSON.stringify(rows)],
  );
}

/** Tombstones: keys `shop:sku` (a shop's name holds no colon). */
export async function forgetOffers(tx: Queries, keys: readonly string[]): Promise<void> {
  if (keys.length > 0) await tx.query(`DELETE FROM offers WHERE shop || ':' || sku = ANY ($1)`, [keys]);
}
