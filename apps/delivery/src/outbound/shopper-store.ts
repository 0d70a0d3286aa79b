import type { Shopper } from '@beckon/contracts';
import type { Queries } from './sql.js';

/**
 * Keeps the newest revision of each shopper and their unspent tokens. Each shopper may appear once. What delivery learnt
 * itself (unreachable, window refuted, token spent or dead) stays: the owner's record knows nothing of it.
 */
export async function keepShoppers(tx: Queries, shoppers: readonly Shopper[]): Promise<void> {
  if (shoppers.length === 0) return;
  const newer = await tx.query<{ shopper_id: string }>(
    `WITH kept AS (
       INSERT INTO shoppers (shopper_id, rev, shop, page, psid_sealed, window_until, stopped_at, suspended_at, erased_at,
                             ended_subs)
       SELECT shopper_id, rev, shop, page, psid_sealed, window_until, stopped_at, suspended_at, erased_at, ended_subs
       FROM jsonb_to_recordset($1) AS r(shopper_id text, rev int, shop text, page text, psid_sealed text,
         window_until bigint, stopped_at bigint, suspended_at bigint, erased_at bigint, ended_subs text[])
       ORDER BY shopper_id
       ON CONFLICT (shopper_id) DO UPDATE SET rev = excluded.rev, shop = excluded.shop, page = excluded.page,
         psid_sealed = excluded.psid_sealed, window_until = excluded.window_until, stopped_at = excluded.stopped_at,
         suspended_at = excluded.suspended_at, erased_at = excluded.erased_at, ended_subs = excluded.ended_subs
       WHERE excluded.rev > shoppers.rev
       RETURNING shopper_id)
     SELECT shopper_id FROM kept`,
    [JSON.stringify(shoppers.map((s) => ({ ...s, grants: undefined })))],
  );
  const kept = new Set(newer.map((r) => r.shopper_id));
  await keepGrants(
    tx,
    shoppers.filter((s) => kept.has(s.shopper_id)),
  );
}

/**
 * A token that left the record is taken back. A one-time token that is spent stays known as spent; a notification token is
 * used again and again, so it goes. One that the shopper renewed lives again, whatever Messenger said of it before.
 */
async function keepGrants(tx: Queries, shoppers: readonly Shopper[]): Promise<void> {
  if (shoppers.length === 0) return;
  const rows = shoppers.flatMap((s) =>
    s.erased_at === null ? s.grants.map((g) => ({ ...g, shopper_id: s.shopper_id })) : [],
  );
  await tx.query(
    `DELETE FROM grants WHERE shopper_id = ANY ($1) AND (spent_by IS NULL OR kind = 'notification')
       AND NOT (grant_id = ANY ($2))`,
    [shoppers.map((s) => s.shopper_id), rows.map((g) => g.grant_id)],
  );
  if (rows.length === 0) return;
  await tx.query(
    `INSERT INTO grants (grant_id, shopper_id, kind, sub_id, token_sealed, expires_at)
     SELECT grant_id, shopper_id, kind, sub_id, token_sealed, expires_at
     FROM jsonb_to_recordset($1) AS r(grant_id text, shopper_id text, kind text, sub_id text, token_sealed text,
       expires_at bigint)
     ORDER BY grant_id
     ON CONFLICT (grant_id) DO UPDATE SET token_sealed = excluded.token_sealed, expires_at = excluded.expires_at,
       sub_id = excluded.sub_id,
       dead_at = CASE WHEN grants.kind = 'notification' AND excluded.expires_at > grants.expires_at THEN NULL
         ELSE grants.dead_at END`,
    [JSON.stringify(rows)],
  );
}

/** A tombstone: nothing of the person stays but the pseudonymous ledger. Replies hold a sealed id and their text. */
export async function forgetShoppers(tx: Queries, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await tx.query('DELETE FROM shoppers WHERE shopper_id = ANY ($1)', [ids]);
  await tx.query('DELETE FROM grants WHERE shopper_id = ANY ($1)', [ids]);
  await tx.query(
    `DELETE FROM ledger WHERE kind = 'reply' AND shopper_id = ANY ($1) AND state NOT IN ('sending', 'unknown')`,
    [ids],
  );
}
