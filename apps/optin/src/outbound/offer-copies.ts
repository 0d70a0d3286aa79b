import type { Offer } from '@beckon/contracts';
import type { ChunkRecord } from '@beckon/kafka';
import { Injectable } from '@nestjs/common';
import { stemOf } from '../domain/fitting-products.js';
import { TITLE_WORDS } from './migrations/wishes.js';
import { jsonRows, upsertNewer } from './rows.js';
import type { Columns } from './rows.js';

const columns: Columns<Offer> = {
  shop: 'text',
  sku: 'text',
  product: 'text',
  seq: 'bigint',
  price: 'jsonb',
  units: 'bigint',
  published: 'boolean',
  title: 'text',
  options: 'jsonb',
  url: 'text',
  image: 'text',
  updated_at: 'bigint',
};
const UPSERT = upsertNewer('offers', ['shop', 'sku'], 'seq', columns);

/** Most offers that are read for one text; those with all of its words go first. */
const MOST_FOUND = 300;

/** Anything that runs SQL: a transaction, or a data source for a read outside of one. */
export interface Querying {
  query(sql: string, parameters?: unknown[]): Promise<unknown>;
}

/** Optin's copy of the offers: for the words of replies and for the price that a shopper sees. */
@Injectable()
export class OfferCopies {
  /** Takes over the newest record of each offer; a tombstone removes the copy. */
  async apply(tx: Querying, records: readonly Pick<ChunkRecord<Offer>, 'key' | 'value'>[]): Promise<void> {
    const last = new Map<string, Offer | null>();
    for (const { key, value } of records) {
      if (key === null) continue;
      const held = last.get(key);
      if (value === null || !held || value.seq > held.seq) last.set(key, value);
    }
    const gone = [...last].filter(([, offer]) => offer === null).map(([key]) => splitKey(key));
    const kept = [...last.values()].filter((o) => o !== null);
    if (gone.length > 0)
      await tx.query('DELETE FROM offers WHERE (shop, sku) IN (SELECT * FROM unnest($1::text[], $2::text[]))', [
        gone.map(([shop]) => shop),
        gone.map(([, sku]) => sku),
      ]);
    if (kept.length > 0) await tx.query(UPSERT, [jsonRows(kept)]);
  }

  /** All offers that these wishes, or subscriptions, can speak of. */
  findFor(
    db: Querying,
    wishes: readonly { readonly shop: string; readonly product: string | null; readonly sku: string | null }[],
  ): Promise<Offer[]> {
    return this.find(db, {
      products: wishes.flatMap((w) => (w.product === null || w.sku !== null ? [] : [[w.shop, w.product] as const])),
      skus: wishes.flatMap((w) => (w.sku === null ? [] : [[w.shop, w.sku] as const])),
    });
  }

  /** All offers of these products and SKUs, each pair being `[shop, product or SKU]`. */
  async find(
    db: Querying,
    wanted: {
      readonly products: readonly (readonly [string, string])[];
      readonly skus: readonly (readonly [string, string])[];
    },
  ): Promise<Offer[]> {
    if (wanted.products.length + wanted.skus.length === 0) return [];
    const side = (pairs: readonly (readonly [string, string])[], i: 0 | 1): string[] => pairs.map((p) => p[i]);
    return (await db.query(
      `SELECT ${Object.keys(columns).join(', ')} FROM offers
        WHERE (shop, product) IN (SELECT * FROM unnest($1::text[], $2::text[]))
       UNION
       SELECT ${Object.keys(columns).join(', ')} FROM offers
        WHERE (shop, sku) IN (SELECT * FROM unnest($3::text[], $4::text[]))`,
      [side(wanted.products, 0), side(wanted.products, 1), side(wanted.skus, 0), side(wanted.skus, 1)],
    )) as Offer[];
  }

  /**
   * Published offers of a shop in whose title words begin with these ones (see `plainText`): with all of them, or, if
   * there is none, with some. Which of them fit best is not decided here.
   */
  async named(db: Querying, shop: string, words: readonly string[]): Promise<Offer[]> {
    const lexemes = words
      .map((w) => stemOf(w).replace(/[^\p{L}\p{N}]/gu, ''))
      .flatMap((stem) => (stem === '' ? [] : [`'${stem}':*`]));
    if (lexemes.length === 0) return [];
    const found = (query: string): Promise<unknown> =>
      db.query(
        `SELECT ${Object.keys(columns).join(', ')} FROM offers
          WHERE shop = $1 AND title IS NOT NULL AND published AND ${TITLE_WORDS} @@ to_tsquery('simple', $2)
          LIMIT ${MOST_FOUND}`,
        [shop, query],
      );
    const all = (await found(lexemes.join(' & '))) as Offer[];
    return all.length > 0 || lexemes.length === 1 ? all : ((await found(lexemes.join(' | '))) as Offer[]);
  }
}

/** `shop:sku` taken apart: a shop's name has no colon, so the first one ends it. */
function splitKey(key: string): [shop: string, sku: string] {
  const colon = key.indexOf(':');
  return [key.slice(0, colon), key.slice(colon + 1)];
}
