import { restAfterTrouble } from '../domain/pace.js';
import type { Effect } from '../domain/settle-answer.js';
import type { Queries } from './sql.js';

type Of<T extends Effect['type']> = Extract<Effect, { type: T }>;

/**
 * Writes what settlements change beside the ledger. Locks in the order pages, shoppers, grants, as the gate does, and
 * within each by id, so that they never wait for each other in a circle.
 */
export async function applyEffects(tx: Queries, effects: readonly Effect[]): Promise<void> {
  if (effects.length === 0) return;
  const of = <T extends Effect['type']>(type: T): Of<T>[] => effects.filter((e): e is Of<T> => e.type === type);
  await changePages(tx, of('page_works'), of('rest_page'), of('stop_page'));
  await markShoppers(tx, 'unreachable_until', of('suspend_shopper'));
  await markShoppers(tx, 'refuted_until', of('refute_window'));
  await freeGrants(tx, of('free_grant'));
  await restGrants(tx, of('rest_grant'));
  await killGrants(tx, of('kill_grant'));
}

async function changePages(
  tx: Queries,
  works: readonly Of<'page_works'>[],
  rests: readonly Of<'rest_page'>[],
  stops: readonly Of<'stop_page'>[],
): Promise<void> {
  const troubled = new Map(rests.map((e) => [e.page, e.at]));
  const working = await inTrouble(tx, new Set(works.map((e) => e.page).filter((page) => !troubled.has(page))));
  const stopped = new Map(stops.map((e) => [e.page, e]));
  for (const page of [...new Set([...troubled.keys(), ...working, ...stopped.keys()])].sort()) {
    const at = troubled.get(page);
    if (at !== undefined) await rest(tx, page, at);
    else if (working.has(page))
      await tx.query('UPDATE pages SET trouble_step = 0 WHERE page = $1 AND trouble_step > 0 AND paused_until <= $2', [
        page,
        Math.max(0, ...works.filter((e) => e.page === page).map((e) => e.at)),
      ]);
    const stop = stopped.get(page);
    if (stop)
      await tx.query(
        `UPDATE pages SET state = 'stopped', stopped_at = $2, stopped_token = $3,
           retry_at = $2::bigint + $4::bigint, reason = $5
         WHERE page = $1 AND state = 'open'`,
        [page, stop.at, stop.token_mark, stop.retry_after, stop.why],
      );
  }
}

/** Those of these Pages that were in trouble; nearly always none, so this is all that a batch of successes costs. */
async function inTrouble(tx: Queries, pages: ReadonlySet<string>): Promise<Set<string>> {
  if (pages.size === 0) return new Set();
  const rows = await tx.query<{ page: string }>('SELECT page FROM pages WHERE page = ANY ($1) AND trouble_step > 0', [
    [...pages],
  ]);
  return new Set(rows.map(({ page }) => page));
}

/** Twenty refusals of messages that were out together are one trouble: a Page that rests already rests no longer. */
async function rest(tx: Queries, page: string, at: number): Promise<void> {
  const [row] = await tx.query<{ trouble_step: number }>(
    'SELECT trouble_step FROM pages WHERE page = $1 AND paused_until <= $2 FOR UPDATE',
    [page, at],
  );
  if (!row) return;
  await tx.query('UPDATE pages SET trouble_step = trouble_step + 1, paused_until = $2 WHERE page = $1', [
    page,
    at + restAfterTrouble(row.trouble_step),
  ]);
}

async function markShoppers(
  tx: Queries,
  column: 'unreachable_until' | 'refuted_until',
  effects: readonly (Of<'suspend_shopper'> | Of<'refute_window'>)[],
): Promise<void> {
  for (const e of [...effects].sort((a, b) => (a.shopper_id < b.shopper_id ? -1 : 1)))
    await tx.query(
      `UPDATE shoppers SET ${column} = greatest(coalesce(${column}, 0), $2::bigint) WHERE shopper_id = $1`,
      [e.shopper_id, e.until_window_after],
    );
}

/** Only the message that claimed a token gives it back; one that rests by our claim may then be used at once. */
async function freeGrants(tx: Queries, effects: readonly Of<'free_grant'>[]): Promise<void> {
  if (effects.length === 0) return;
  const rows = effects.map(({ grant_id, spent_by }) => ({ grant_id, spent_by }));
  await tx.query(
    `UPDATE grants g SET spent_by = NULL, spent_at = NULL, next_eligible_at = NULL
     FROM jsonb_to_recordset($1) AS r(grant_id text, spent_by text)
     WHERE g.grant_id = r.grant_id AND g.spent_by = r.spent_by`,
    [JSON.stringify(rows)],
  );
}

/** Messenger said so: longer than we thought, if need be. */
async function restGrants(tx: Queries, effects: readonly Of<'rest_grant'>[]): Promise<void> {
  for (const e of [...effects].sort((a, b) => (a.grant_id < b.grant_id ? -1 : 1)))
    await tx.query(
      'UPDATE grants SET next_eligible_at = greatest(coalesce(next_eligible_at, 0), $2::bigint) WHERE grant_id = $1',
      [e.grant_id, e.until],
    );
}

async function killGrants(tx: Queries, effects: readonly Of<'kill_grant'>[]): Promise<void> {
  if (effects.length === 0) return;
  await tx.query('UPDATE grants SET dead_at = $2 WHERE grant_id = ANY ($1) AND dead_at IS NULL', [
    effects.map((e) => e.grant_id),
    Math.max(...effects.map((e) => e.at)),
  ]);
}
