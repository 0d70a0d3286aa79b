import type { Reason } from '@beckon/contracts';
import type { Refused, RefusalAction, RefusalReason } from '@beckon/messenger';
import type { LedgerState } from './ledger-row.js';

/**
 * What a proven refusal means for the alert and for what stands around it. `refused` gives the admission back, so that
 * throttling may admit it again; `failed` ends the alert here; `deferred` names the time.
 */
export interface Consequence {
  readonly state: Extract<LedgerState, 'refused' | 'deferred' | 'failed'>;
  readonly reason: Reason;
  /** The Page: nothing, rest a little (and longer each time), or stop until somebody acts. */
  readonly page: 'goes_on' | 'rests' | 'stops';
  /** The claimed token: given back unspent, or for a later time, or dead. */
  readonly grant: 'freed' | 'rests' | 'dead';
  /** The shopper: nothing, not to be reached until they act, or their window is not open as we thought. */
  readonly shopper: 'as_before' | 'unreachable' | 'window_refuted';
}

const base = { page: 'goes_on', grant: 'freed', shopper: 'as_before' } as const;

const byAction: Readonly<Record<RefusalAction, Consequence>> = {
  throttle: { ...base, state: 'refused', reason: 'rate_limited', page: 'rests' },
  later: { ...base, state: 'deferred', reason: 'refused' },
  drop: { ...base, state: 'failed', reason: 'refused' },
  person: { ...base, state: 'refused', reason: 'suspended', shopper: 'unreachable' },
  grant: { ...base, state: 'failed', reason: 'grant_dead', grant: 'dead' },
  page: { ...base, state: 'refused', reason: 'page_stopped', page: 'stops' },
  bug: { ...base, state: 'failed', reason: 'bad_request' },
};

/** Where the reason says more than the action. */
const byReason: Partial<Record<RefusalReason, Partial<Consequence>>> = {
  window_closed: { state: 'refused', reason: 'window_closed', shopper: 'window_refuted' },
  cooldown: { reason: 'grant_resting', grant: 'rests' },
};

/** The consequence of one refusal. */
export const consequenceOf = (refusal: Refused): Consequence => ({
  ...byAction[refusal.action],
  ...byReason[refusal.reason],
});

/** A Page whose token died waits for another token; other stops are tried again after this time (milliseconds). */
export const retryStoppedPageAfter = (refusal: Refused): number | null =>
  refusal.reason === 'access_token_dead' ? null : 3_600_000;
