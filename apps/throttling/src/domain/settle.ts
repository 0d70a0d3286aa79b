/**
 * What delivery's answer makes of an alert. The rules that keep the promises:
 * - *accepted* and *unknown* always count in the windows, whichever admission they answer: a message that may have
 *   arrived is never forgotten, and its alert is never admitted again, unless the answer to the very same admission proves
 *   later that it did not go (a process that was frozen or cut off comes back and says so).
 * - Any other answer counts only for the open reservation (or the doubt) of the very same admission; told twice, it changes nothing.
 * - Terminal decisions are delivery's for what it sent or failed, ours for what we end here: one for each alert.
 */
import type { Decision, Delivery, Reason } from '@beckon/contracts';

/** How an alert stands; times in milliseconds. */
export interface AlertState {
  readonly state: 'waiting' | 'reserved' | 'done';
  /** Of a done alert: what became of it. */
  readonly outcome: 'accepted' | 'unknown' | 'failed' | 'suppressed' | 'withdrawn' | null;
  readonly admission_no: number;
  readonly admitted_at: number | null;
  readonly not_before: number;
  readonly stamped_at: number | null;
  /** Refusals so far: each makes the next pause longer. */
  readonly refusals: number;
  readonly reason: Reason | null;
}

/** A decision to publish, without what every decision of the alert has in common. */
export interface Told {
  readonly verdict: Decision['verdict'];
  readonly reason: Reason | null;
  readonly terminal: boolean;
  readonly detail: string | null;
}

/** The alert afterwards; `windows`: Redis has to be told (`stamped_at` null there means: give the place back). */
export interface Settlement {
  readonly next: AlertState;
  readonly windows: boolean;
  readonly told: Told | null;
}

type Answer = Pick<Delivery, 'admission_no' | 'state' | 'reason' | 'not_before' | 'answered_at' | 'at'>;

const FIRST_PAUSE_MS = 5_000;
const LONGEST_PAUSE_MS = 600_000;

/** Pause after the n-th refusal (from 1): 5 s, 10 s, 20 s … 10 min. */
export const pauseAfter = (refusals: number): number =>
  Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(refusals - 1, 10));

/** Refusals after which the alert can never go, and as what it ends. */
const final: Partial<Record<Reason, 'suppressed' | 'withdrawn'>> = {
  stopped: 'suppressed',
  erased: 'suppressed',
  already_told: 'suppressed',
  expired: 'suppressed',
  subscription_ended: 'withdrawn',
  signal_closed: 'withdrawn',
};

/** Applies an answer at `now`; undefined if it changes nothing (told before, or about another admission). */
export function settle(alert: AlertState, answer: Answer, now: number): Settlement | undefined {
  switch (answer.state) {
    case 'accepted':
      return accept(alert, answer, now);
    case 'unknown':
      return doubt(alert, answer, now);
    case 'failed':
      return fail(alert, answer, now);
    case 'refused':
    case 'returned':
    case 'deferred':
      return comeBack(alert, answer, now);
    case 'delivered':
    case 'read':
      return undefined;
  }
}

/**
 * The instant from which a message counts: when it was answered; not before it was admitted and not later than now, so
 * that a clock of delivery's that is wrong cannot open a window early or close it for a day.
 */
const stampOf = (alert: AlertState, answer: Answer, now: number): number =>
  Math.min(now, Math.max(answer.answered_at ?? answer.at, alert.admitted_at ?? 0));

function accept(alert: AlertState, answer: Answer, now: number): Settlement | undefined {
  if (alert.outcome === 'accepted') return undefined;
  const next = done(alert, 'accepted', null, stampOf(alert, answer, now));
  return { next, windows: true, told: null };
}

function doubt(alert: AlertState, answer: Answer, now: number): Settlement | undefined {
  if (alert.outcome === 'accepted' || alert.outcome === 'unknown') return undefined;
  if (alert.outcome === 'failed' && alert.stamped_at !== null) return undefined;
  const next = done(alert, 'unknown', 'outcome_unknown', stampOf(alert, answer, now));
  return { next, windows: true, told: null };
}

function fail(alert: AlertState, answer: Answer, now: number): Settlement | undefined {
  // Nobody will ever know: it goes on counting, but the request it belongs to is free for its next alert.
  if (alert.outcome === 'unknown') {
    return { next: { ...alert, outcome: 'failed', reason: answer.reason }, windows: false, told: null };
  }
  if (!isOpen(alert, answer)) return undefined;
  const counted = answer.reason === 'outcome_unknown' ? stampOf(alert, answer, now) : null;
  return { next: done(alert, 'failed', answer.reason, counted), windows: true, told: null };
}

function comeBack(alert: AlertState, answer: Answer, now: number): Settlement | undefined {
  if (!isOpen(alert, answer) && !isDoubted(alert, answer)) return undefined;
  const reason = answer.reason ?? (answer.state === 'returned' ? 'past_send_by' : 'refused');
  const ends = answer.state === 'refused' ? final[reason] : undefined;
  if (ends) {
    return {
      next: done(alert, ends, reason, null),
      windows: true,
      told: { verdict: ends, reason, terminal: true, detail: null },
    };
  }
  const refusals = answer.state === 'refused' ? alert.refusals + 1 : alert.refusals;
  const pause = answer.state === 'returned' ? 0 : now + pauseAfter(Math.max(1, refusals));
  const notBefore = answer.not_before ?? pause;
  const back = { state: 'waiting', outcome: null, stamped_at: null } as const;
  const next: AlertState = { ...alert, ...back, refusals, reason, not_before: notBefore };
  const verdict = answer.state === 'deferred' ? 'held' : 'returned';
  return { next, windows: true, told: { verdict, reason, terminal: false, detail: null } };
}

const isOpen = (alert: AlertState, answer: Answer): boolean =>
  alert.state === 'reserved' && alert.admission_no === answer.admission_no;

const isDoubted = (alert: AlertState, answer: Answer): boolean =>
  alert.outcome === 'unknown' && alert.admission_no === answer.admission_no;

const done = (
  alert: AlertState,
  outcome: NonNullable<AlertState['outcome']>,
  reason: Reason | null,
  stampedAt: number | null,
): AlertState => ({ ...alert, state: 'done', outcome, reason, stamped_at: stampedAt, not_before: 0 });
