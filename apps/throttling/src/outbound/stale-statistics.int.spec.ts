/**
 * A line of thousands comes within a second, long before Postgres counts its rows anew. Until then the planner believes
 * that nothing waits. What a statement reads must go by what it takes all the same (docs/decisions/0011).
 */
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { EmittingTransaction } from '@beckon/kafka';
import type { DataSource } from 'typeorm';
import { Bed } from '../../testing/bed.js';
import { admit, end, hold } from './admission-store.js';
import { suppressExpired, suppressOfShoppers, withdrawOfSignals, withdrawOfSubscriptions } from './endings-store.js';
import { FreshnessStore } from './freshness-store.js';
import { wake } from './knowledge-store.js';
import { LineStore } from './line-store.js';
import { askAgain } from './reservations-store.js';

const LINE = 4000;
const SOME = 20;

describe('while the statistics say that nothing waits, a statement reads what it takes, not the line', () => {
  let bed: Bed;
  let [page, shopper, signal, sub] = ['', '', '', ''];

  beforeAll(async () => {
    bed = await Bed.start();
    const one = await bed.aMatch();
    [page, shopper, signal, sub] = [one.page, one.shopper_id, one.signal_id, one.sub_id];
    const copies = (from: number, to: number, values: string): Promise<unknown> =>
      bed.dataSource.query(`INSERT INTO alerts SELECT (jsonb_populate_record(a, jsonb_build_object(
          'alert_id', 'alr_' || n, 'sub_id', 'sub_' || n, 'shopper_id', 'shp_' || n, 'signal_id', 'sig_' || n, ${values}))).*
        FROM alerts a, generate_series(${from}, ${to}) n WHERE a.alert_id = '${one.alert_id}'`);
    await bed.dataSource.query('ALTER TABLE alerts SET (autovacuum_enabled = false)');
    await copies(1, 2 * LINE, `'state', 'done', 'outcome', 'accepted'`);
    await bed.dataSource.query(
      `UPDATE alerts SET state = 'done', outcome = 'accepted' WHERE alert_id = '${one.alert_id}'`,
    );
    await bed.dataSource.query('ANALYZE alerts');
    await bed.dataSource.query(
      `UPDATE alerts SET state = 'waiting', outcome = NULL WHERE alert_id = '${one.alert_id}'`,
    );
    const late = bed.now + 3_600_000;
    await copies(20_001, 20_000 + LINE, `'reason', 'over_limit', 'not_before', ${late}`);
    await copies(30_001, 30_000 + SOME, `'reason', 'source_behind', 'not_before', ${late}`);
    await copies(40_001, 40_000 + SOME, `'reason', 'quiet_hours', 'not_before', ${bed.now - 1}`);
    await copies(50_001, 50_000 + SOME, `'state', 'reserved', 'send_by', 1, 'asked_at', 1`);
    await copies(60_001, 60_000 + SOME, `'reason', 'signal_unknown', 'not_before', ${late}, 'signal_id', 'sig_one'`);
    await copies(70_001, 70_000 + SOME, `'expires_at', 1, 'shopper_id', '${shopper}'`);
  });

  /** What it read of the table, in rows; nothing stays changed. */
  async function rowsRead(act: (tx: EmittingTransaction) => Promise<unknown>): Promise<number> {
    let read = NaN;
    const undone = new Error('undone');
    await expect(
      bed.emitter.transaction(async (tx) => {
        const before = await soFar(tx);
        await act(tx);
        read = (await soFar(tx)) - before;
        throw undone;
      }),
    ).rejects.toBe(undone);
    return read;
  }
  /** Counted until the session reports it, so also by transactions before. */
  async function soFar(tx: EmittingTransaction): Promise<number> {
    const [row] = await tx.query<{ read: number }>(
      `SELECT COALESCE(seq_tup_read, 0) + COALESCE(idx_tup_fetch, 0) AS read
         FROM pg_stat_xact_user_tables WHERE relid = 'alerts'::regclass`,
    );
    return row!.read;
  }
  const through = (tx: EmittingTransaction): DataSource =>
    ({ query: async (sql: string, values: unknown[]) => [await tx.query(sql, values), 0] }) as unknown as DataSource;
  const some = (from: number): string[] => Array.from({ length: SOME }, (_, i) => `alr_${from + 1 + i}`);

  it.each<[string, (tx: EmittingTransaction) => Promise<unknown>]>([
    ['its source is fresh again', (tx) => new FreshnessStore(through(tx)).wakeFresh(bed.now, 1000)],
    ['its hold is over', (tx) => new LineStore(through(tx)).releaseDue([page], bed.now)],
    ['its signal is known now', (tx) => wake(tx, ['sig_one'], { column: 'signal_id', reasons: ['signal_unknown'] })],
    ['its answer is overdue', (tx) => askAgain(tx, 1000, bed.now)],
    ['its signal closed', (tx) => withdrawOfSignals(tx, ['sig_one', signal], 1000, bed.now)],
    ['its subscription ended', (tx) => withdrawOfSubscriptions(tx, ['sub_20001', sub], bed.now)],
    ['its shopper stopped', (tx) => suppressOfShoppers(tx, 'stopped', [shopper], bed.now)],
    ['its time is over', (tx) => suppressExpired(tx, 1000, bed.now)],
    [
      'it is admitted',
      (tx) =>
        admit(
          tx,
          some(20_000).map((alert_id) => ({
            alert_id,
            admission_no: 1,
            send_by: bed.now,
            settings_rev: 1,
            condition: { type: 'units_at_least', units: 1 } as const,
          })),
          bed.now,
        ),
    ],
    [
      'it is held',
      (tx) =>
        hold(
          tx,
          some(20_000).map((alert_id) => ({
            alert_id,
            reason: 'over_limit' as const,
            not_before: bed.now,
            tell: false,
            detail: null,
            settings_rev: 1,
          })),
          bed.now,
        ),
    ],
    [
      'it ends',
      (tx) =>
        end(
          tx,
          some(20_000).map((alert_id) => ({ alert_id, outcome: 'suppressed' as const, reason: 'expired' as const })),
          bed.now,
        ),
    ],
  ])('%s', async (_, act) => {
    expect(await rowsRead(act)).toBeLessThan(20 * SOME);
  });
});
