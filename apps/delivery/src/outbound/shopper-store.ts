import type { Shopper } from '@beckon/contracts';
import { NOW_MS, type Queries } from './sql.js';

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
         suspended_at = excluded.suspended_at, erased_at = excluded.erased_at, ended_subs = excluded.ended_subs,
         refuted_until = CASE WHEN excluded.erased_at IS NULL THEN shoppers.refuted_until END,
         unreachable_until = CASE WHEN excluded.erased_at IS NULL THEN shoppers.unreachable_until END
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
  await deleteGrants(
    tx,
    shoppers.filter((s) => s.erased_at !== null).map((s) => s.shopper_id),
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

/** Tokens of erased shoppers, spent ones too: nobody can send to them any more. */
async function deleteGrants(tx: Queries, ids: readonly string[]): Promise<void> {
  if (ids.length > 0) await tx.query('DELETE FROM grants WHERE shopper_id = ANY ($1)', [ids]);
}

/** The highest revision there is: nothing comes after a tombstone. */
const LAST_REV = 2_147_483_647;

/**
 * A tombstone: nothing of the person stays but the pseudonymous ledger, and a bare row in whose face an older record (a
 * replayed dead letter) counts for nothing.
 */
export async function forgetShoppers(tx: Queries, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await tx.query(
    `UPDATE shoppers SET rev = ${LAST_REV}, psid_sealed = '', window_until = NULL, stopped_at = NULL,
       suspended_at = NULL, erased_at = coalesce(erased_at, ${NOW_MS}), ended_subs = '{}', refuted_until = NULL,
       unreachable_until = NULL
     WHERE shopper_id = ANY ($1)`,
    [ids],
  );
  await deleteGrants(tx, ids);
}

/** A last word may still wait in line this long after an erasure, in milliseconds: a window, and an hour. */
const LAST_WORD_MS = 90_000_000;

/**
 * Deletes the replies of erased shoppers once they are settled: they hold a sealed id and what was said. One whose outcome
 * nobody knows waits for its echo without them. What is in line or in flight is looked at again.
 */
export async function wipeErased(db: Queries): Promise<void> {
  await db.query(
    `WITH erased AS MATERIALIZED (
       SELECT shopper_id, erased_at FROM shoppers WHERE erased_at IS NOT NULL AND NOT wiped
     ), replies AS MATERIALIZED (
       SELECT l.id, l.state FROM ledger l JOIN erased e USING (shopper_id)
       WHERE l.kind = 'reply' AND l.state NOT IN ('queued', 'sending') ORDER BY l.id FOR UPDATE OF l SKIP LOCKED
     ), gone AS (
       DELETE FROM ledger l USING replies r WHERE l.id = r.id AND r.state <> 'unknown'
     ), bare AS (
       UPDATE ledger l SET body = l.body - 'psid_sealed' - 'body' FROM replies r
       WHERE l.id = r.id AND r.state = 'unknown' AND l.body->>'psid_sealed' IS NOT NULL
     )
     UPDATE shoppers s SET wiped = true FROM erased e
     WHERE s.shopper_id = e.shopper_id AND e.erased_at < ${NOW_MS} - ${LAST_WORD_MS}
       AND NOT EXISTS (SELECT FROM ledger l WHERE l.shopper_id = e.shopper_id AND l.kind = 'reply')`,
  );
}

/** Dead letters are kept 30 days: after that no record of before the erasure can come back. */
const KEEP_BARE_ROW_MS = 31 * 86_400_000;

/** Deletes bare rows of shoppers who were erased long ago; returns how many (at most `limit`). */
export async function deleteBareRows(db: Queries, limit: number): Promise<number> {
  const gone = await db.query(
    `WITH gone AS (DELETE FROM shoppers WHERE shopper_id IN (
       SELECT shopper_id FROM shoppers WHERE erased_at < ${NOW_MS} - ${KEEP_BARE_ROW_MS} AND rev = ${LAST_REV} AND wiped
       LIMIT $1) RETURNING 1) SELECT * FROM gone`,
    [limit],
  );
  return gone.length;
}

/** A message may be in doubt for a day after its token ran out; then nobody asks for the token any more. */
const KEEP_EXPIRED_MS = 2 * 86_400_000;

/** Deletes tokens that have run out, spent ones too; returns how many (at most `limit`). */
export async function deleteExpiredGrants(db: Queries, limit: number): Promise<number> {
  const gone = await db.query(
    `WITH gone AS (DELETE FROM grants WHERE grant_id = ANY (ARRAY(
       SELECT grant_id FROM grants WHERE expires_at < ${NOW_MS} - ${KEEP_EXPIRED_MS} ORDER BY expires_at LIMIT $1))
       RETURNING 1) SELECT * FROM gone`,
    [limit],
  );
  return gone.length;
}
