import type { Grant } from '@beckon/contracts';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { stoppedAt } from '../domain/person.js';
import type { ShopperState, SubState } from '../domain/person.js';

/** A shopper for the shop's desk: what optin knows, without page-scoped id and tokens. */
export interface ShopperSeen extends Pick<
  ShopperState,
  | 'shopper_id'
  | 'shop'
  | 'page'
  | 'external_id'
  | 'locale'
  | 'zone'
  | 'region'
  | 'tier'
  | 'window_until'
  | 'suspended_at'
  | 'updated_at'
> {
  readonly stopped_at: number | null;
  readonly rights: Pick<Grant, 'kind' | 'sub_id' | 'expires_at'>[];
}

const SHOPPER = `shopper_id, shop, page, external_id, locale, zone, region, tier, window_until, suspended_at, updated_at`;
const SUB = `sub_id, state, ended_reason, kind, product, sku, topic, condition, seen_price, mode, locale, tier,
  consented_at, ended_at, consents, changes`;

/** A subscription for the shop's desk. */
export type SubSeen = Pick<
  SubState,
  | 'sub_id'
  | 'state'
  | 'ended_reason'
  | 'kind'
  | 'product'
  | 'sku'
  | 'topic'
  | 'condition'
  | 'seen_price'
  | 'mode'
  | 'locale'
  | 'tier'
  | 'consented_at'
  | 'ended_at'
  | 'consents'
  | 'changes'
>;

/** A place in a list of subscriptions: after this one. */
export interface SubPlace {
  readonly consented_at: number;
  readonly sub_id: string;
}

/** Shoppers and what they consented to, read for the shop's desk. */
@Injectable()
export class ShopperViews {
  constructor(private readonly dataSource: DataSource) {}

  async shopper(shopperId: string, now: number): Promise<ShopperSeen | undefined> {
    const [row]: (ShopperState & ShopperSeen)[] = await this.dataSource.query(
      `SELECT ${SHOPPER}, stop_at, resume_at, grants FROM shoppers WHERE shopper_id = $1`,
      [shopperId],
    );
    if (!row) return undefined;
    const { stop_at, resume_at, grants, ...shown } = row;
    const rights = grants
      .filter((g) => g.expires_at > now)
      .map(({ kind, sub_id, expires_at }) => ({ kind, sub_id, expires_at }));
    return { ...shown, stopped_at: stoppedAt({ stop_at, resume_at }), rights };
  }

  /** Subscriptions with their consents, the oldest first; `state`: only those. */
  subscriptions(
    shopperId: string,
    o: { readonly limit: number; readonly after?: SubPlace | undefined; readonly state?: SubState['state'] },
  ): Promise<SubSeen[]> {
    return this.dataSource.query(
      `SELECT ${SUB} FROM subscriptions
        WHERE shopper_id = $1 AND ($2::text IS NULL OR state = $2)
          AND ($3::bigint IS NULL OR (consented_at, sub_id) > ($3, $4))
        ORDER BY consented_at, sub_id LIMIT $5`,
      [shopperId, o.state ?? null, o.after?.consented_at ?? null, o.after?.sub_id ?? null, o.limit],
    );
  }
}
