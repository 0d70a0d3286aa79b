/** Writes what an admission round decided, in one transaction that fails if the ground has moved under it. */
import type { Condition, MatchedAlert, Reason } from '@beckon/contracts';
import type { EmittingTransaction } from '@beckon/kafka';
import { emitAdmission, emitDecision, matchedColumns, matchedOf, tellableColumns } from './alert-columns.js';
import type { TellableAlert } from './alert-columns.js';

/** The lease of a Page, as its owner holds it. */
export interface PageLease {
  readonly page: string;
  readonly epoch: number;
}

/** Thrown when a Page or a shard is no longer what the round believed; nothing was written. */
export class GroundMoved extends Error {
  constructor(readonly what: 'page' | 'shard' | 'time') {
    super(`the ${what} is no longer what this round began with`);
    this.name = 'GroundMoved';
  }
}

/**
 * An alert that is named still waits. The index of what waits must not offer itself: while the statistics are old, the
 * planner takes it for short and reads the whole line (docs/decisions/0011).
 */
const WAITS = `CASE WHEN a.state = 'waiting' THEN true END`;

export interface ToAdmit {
  readonly alert_id: string;
  /** The number of this admission: one more than the row's. */
  readonly admission_no: number;
  readonly send_by: number;
  readonly settings_rev: number;
  /** What the shopper asks for now; delivery checks it against the offer. */
  readonly condition: Condition;
}

export interface ToHold {
  readonly alert_id: string;
  readonly reason: Reason;
  readonly not_before: number;
  /** Whether this is news: the reason was another before, or it has a time of its own. */
  readonly tell: boolean;
  readonly detail: string | null;
  readonly settings_rev: number | null;
}

export interface ToEnd {
  readonly alert_id: string;
  readonly outcome: 'withdrawn' | 'suppressed';
  readonly reason: Reason;
}

/** Holds the leases until the transaction ends, or throws GroundMoved. */
export async function holdPages(tx: EmittingTransaction, worker: string, leases: readonly PageLease[]): Promise<void> {
  const held = await tx.query(
    `SELECT p.page FROM unnest($2::text[], $3::bigint[]) AS mine(page, epoch)
       JOIN pages p ON p.page = mine.page AND p.epoch = mine.epoch
      WHERE p.owner = $1 AND p.lease_until > (extract(epoch FROM clock_timestamp()) * 1000)::bigint
      ORDER BY p.page FOR SHARE OF p`,
    [worker, leases.map((l) => l.page), leases.map((l) => l.epoch)],
  );
  if (held.length < leases.length) throw new GroundMoved('page');
}

/** Holds shards at the epochs under which they were used, or throws GroundMoved. */
export async function holdShards(
  tx: EmittingTransaction,
  shards: readonly { readonly shard: number; readonly epoch: number }[],
): Promise<void> {
  const held = await tx.query(
    `SELECT s.shard FROM unnest($1::smallint[], $2::bigint[]) AS used(shard, epoch)
       JOIN shards s ON s.shard = used.shard AND s.epoch = used.epoch ORDER BY s.shard FOR SHARE OF s`,
    [shards.map((s) => s.shard), shards.map((s) => s.epoch)],
  );
  if (held.length < shards.length) throw new GroundMoved('shard');
}

/** Locks the alerts of a round in one order, as every other transaction does, so that none waits for another in a circle. */
export async function lockAlerts(tx: EmittingTransaction, alerts: readonly string[]): Promise<void> {
  await tx.query('SELECT 1 FROM alerts WHERE alert_id = ANY ($1) ORDER BY alert_id FOR UPDATE', [alerts]);
}

/**
 * Reserves, and emits in the order given (best first); answers the ids that were still waiting. `now` becomes
 * `admitted_at`.
 */
