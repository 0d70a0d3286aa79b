import type { Admission, Condition, RequestedMessage } from '@beckon/contracts';
import { NOTIFICATION_REST_MS, WINDOW_MARGIN_MS } from '../domain/choose-grant.js';
import type { BarredReason } from '../domain/facts.js';
import type { LedgerRow } from '../domain/ledger-row.js';
import { GATE_SQL } from './gate.sql.js';
import { NOW_MS, type Queries } from './sql.js';

/** An offer as the gate saw it. */
export interface OfferRow {
  readonly title: string | null;
  readonly options: readonly string[];
  readonly price_amount: number | null;
  readonly price_currency: string | null;
  readonly units: number | null;
  readonly url: string | null;
}

/** A message that is `sending` now, with what the POST needs. `at` is Postgres' time in milliseconds. */
export interface Claimed {
  readonly row: LedgerRow;
  readonly psid_sealed: string;
  readonly token_sealed: string | null;
  readonly offer: OfferRow | null;
  readonly at: number;
}

/** A message that the gate will never let pass as it stands; it is still queued. */
export interface Barred {
  readonly row: LedgerRow;
  readonly reason: BarredReason;
  readonly at: number;
  /** `grant_resting`: when the right may be used again, in milliseconds. */
  readonly until: number | null;
}

/** Under which lease of a Page the gate is asked, and for how much. */
export interface GateRequest {
  readonly page: string;
  readonly epoch: number;
  readonly slots: number;
  /** Slots that alerts take before replies. */
  readonly alertsFirst: number;
}

/** Asks the gate for any number of this worker's Pages at once; see `gate.sql.ts` for what one call guarantees. */
export async function passGate(
  db: Queries,
  worker: string,
  asked: readonly GateRequest[],
): Promise<{ sending: Claimed[]; barred: Barred[] }> {
  const column = <K extends keyof GateRequest>(key: K): GateRequest[K][] => asked.map((g) => g[key]);
  const parameters = [column('page'), worker, column('epoch'), column('slots'), column('alertsFirst')];
  const rows = await db.query<
    Omit<Claimed, 'psid_sealed'> & { verdict: string; psid_sealed: string | null; until: number | null }
  >(GATE_SQL, [...parameters, WINDOW_MARGIN_MS, NOTIFICATION_REST_MS]);
  const sending: Claimed[] = [];
  const barred: Barred[] = [];
  for (const { verdict, psid_sealed, until, ...r } of rows) {
    if (psid_sealed !== null) sending.push({ ...r, psid_sealed });
    else barred.push({ row: r.row, reason: verdict as BarredReason, at: r.at, until });
  }
  return { sending, barred };
}

/** The number that the gate compares with; of `units_between` the upper end, the lower one is read from the body. */
function upperEnd(condition: Condition): number | null {
  switch (condition.type) {
    case 'units_at_least':
      return condition.units;
    case 'units_between':
      return condition.at_most;
    case 'price_at_most':
      return condition.amount;
    case 'topic_open':
      return null;
  }
}

/**
 * Puts admissions in line: new alerts, and alerts whose last admission provably sent nothing, under a higher number.
 * Each alert may appear once. Returns those that are in line now; the others are asked-again cases.
 */
export async function queueAdmissions(
  tx: Queries,
  admissions: readonly Admission[],
  now: number,
): Promise<Set<string>> {
  const rows = admissions.map((a) => ({
    id: a.alert_id,
    shop: a.shop,
    page: a.page,
    shopper_id: a.shopper_id,
    sub_id: a.sub_id,
    sku: a.sku,
    needs_rev: a.shopper_rev,
    condition_type: a.condition.type,
    condition_amount: upperEnd(a.condition),
    condition_currency: a.condition.type === 'price_at_most' ? a.condition.currency : null,
    admission_no: a.admission_no,
    send_by: a.send_by,
    body: a,
  }));
  const queued = await tx.query<{ id: string }>(
    `WITH queued AS (
       INSERT INTO ledger (id, kind, shop, page, shopper_id, sub_id, sku, needs_rev, condition_type, condition_amount,
                           condition_currency, admission_no, queued_at, send_by, body)
       SELECT id, 'alert', shop, page, shopper_id, sub_id, sku, needs_rev, condition_type, condition_amount,
              condition_currency, admission_no, $2, send_by, body
       FROM jsonb_to_recordset($1) AS r(id text, shop text, page text, shopper_id text, sub_id text, sku text,
         needs_rev int, condition_type text, condition_amount bigint, condition_currency text, admission_no int,
         send_by bigint, body jsonb)
       ORDER BY id
       ON CONFLICT (id) DO UPDATE SET state = 'queued', reason = NULL, admission_no = excluded.admission_no,
         queued_at = excluded.queued_at, send_by = excluded.send_by, body = excluded.body, not_before = NULL,
         needs_rev = greatest(ledger.needs_rev, excluded.needs_rev)
       WHERE ledger.state IN ('returned', 'refused', 'deferred') AND excluded.admission_no > ledger.admission_no
       RETURNING id)
     SELECT id FROM queued`,
    [JSON.stringify(rows), now],
  );
  return new Set(queued.map((r) => r.id));
}

