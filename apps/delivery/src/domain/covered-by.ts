import type { Receipt } from '@beckon/contracts';
import type { LedgerRow } from './ledger-row.js';

/**
 * Whether a delivered or read mark covers an accepted message: it names the message, or its watermark lies at or after
 * the time at which we posted it (the platform's own time of the message is never earlier).
 */
export function coveredBy(row: LedgerRow, mark: Receipt): boolean {
  if (row.page !== mark.page || row.shopper_id !== mark.shopper_id) return false;
  if (mark.mid !== null && mark.mid === row.mid) return true;
  const postedAt = row.posted_at ?? row.answered_at;
  return mark.watermark !== null && postedAt !== null && postedAt <= mark.watermark;
}
