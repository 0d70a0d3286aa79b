/** The line of waiting alerts: who joins it, who is next, who is held, who leaves it reserved. */
import type { MatchedAlert, Reason } from '@beckon/contracts';
import type { EmittingTransaction } from '@beckon/kafka';
import type { DataSource } from 'typeorm';
import type { AdmissionFacts } from '../domain/decide-admission.js';
import { ANSWER_GRACE_MS } from '../domain/in-flight.js';
import { priorityOf } from '../domain/priority.js';
import { shardOf } from '../domain/tags.js';
import { matchedColumns, matchedRowType } from './alert-columns.js';

/** Puts matched alerts into the line; those already known change nothing. Answers how many alerts and Pages are new. */
export async function joinLine(
  tx: EmittingTransaction,
  alerts: readonly MatchedAlert[],
): Promise<{ readonly joined: number; readonly pages: number }> {
  const rows = alerts.map((a) => ({ ...a, priority: priorityOf(a.kind), shard: shardOf(a.shopper_id) }));
  const pages = await ensurePages(
    (sql, parameters) => tx.query(sql, parameters),
    alerts.map((a) => a.page),
  );
  const joined = await tx.query<{ alert_id: string }>(
    `INSERT INTO alerts (${matchedColumns()}, priority, shard)
     SELECT ${matchedColumns()}, priority, shard
       FROM jsonb_to_recordset($1::jsonb) AS r(${matchedRowType}, priority smallint, shard smallint)
     ON CONFLICT (alert_id) DO NOTHING RETURNING alert_id`,
    [JSON.stringify(rows)],
  );
  return { joined: joined.length, pages };
}

/** Makes Pages known, so that workers can lease them; answers how many are new. */
export async function ensurePages(
  query: (sql: string, parameters: unknown[]) => Promise<unknown[]>,
  pages: readonly string[],
): Promise<number> {
  const made = await query(
    'INSERT INTO pages (page) SELECT DISTINCT page FROM unnest($1::text[]) AS page ORDER BY page ON CONFLICT DO NOTHING RETURNING page',
    [pages],
  );
  return made.length;
}

/** A waiting alert with all that is known about it. */
export interface Candidate extends MatchedAlert {
  readonly shard: number;
  readonly admission_no: number;
  readonly reason: Reason | null;
  readonly facts: Omit<AdmissionFacts, 'shop'>;
}

/** Reservations of a Page: whose answer is not overdue at `now`, and whose is. */
export interface InFlight {
  readonly page: string;
  readonly in_flight: number;
  readonly overdue: number;
}

/** Reasons that a change of settings may take away. */
const HELD_BY_SETTINGS: readonly Reason[] = ['quiet_hours', 'over_limit', 'min_gap', 'page_unknown'];

export class LineStore {
  constructor(private readonly dataSource: DataSource) {}

  /** Puts held alerts whose time has come back into the line; answers how many (at most 2,000). */
  async releaseDue(pages: readonly string[], now: number): Promise<number> {
    const [, count] = (await this.dataSource.query(
      `UPDATE alerts SET not_before = 0 WHERE alert_id = ANY (ARRAY(
         SELECT alert_id FROM alerts
          WHERE page = ANY ($1) AND state = 'waiting' AND not_before > 0 AND not_before <= $2 LIMIT 2000
          FOR UPDATE SKIP LOCKED))`,
      [pages, now],
    )) as [unknown, number];
    return count;
  }

  /** Puts alerts back that a shop's settings held under another revision than its Page has now (at most 2,000). */
  async releaseChanged(revs: ReadonlyMap<string, number>): Promise<number> {
    const [, count] = (await this.dataSource.query(
      `UPDATE alerts SET not_before = 0 WHERE alert_id = ANY (ARRAY(
         SELECT a.alert_id FROM unnest($1::text[], $2::bigint[]) AS now(page, rev)
           JOIN alerts a ON a.page = now.page AND a.settings_rev IS DISTINCT FROM now.rev
          WHERE a.state = 'waiting' AND a.not_before > 0 AND a.reason = ANY ($3) LIMIT 2000
          FOR UPDATE OF a SKIP LOCKED))`,
      [[...revs.keys()], [...revs.values()], HELD_BY_SETTINGS],
    )) as [unknown, number];
    return count;
  }

  /** Reservations per Page; Pages without any are left out. */
  async inFlight(pages: readonly string[], now: number): Promise<Map<string, InFlight>> {
    const rows: InFlight[] = await this.dataSource.query(
      `SELECT page, count(*) FILTER (WHERE send_by > $2)::int AS in_flight,
              count(*) FILTER (WHERE send_by <= $2)::int AS overdue
         FROM alerts WHERE state = 'reserved' AND page = ANY ($1) GROUP BY page`,
      [pages, now - ANSWER_GRACE_MS],
    );
    return new Map(rows.map((r) => [r.page, r]));
  }

