/** Sorts the candidates of a round by what becomes of them, before the windows are asked. */
import type { Reason } from '@beckon/contracts';
import { decideAdmission, lookAgainAfter, type AdmissionFacts } from './decide-admission.js';

/** A waiting alert, best first within its Page. */
export interface Waiting {
  readonly alert_id: string;
  readonly page: string;
  readonly sub_id: string;
  readonly matched_at: number;
  /** Why it was told to wait the last time. */
  readonly reason: Reason | null;
  readonly facts: Omit<AdmissionFacts, 'shop'>;
}

/** One alert that has to wait: until when (ms), and whether people are told (each reason once, each time anew). */
export interface Wait {
  readonly alert_id: string;
  readonly page: string;
  readonly reason: Reason;
  readonly not_before: number;
  readonly tell: boolean;
  readonly detail: string | null;
}

export interface Plan<A extends Waiting> {
  readonly admit: readonly { readonly alert: A; readonly send_by: number }[];
  readonly wait: readonly Wait[];
  readonly end: readonly {
    readonly alert_id: string;
    readonly outcome: 'withdrawn' | 'suppressed';
    readonly reason: Reason;
  }[];
}

/**
 * Decides each candidate. At most `places` alerts of a Page are admitted, the best first; what would be one too many
 * stays where it is. Two alerts of one request never go in the same round.
 */
export function planRound<A extends Waiting>(
  candidates: readonly A[],
  shopOf: (page: string) => AdmissionFacts['shop'],
  places: ReadonlyMap<string, number>,
  now: number,
): Plan<A> {
  const admit: { alert: A; send_by: number }[] = [];
  const wait: Wait[] = [];
  const end: Plan<A>['end'][number][] = [];
  const left = new Map(places);
  const told = new Set<string>();
  for (const alert of candidates) {
    const { alert_id } = alert;
    const verdict = decideAdmission({ ...alert.facts, shop: shopOf(alert.page) }, now);
    if (verdict.verdict === 'end') {
      end.push({ alert_id, outcome: verdict.as, reason: verdict.reason });
    } else if (verdict.verdict === 'hold') {
      const { reason, until, detail } = verdict;
      wait.push({ alert_id, page: alert.page, reason, not_before: until, tell: true, detail });
    } else if (verdict.verdict === 'wait' || told.has(alert.sub_id)) {
      wait.push(waitFor(alert, verdict.verdict === 'wait' ? verdict.reason : 'already_told', now));
    } else if ((left.get(alert.page) ?? 0) > 0) {
      left.set(alert.page, (left.get(alert.page) ?? 0) - 1);
      told.add(alert.sub_id);
      admit.push({ alert, send_by: verdict.send_by });
    }
  }
  return { admit, wait, end };
}

/** A wait without a known end: told once, looked at again now and then. */
export const waitFor = (alert: Waiting, reason: Reason, now: number): Wait => ({
  alert_id: alert.alert_id,
  page: alert.page,
  reason,
  not_before: now + lookAgainAfter(alert.matched_at, now),
  tell: alert.reason !== reason,
  detail: null,
});