export async function admit(tx: EmittingTransaction, alerts: readonly ToAdmit[], now: number): Promise<Set<string>> {
  const rows = await tx.query<MatchedAlert & TellableAlert & ToAdmit>(
    `UPDATE alerts a SET state = 'reserved', reason = NULL, not_before = 0, admission_no = n.admission_no,
            condition = n.condition, send_by = n.send_by, settings_rev = n.settings_rev, admitted_at = $2, asked_at = $2,
            -- The place just taken replaced the one of the admission before: nothing is left to give back.
            windows_due = false,
            decision_seq = a.decision_seq + 1
       FROM jsonb_to_recordset($1::jsonb) AS n(alert_id text, admission_no int, send_by bigint, settings_rev bigint,
            condition jsonb)
      WHERE a.alert_id = n.alert_id AND ${WAITS} AND a.admission_no = n.admission_no - 1
      RETURNING ${matchedColumns('a.')}, a.decision_seq, a.admission_no, a.send_by, a.settings_rev`,
    [JSON.stringify(alerts), now],
  );
  const place = new Map(alerts.map((a, i) => [a.alert_id, i]));
  rows.sort((a, b) => (place.get(a.alert_id) ?? 0) - (place.get(b.alert_id) ?? 0));
  for (const row of rows) {
    const { admission_no, send_by, settings_rev } = row;
    emitAdmission(tx, { ...matchedOf(row), admission_no, send_by, settings_rev, admitted_at: now });
    emitDecision(tx, row, { verdict: 'admitted', reason: null, terminal: false, detail: null }, now, settings_rev);
  }
  return new Set(rows.map((r) => r.alert_id));
}

/** Takes alerts out of the line until a time; tells people where that is news. */
export async function hold(tx: EmittingTransaction, alerts: readonly ToHold[], now: number): Promise<number> {
  const rows = await tx.query<TellableAlert & ToHold>(
    `UPDATE alerts a SET reason = n.reason, not_before = n.not_before, settings_rev = n.settings_rev,
            decision_seq = a.decision_seq + n.tell::int
       FROM jsonb_to_recordset($1::jsonb)
              AS n(alert_id text, reason text, not_before bigint, tell boolean, detail text, settings_rev bigint)
      WHERE a.alert_id = n.alert_id AND ${WAITS}
      RETURNING ${columnsOf('a')}, n.reason, n.tell, n.detail, n.settings_rev, n.not_before`,
    [JSON.stringify(alerts)],
  );
  for (const row of rows) {
    if (!row.tell) continue;
    emitDecision(
      tx,
      row,
      { verdict: 'held', reason: row.reason, terminal: false, detail: row.detail },
      now,
      row.settings_rev,
    );
  }
  return rows.length;
}

/** Ends waiting alerts, each with its terminal decision. */
export async function end(tx: EmittingTransaction, alerts: readonly ToEnd[], now: number): Promise<number> {
  const rows = await tx.query<TellableAlert & ToEnd>(
    `UPDATE alerts a SET state = 'done', outcome = n.outcome, reason = n.reason, not_before = 0,
            decision_seq = a.decision_seq + 1
       FROM jsonb_to_recordset($1::jsonb) AS n(alert_id text, outcome text, reason text)
      WHERE a.alert_id = n.alert_id AND ${WAITS}
      RETURNING ${columnsOf('a')}, n.outcome, n.reason`,
    [JSON.stringify(alerts)],
  );
  emitEnds(tx, rows, now);
  return rows.length;
}

/** The terminal decisions of alerts that ended without being sent. */
export function emitEnds(
  tx: EmittingTransaction,
  rows: readonly (TellableAlert & Pick<ToEnd, 'outcome' | 'reason'>)[],
  now: number,
): void {
  for (const row of rows) {
    emitDecision(tx, row, { verdict: row.outcome, reason: row.reason, terminal: true, detail: null }, now);
  }
}

/** The columns of {@link TellableAlert} behind an alias. */
export const columnsOf = (alias: string): string => tellableColumns.replace(/\w+/g, (name) => `${alias}.${name}`);