/** Puts replies in line; a reply that is known stays as it is. */
export async function queueReplies(tx: Queries, replies: readonly RequestedMessage[], now: number): Promise<void> {
  const rows = replies.map((m) => ({
    id: m.id,
    shop: m.shop,
    page: m.page,
    shopper_id: m.shopper_id,
    needs_rev: m.needs_shopper_rev,
    quiet: m.quiet_in_flight,
    send_by: m.expires_at,
    body: m,
  }));
  await tx.query(
    `INSERT INTO ledger (id, kind, shop, page, shopper_id, needs_rev, quiet_in_flight, admission_no, queued_at, send_by,
                         body)
     SELECT id, 'reply', shop, page, shopper_id, needs_rev, quiet, 0, $2, send_by, body
     FROM jsonb_to_recordset($1) AS r(id text, shop text, page text, shopper_id text, needs_rev int, quiet boolean,
       send_by bigint, body jsonb)
     ORDER BY id
     ON CONFLICT (id) DO NOTHING`,
    [JSON.stringify(rows), now],
  );
}

/** Whose these messages are and where they stand now; not locked. */
export const whoseRows = (
  tx: Queries,
  ids: readonly string[],
): Promise<Pick<LedgerRow, 'id' | 'page' | 'shopper_id' | 'state'>[]> =>
  tx.query('SELECT id, page, shopper_id, state FROM ledger WHERE id = ANY ($1)', [ids]);

/** Locks rows by id, in the order of ids (so that two batches never wait for each other in a circle). */
export const lockRows = (tx: Queries, ids: readonly string[]): Promise<LedgerRow[]> =>
  rowsOf(tx, 'WHERE id = ANY ($1) ORDER BY id FOR UPDATE', [ids]);

/** Flights of a Page under older leases than `epoch`: whoever claimed them no longer owns the Page. */
export const lockFlightsBefore = (tx: Queries, page: string, epoch: number): Promise<LedgerRow[]> =>
  rowsOf(tx, `WHERE state = 'sending' AND page = $1 AND epoch < $2 ORDER BY id FOR UPDATE`, [page, epoch]);

/** Flights of a Page under this very lease. */
export const lockFlightsOf = (tx: Queries, page: string, epoch: number): Promise<LedgerRow[]> =>
  rowsOf(tx, `WHERE state = 'sending' AND page = $1 AND epoch = $2 ORDER BY id FOR UPDATE`, [page, epoch]);

/**
 * What a lease let pass and of which nothing shows that it was posted, also where the next owner has taken it for unknown.
 * In two looks, each by its own index.
 */
export const lockUnposted = async (tx: Queries, page: string, epoch: number): Promise<LedgerRow[]> => [
  ...(await lockFlightsOf(tx, page, epoch)),
  ...(await rowsOf(
    tx,
    `WHERE state = 'unknown' AND page = $1 AND epoch = $2 AND posted_at IS NULL ORDER BY id FOR UPDATE`,
    [page, epoch],
  )),
];

/** Flights that nobody came back for in `ms` milliseconds, e.g. of a Page that left the settings. */
export const lockForgottenFlights = (tx: Queries, ms: number, limit: number): Promise<LedgerRow[]> =>
  rowsOf(tx, `WHERE state = 'sending' AND claimed_at < ${NOW_MS} - $1 ORDER BY id LIMIT $2 FOR UPDATE SKIP LOCKED`, [
    ms,
    limit,
  ]);