  /** The best waiting alerts of each Page, at most so many as it is given places, with the facts to decide them by. */
  async pick(places: ReadonlyMap<string, number>): Promise<Candidate[]> {
    const rows: CandidateRow[] = await this.dataSource.query(PICK, [[...places.keys()], [...places.values()]]);
    return rows.map(candidateOf);
  }
}

const PICK = `
  WITH line AS (
    SELECT l.* FROM unnest($1::text[], $2::int[]) AS wanted(page, places)
     CROSS JOIN LATERAL (
       SELECT * FROM alerts a WHERE a.page = wanted.page AND a.state = 'waiting' AND a.not_before = 0
        ORDER BY a.priority, a.rank, a.alert_id LIMIT wanted.places) l)
  SELECT ${matchedColumns('a.')}, a.shard,
         -- A shopper who has changed what they ask for since the match is told by what they ask for now.
         CASE WHEN b.rev > a.sub_rev THEN b.condition END AS condition_now, a.admission_no, a.reason,
         CASE WHEN s.signal_id IS NOT NULL THEN CASE WHEN s.open THEN 'open' ELSE 'closed' END
              -- A newer signal of the same offer tells that ours is over, even where compaction ate its end.
              WHEN EXISTS (SELECT 1 FROM signals n WHERE n.shop = a.shop AND n.sku = a.sku AND n.kind = a.kind
                              AND n.opened_at > a.signal_opened_at) THEN 'closed'
              ELSE 'unknown' END AS signal,
         s.price_amount, s.price_currency, s.units, s.tiers,
         nullif(f.confirmed_at, 0) AS fresh_at,
         b.rev AS known_sub_rev, b.active AS sub_active, b.tier,
         p.rev AS known_shopper_rev, p.stopped, p.suspended, p.erased, p.zone,
         a.sub_id = ANY (p.ended_subs) AS sub_ended,
         o.reserved AS sibling_reserved, o.unknown AS sibling_unknown, o.told AS sibling_told
    FROM line a
    LEFT JOIN signals s ON s.signal_id = a.signal_id
    LEFT JOIN freshness f ON f.shop = a.shop AND f.source = a.source AND f.partition = a.source_partition
    LEFT JOIN subscriptions b ON b.sub_id = a.sub_id
    LEFT JOIN shoppers p ON p.shopper_id = a.shopper_id
    LEFT JOIN LATERAL (
      SELECT bool_or(o.state = 'reserved') AS reserved, bool_or(o.outcome = 'unknown') AS unknown,
             bool_or(o.outcome = 'accepted') AS told
        FROM alerts o WHERE o.sub_id = a.sub_id AND o.alert_id <> a.alert_id) o ON true
   ORDER BY a.page, a.priority, a.rank, a.alert_id`;

interface CandidateRow extends MatchedAlert {
  readonly condition_now: MatchedAlert['condition'] | null;
  readonly shard: number;
  readonly admission_no: number;
  readonly reason: Reason | null;
  readonly signal: 'open' | 'closed' | 'unknown';
  readonly price_amount: number | null;
  readonly price_currency: string | null;
  readonly units: number | null;
  readonly tiers: readonly string[] | null;
  readonly tier: string | null;
  readonly fresh_at: number | null;
  readonly known_sub_rev: number | null;
  readonly sub_active: boolean | null;
  readonly known_shopper_rev: number | null;
  readonly stopped: boolean | null;
  readonly suspended: boolean | null;
  readonly erased: boolean | null;
  readonly sub_ended: boolean | null;
  readonly zone: string | null;
  readonly sibling_reserved: boolean | null;
  readonly sibling_unknown: boolean | null;
  readonly sibling_told: boolean | null;
}

function candidateOf({ condition_now, ...matched }: CandidateRow): Candidate {
  const row = { ...matched, condition: condition_now ?? matched.condition };
  const price =
    row.price_amount === null || row.price_currency === null
      ? null
      : { amount: row.price_amount, currency: row.price_currency };
  return {
    ...row,
    facts: {
      alert: row,
      signal: row.signal === 'open' ? { price, units: row.units, tiers: row.tiers } : row.signal,
      fresh_at: row.fresh_at,
      subscription:
        row.known_sub_rev === null ? null : { rev: row.known_sub_rev, active: row.sub_active === true, tier: row.tier },
      shopper:
        row.known_shopper_rev === null
          ? null
          : {
              rev: row.known_shopper_rev,
              stopped: row.stopped === true,
              suspended: row.suspended === true,
              erased: row.erased === true,
              sub_ended: row.sub_ended === true,
              zone: row.zone,
            },
      sibling: siblingOf(row),
    },
  };
}

/** A request for one message waits for an unknown outcome of its first alert; a recurring one does not. */
function siblingOf(row: Omit<CandidateRow, 'condition_now'>): AdmissionFacts['sibling'] {
  if (row.mode === 'once' && row.sibling_told) return 'told';
  return row.sibling_reserved || (row.mode === 'once' && row.sibling_unknown) ? 'underway' : 'none';
}
