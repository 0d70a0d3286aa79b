import { shoppers, subscriptions } from '@beckon/contracts';
import type { EmittingTransaction } from '@beckon/kafka';
import { Injectable } from '@nestjs/common';
import type { Forgotten } from '../domain/erasure.js';
import { toShopper, toSubscription } from '../domain/person.js';
import type { Person, ShopperState, SubState } from '../domain/person.js';
import { jsonRows, upsertNewer } from './rows.js';
import type { Columns } from './rows.js';

const shopperColumns: Columns<ShopperState> = {
  shopper_id: 'text',
  rev: 'int',
  shop: 'text',
  page: 'text',
  psid_sealed: 'text',
  window_until: 'bigint',
  grants: 'jsonb',
  stop_at: 'bigint',
  resume_at: 'bigint',
  seen_at: 'bigint',
  ended_subs: 'jsonb',
  ended_wishes: 'jsonb',
  locale_at: 'bigint',
  disclosed_at: 'bigint',
  again_due: 'jsonb',
  human_at: 'bigint',
  awake_at: 'bigint',
  suspended_at: 'bigint',
  erased_at: 'bigint',
  deletion: 'jsonb',
  locale: 'text',
  zone: 'text',
  region: 'text',
  tier: 'text',
  external_id: 'text',
  updated_at: 'bigint',
  pending: 'jsonb',
  token_stops: 'jsonb',
  requests: 'jsonb',
  external_at: 'bigint',
};

const subColumns: Columns<SubState> = {
  sub_id: 'text',
  rev: 'int',
  state: 'text',
  ended_reason: 'text',
  shopper_id: 'text',
  shopper_rev: 'int',
  page: 'text',
  shop: 'text',
  product: 'text',
  sku: 'text',
  topic: 'text',
  kind: 'text',
  condition: 'jsonb',
  seen_price: 'jsonb',
  mode: 'text',
  locale: 'text',
  tier: 'text',
  consented_at: 'bigint',
  ended_at: 'bigint',
  consents: 'jsonb',
  changes: 'jsonb',
};

/** A row also says when the first of its rights to send runs out: whoever looks for those finds them by an index. */
interface ShopperRow extends ShopperState {
  readonly grant_expires_at: number | null;
}
const shopperRow = (s: ShopperState): ShopperRow => ({
  ...s,
  grant_expires_at: s.grants.length === 0 ? null : Math.min(...s.grants.map((g) => g.expires_at)),
});

const UPSERT_SHOPPERS = upsertNewer<ShopperRow>('shoppers', ['shopper_id'], 'rev', {
  ...shopperColumns,
  grant_expires_at: 'bigint',
});
const UPSERT_SUBS = upsertNewer('subscriptions', ['sub_id'], 'rev', subColumns);

/** Ended subscriptions are loaded as long as an older event about the same wish could still come. */
const ENDED_LATELY_MS = 8 * 86_400_000;

/** Tables with more about a shopper: whoever adds one adds it here (a spec looks at all tables). */
const BESIDE = ['asks', 'profiles_wanted'];

/** Shoppers with their subscriptions: optin's state, and the two topics that publish it. */
@Injectable()
export class People {
  /**
   * The people with these ids who are known and not erased, locked until the transaction ends: taps and outcomes of deliveries come
   * from different topics and must not overwrite each other. Always locked in the same order.
   */
  async lock(tx: EmittingTransaction, ids: readonly string[], now: number): Promise<Map<string, Person>> {
    if (ids.length === 0) return new Map();
    const states = await tx.query<ShopperState>(
      `SELECT ${Object.keys(shopperColumns).join(', ')} FROM shoppers
       WHERE shopper_id = ANY ($1) AND erased_at IS NULL ORDER BY shopper_id FOR UPDATE`,
      [[...new Set(ids)]],
    );
    const subs = await tx.query<SubState>(
      `SELECT ${Object.keys(subColumns).join(', ')} FROM subscriptions
       WHERE shopper_id = ANY ($1) AND (state = 'active' OR ended_at > $2) ORDER BY consented_at, sub_id`,
      [states.map((s) => s.shopper_id), now - ENDED_LATELY_MS],
    );
    const people = new Map(states.map((shopper) => [shopper.shopper_id, { shopper, subs: [] as SubState[] }]));
    for (const sub of subs) people.get(sub.shopper_id)?.subs.push(sub);
    return people;
  }

  /**
   * Subscriptions that buttons name, each with the shopper whose it must be; those that ended before `since`
   * (milliseconds) are forgotten.
   */
  async named(
    tx: EmittingTransaction,
    wanted: readonly { readonly shopperId: string; readonly subId: string }[],
    since: number,
  ): Promise<SubState[]> {
    if (wanted.length === 0) return [];
    return tx.query<SubState>(
      `SELECT ${Object.keys(subColumns).join(', ')} FROM subscriptions
       WHERE (shopper_id, sub_id) IN (SELECT * FROM unnest($1::text[], $2::text[]))
         AND (state = 'active' OR ended_at > $3)`,
      [wanted.map((w) => w.shopperId), wanted.map((w) => w.subId), since],
    );
  }