/** Whether anything in line is past its time, or waits for a Page that cannot send: looked up before locking. */
export async function dueForSweep(db: Queries): Promise<{ readonly late: boolean; readonly stopped: boolean }> {
  const [due] = await db.query<{ late: boolean; stopped: boolean }>(
    `SELECT EXISTS (SELECT FROM ledger WHERE state = 'queued' AND send_by <= ${NOW_MS}) AS late,
            EXISTS (SELECT FROM pages p JOIN ledger l ON l.page = p.page
                     WHERE p.state = 'stopped' AND l.state = 'queued' AND l.kind = 'alert') AS stopped`,
  );
  return due ?? { late: true, stopped: true };
}

/** Rows in line whose time has passed. */
export const lockTooLate = (tx: Queries, limit: number): Promise<LedgerRow[]> =>
  rowsOf(tx, `WHERE state = 'queued' AND send_by <= ${NOW_MS} ORDER BY send_by LIMIT $1 FOR UPDATE SKIP LOCKED`, [
    limit,
  ]);

/** Alerts in line of Pages that cannot send. */
export const lockOfStoppedPages = (tx: Queries, limit: number): Promise<LedgerRow[]> =>
  rowsOf(
    tx,
    `WHERE state = 'queued' AND kind = 'alert' AND page = ANY (ARRAY(SELECT page FROM pages WHERE state = 'stopped'))
     ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED`,
    [limit],
  );

/** Unknowns older than `ms` milliseconds. */
export const lockOldUnknowns = (tx: Queries, ms: number, limit: number): Promise<LedgerRow[]> =>
  rowsOf(
    tx,
    `WHERE state = 'unknown' AND unknown_since <= ${NOW_MS} - $1 ORDER BY id LIMIT $2 FOR UPDATE SKIP LOCKED`,
    [ms, limit],
  );

/** Accepted messages of these shoppers that are not known to be read. */
export const lockUnread = (tx: Queries, shoppers: readonly string[]): Promise<LedgerRow[]> =>
  rowsOf(tx, `WHERE state = 'accepted' AND read_at IS NULL AND shopper_id = ANY ($1) ORDER BY id FOR UPDATE`, [
    shoppers,
  ]);

const rowsOf = (tx: Queries, where: string, parameters: readonly unknown[]): Promise<LedgerRow[]> =>
  tx.query(`SELECT l.* FROM ledger l ${where}`, parameters);

/** Columns that a settlement may change, with their types. */
const SETTLED = {
  state: 'text',
  reason: 'text',
  admission_no: 'int',
  not_before: 'bigint',
  grant_id: 'text',
  posted_at: 'bigint',
  answered_at: 'bigint',
  settled_at: 'bigint',
  unknown_since: 'bigint',
  echoed_at: 'bigint',
  mid: 'text',
  error_code: 'int',
  error_subcode: 'int',
  seq: 'int',
  answer_seq: 'int',
  decision_seq: 'int',
  template: 'text',
  locale: 'text',
  price_amount: 'bigint',
  price_currency: 'text',
  delivered_at: 'bigint',
  read_at: 'bigint',
} as const satisfies Partial<Record<keyof LedgerRow, string>>;

const settledColumns = Object.keys(SETTLED) as (keyof typeof SETTLED)[];
const SAVE_SQL = `
  UPDATE ledger l SET ${settledColumns.map((c) => `${c} = r.${c}`).join(', ')}
  FROM jsonb_to_recordset($1) AS r(id text, ${settledColumns.map((c) => `${c} ${SETTLED[c]}`).join(', ')})
  WHERE l.id = r.id`;

/** Writes settled rows, which the transaction holds locked. */
export async function saveRows(tx: Queries, rows: readonly LedgerRow[]): Promise<void> {
  if (rows.length === 0) return;
  const patches = rows.map((row) => ({ id: row.id, ...Object.fromEntries(settledColumns.map((c) => [c, row[c]])) }));
  await tx.query(SAVE_SQL, [JSON.stringify(patches)]);
}

/** Deletes settled rows of one kind that were queued longer ago than `ms`; returns how many (at most `limit`). */
export async function deleteOld(db: Queries, kind: LedgerRow['kind'], ms: number, limit: number): Promise<number> {
  const gone = await db.query(
    `WITH gone AS (DELETE FROM ledger WHERE id = ANY (ARRAY(
       SELECT id FROM ledger WHERE kind = $1 AND queued_at < ${NOW_MS} - $2
         AND state NOT IN ('queued', 'sending', 'unknown') ORDER BY queued_at LIMIT $3))
     RETURNING 1) SELECT * FROM gone`,
    [kind, ms, limit],
  );
  return gone.length;
}
