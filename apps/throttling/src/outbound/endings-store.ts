/**
 * Ends of waiting alerts that come from outside a round: their signal closed, their subscription ended, their shopper
 * stopped, their time is over. A handler ends the first few in its own transaction; a signal that a million waited for
 * is finished by the housekeeping loop, batch after batch. Reserved alerts are left alone: their lease is seconds long,
 * and if it comes back, the next round ends them.
 */
import type { Reason } from '@beckon/contracts';
import type { EmittingTransaction } from '@beckon/kafka';
import { ended } from '../metrics.js';
import { columnsOf, emitEnds, type ToEnd } from './admission-store.js';
import type { TellableAlert } from './alert-columns.js';

/** Few rows, all of them, in the order in which every transaction locks. */
const ALL = 'ORDER BY w.alert_id LIMIT $4 FOR UPDATE';
/** Any rows that nobody else is busy with; whoever asks comes again. */
const SOME = 'LIMIT $4 FOR UPDATE SKIP LOCKED';

async function endWhere(
  tx: EmittingTransaction,
  outcome: ToEnd['outcome'],
  reason: Reason,
  where: string,
  parameter: unknown,
  limit: number,
  now: number,
  lock: typeof ALL | typeof SOME,
): Promise<number> {
  const rows = await tx.query<TellableAlert & ToEnd>(
    `UPDATE alerts a SET state = 'done', outcome = $2, reason = $3, not_before = 0, decision_seq = a.decision_seq + 1
      WHERE a.alert_id = ANY (ARRAY(
        SELECT w.alert_id FROM alerts w WHERE w.state = 'waiting' AND ${where} ${lock}))
      RETURNING ${columnsOf('a')}, a.outcome, a.reason`,
    [parameter, outcome, reason, limit],
  );
  emitEnds(tx, rows, now);
  if (rows.length > 0) tx.afterCommit(() => ended.add(rows.length, { reason }));
  return rows.length;
}

/** Withdraws what waits for these signals; answers how many (at most `limit`). */
export const withdrawOfSignals = (tx: EmittingTransaction, signals: readonly string[], limit: number, now: number) =>
  endWhere(tx, 'withdrawn', 'signal_closed', `w.signal_id = ANY ($1) AND w.signal_id > ''`, signals, limit, now, SOME);

/** Withdraws what waits for signals that closed since `since` (ms). */
export const withdrawOfClosed = (tx: EmittingTransaction, since: number, limit: number, now: number) =>
  endWhere(
    tx,
    'withdrawn',
    'signal_closed',
    `w.signal_id = ANY (ARRAY(SELECT signal_id FROM signals WHERE NOT open AND closed_at >= $1)) AND w.signal_id > ''`,
    since,
    limit,
    now,
    SOME,
  );

/** Withdraws what waits for these subscriptions. */
export const withdrawOfSubscriptions = (tx: EmittingTransaction, subs: readonly string[], now: number) =>
  endWhere(tx, 'withdrawn', 'subscription_ended', 'w.sub_id = ANY ($1)', subs, 10_000, now, ALL);

/** Suppresses what waits for these shoppers, as long as it needs no newer revision of the shopper than is known. */
export const suppressOfShoppers = (
  tx: EmittingTransaction,
  reason: 'stopped' | 'erased',
  shoppers: readonly string[],
  now: number,
) =>
  endWhere(
    tx,
    'suppressed',
    reason,
    `w.shopper_id = ANY ($1) AND w.shopper_id > ''
       AND w.shopper_rev <= (SELECT s.rev FROM shoppers s WHERE s.shopper_id = w.shopper_id)`,
    shoppers,
    10_000,
    now,
    ALL,
  );

/** Suppresses what waits past its expiry. */
export const suppressExpired = (tx: EmittingTransaction, limit: number, now: number) =>
  endWhere(tx, 'suppressed', 'expired', 'w.expires_at <= $1 AND w.expires_at >= 0', now, limit, now, SOME);
