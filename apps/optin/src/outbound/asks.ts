import type { EmittingTransaction } from '@beckon/kafka';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Wish } from '../domain/wish.js';
import type { Querying } from './offer-copies.js';

/** Asks are known that long, in milliseconds. */
export const ASK_LIFE_MS = 30 * 86_400_000;

/** One question of a shop to a shopper. Times are milliseconds since the epoch. */
export interface Ask {
  readonly ask_id: string;
  readonly shop: string;
  readonly page: string;
  readonly shopper_id: string;
  readonly kind: Wish['kind'];
  readonly product: string | null;
  readonly sku: string | null;
  readonly topic: string | null;
  readonly requested_at: number;
  /** The question does not leave after that. */
  readonly expires_at: number;
  /** Messenger confirmed it: the time of its echo. */
  readonly sent_at: number | null;
  /** The shopper tapped "Notify Me" for this after they were asked. */
  readonly accepted_at: number | null;
}

const COLUMNS = 'ask_id, shop, page, shopper_id, kind, product, sku, topic, requested_at, expires_at, sent_at';
const PREFIX = 'ask_';

/** The questions that shops put to shoppers. */
@Injectable()
export class Asks {
  constructor(private readonly dataSource: DataSource) {}

  /** When the shopper was asked since `since`. The caller holds the shopper's lock, so nobody asks meanwhile. */
  async timesSince(tx: EmittingTransaction, shopperId: string, since: number): Promise<number[]> {
    const rows = await tx.query<{ requested_at: number }>(
      'SELECT requested_at FROM asks WHERE shopper_id = $1 AND requested_at > $2',
      [shopperId, since],
    );
    return rows.map((r) => r.requested_at);
  }

  async add(tx: EmittingTransaction, ask: Omit<Ask, 'sent_at' | 'accepted_at'>): Promise<void> {
    const { ask_id, shop, page, shopper_id, kind, product, sku, topic, requested_at, expires_at } = ask;
    await tx.query(`INSERT INTO asks (${COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, NULL)`, [
      ...[ask_id, shop, page, shopper_id, kind, product, sku, topic, requested_at, expires_at],
    ]);
  }

  /** One ask of a shop, with what became of it so far. */
  async find(shop: string, askId: string, db: Querying = this.dataSource): Promise<Ask | undefined> {
    // An acceptance is the first consent to the same wish since; it may have come by a link as well as by our question.
    const rows = (await db.query(
      `SELECT ${COLUMNS},
              (SELECT min((c ->> 'at')::bigint)
                 FROM subscriptions s, jsonb_array_elements(s.consents) c
                WHERE s.shopper_id = a.shopper_id AND s.kind = a.kind
                  AND s.topic IS NOT DISTINCT FROM a.topic AND s.sku IS NOT DISTINCT FROM a.sku
                  AND (a.sku IS NOT NULL OR s.product IS NOT DISTINCT FROM a.product)
                  AND (c ->> 'at')::bigint >= a.requested_at) AS accepted_at
         FROM asks a WHERE shop = $1 AND ask_id = $2`,
      [shop, askId],
    )) as Ask[];
    return rows[0];
  }

  /** Notes the echoes of asks; `ids` may hold those of any message. */
  async noteSent(
    tx: EmittingTransaction,
    echoes: readonly { readonly id: string; readonly at: number }[],
  ): Promise<void> {
    const mine = echoes.filter((e) => e.id.startsWith(PREFIX));
    if (mine.length === 0) return;
    await tx.query(
      `UPDATE asks SET sent_at = LEAST(sent_at, e.at)
         FROM (SELECT id, min(at) AS at FROM unnest($1::text[], $2::bigint[]) AS u (id, at) GROUP BY id) e
        WHERE ask_id = e.id`,
      [mine.map((e) => e.id), mine.map((e) => e.at)],
    );
  }

  /** Forgets up to `limit` asks of before `before`; answers how many. */
  async forget(before: number, limit: number): Promise<number> {
    const [, count]: [unknown, number] = await this.dataSource.query(
      `DELETE FROM asks WHERE ask_id = ANY (ARRAY(
         SELECT ask_id FROM asks WHERE requested_at < $1 ORDER BY requested_at LIMIT $2 FOR UPDATE SKIP LOCKED))`,
      [before, limit],
    );
    return count;
  }
}