  /** Up to `limit` people with a right to send that has run out by `now`; locked, and passed over if others hold them. */
  async withExpiredGrants(tx: EmittingTransaction, now: number, limit: number): Promise<string[]> {
    const rows = await tx.query<{ shopper_id: string }>(
      `SELECT shopper_id FROM shoppers WHERE grant_expires_at <= $1
       ORDER BY grant_expires_at LIMIT $2 FOR UPDATE SKIP LOCKED`,
      [now, limit],
    );
    return rows.map((r) => r.shopper_id);
  }

  /** Ids of the shoppers behind those of the subscriptions that are active. */
  async ofActive(tx: EmittingTransaction, subIds: readonly string[]): Promise<string[]> {
    const rows = await tx.query<{ shopper_id: string }>(
      `SELECT DISTINCT shopper_id FROM subscriptions WHERE sub_id = ANY ($1) AND state = 'active'`,
      [[...new Set(subIds)]],
    );
    return rows.map((r) => r.shopper_id);
  }

  /** Writes and publishes what is newer in `after` than in `before` (undefined: the person is new). */
  async save(tx: EmittingTransaction, changes: readonly { before?: Person; after: Person }[]): Promise<void> {
    const people = changes.filter((c) => c.after.shopper.rev !== c.before?.shopper.rev).map((c) => c.after.shopper);
    const subs = changes.flatMap(({ before, after }) =>
      after.subs.filter((s) => s.rev !== before?.subs.find((old) => old.sub_id === s.sub_id)?.rev),
    );
    // Ended ones first: a wish may end one subscription and begin another, and only one may be active.
    subs.sort((a, b) => (a.state === b.state ? 0 : a.state === 'ended' ? -1 : 1));
    if (people.length > 0) await tx.query(UPSERT_SHOPPERS, [jsonRows(people.map(shopperRow))]);
    if (subs.length > 0) await tx.query(UPSERT_SUBS, [jsonRows(subs)]);
    for (const s of people) tx.emit(shoppers, s.shopper_id, toShopper(s), { id: `${s.shopper_id}:${s.rev}` });
    for (const s of subs) tx.emit(subscriptions, s.sub_id, toSubscription(s), { id: `${s.sub_id}:${s.rev}` });
  }

  /**
   * Writes and publishes the end of a shopper: their subscriptions end and get tombstones, their record becomes an empty
   * marker. The heir, if there is one, is written by `save`; what moved to it must be written before.
   */
  async forget(tx: EmittingTransaction, { marker, ended }: Forgotten): Promise<void> {
    const gone = await tx.query<{ sub_id: string }>(
      'DELETE FROM subscriptions WHERE shopper_id = $1 RETURNING sub_id',
      [marker.shopper_id],
    );
    // What their shop said of them by its own id goes as well: it would come back with the next link.
    await tx.query(
      `DELETE FROM tiers t USING shoppers s
        WHERE s.shopper_id = $1 AND t.shop = s.shop AND t.external_id = s.external_id`,
      [marker.shopper_id],
    );
    for (const table of BESIDE) await tx.query(`DELETE FROM ${table} WHERE shopper_id = $1`, [marker.shopper_id]);
    const published = new Set(gone.map((g) => g.sub_id));
    await tx.query(UPSERT_SHOPPERS, [jsonRows([marker])]);
    for (const s of ended.filter((sub) => published.has(sub.sub_id)))
      tx.emit(subscriptions, s.sub_id, toSubscription(s), { id: `${s.sub_id}:${s.rev}` });
    for (const id of published) tx.emit(subscriptions, id, null, { id: `${id}:gone` });
    tx.emit(shoppers, marker.shopper_id, toShopper(marker), { id: `${marker.shopper_id}:${marker.rev}` });
  }

  /** The shoppers of these Pages that a brand's link or ask named so. */
  async byExternalId(
    tx: EmittingTransaction,
    on: { readonly shops: readonly string[]; readonly pages: readonly string[] },
    externalId: string,
  ): Promise<string[]> {
    const rows = await tx.query<{ shopper_id: string }>(
      `SELECT shopper_id FROM shoppers WHERE shop = ANY ($1) AND external_id = $2 AND page = ANY ($3)
       ORDER BY shopper_id`,
      [[...on.shops], externalId, [...on.pages]],
    );
    return rows.map((r) => r.shopper_id);
  }

  /** Which of these shoppers are markers of people who were erased. */
  async erasedAmong(tx: EmittingTransaction, ids: readonly string[]): Promise<string[]> {
    if (ids.length === 0) return [];
    const rows = await tx.query<{ shopper_id: string }>(
      'SELECT shopper_id FROM shoppers WHERE shopper_id = ANY ($1) AND erased_at IS NOT NULL',
      [[...ids]],
    );
    return rows.map((r) => r.shopper_id);
  }
}
