/**
 * May this alert leave now? Everything but the windows, which Redis decides afterwards for what is admitted here.
 *
 * Three kinds of answer are told apart with care. *End* is for what is known for good. *Wait* is for what is not known,
 * or not true at this moment: it never ends an alert, only its expiry does. *Hold* has a time at which to ask again.
 */
import type { Condition, Money, Reason } from '@beckon/contracts';
import { ADMISSION_MS } from './in-flight.js';
import { isQuiet, nextAllowed, nextQuiet, zoneFor, type QuietHours } from './quiet-hours.js';

/** A source counts as fresh if what it wrote is applied here up to at least this many milliseconds ago (promise 4). */
export const FRESH_MS = 20_000;
/** An admission shorter than this would only come back: with quiet hours so near, the night has begun. */
const SHORTEST_ADMISSION_MS = 1_000;

/** A signal that is open: what it says now. */
export interface OpenSignal {
  readonly price: Money | null;
  readonly units: number | null;
  /** A topic that is open early: who is in; null: everybody. */
  readonly tiers: readonly string[] | null;
}

/** What throttling knows about one waiting alert at one instant. */
export interface AdmissionFacts {
  readonly alert: {
    readonly sub_id: string;
    readonly sub_rev: number;
    readonly shopper_rev: number;
    readonly mode: 'once' | 'recurring';
    readonly condition: Condition;
    readonly expires_at: number;
  };
  /** The alert's very signal. `unknown`: its opening has not been read here. */
  readonly signal: 'unknown' | 'closed' | OpenSignal;
  /** All that the source wrote before this instant (ms) is applied; null: never heard of it. */
  readonly fresh_at: number | null;
  readonly subscription: { readonly rev: number; readonly active: boolean; readonly tier: string | null } | null;
  readonly shopper: {
    readonly rev: number;
    readonly stopped: boolean;
    readonly suspended: boolean;
    readonly erased: boolean;
    /** The shopper's record names this subscription among the recently ended. */
    readonly sub_ended: boolean;
    readonly zone: string | null;
  } | null;
  /** Another alert of the same subscription: on its way (or of unknown outcome), or accepted. */
  readonly sibling: 'none' | 'underway' | 'told';
  /** Null: no shop's settings name the Page. */
  readonly shop: { readonly zone: string; readonly quiet_hours: QuietHours | null } | null;
}

export type AdmissionVerdict =
  | { readonly verdict: 'admit'; readonly send_by: number }
  | { readonly verdict: 'hold'; readonly reason: Reason; readonly until: number; readonly detail: string | null }
  | { readonly verdict: 'wait'; readonly reason: Reason }
  | { readonly verdict: 'end'; readonly as: 'withdrawn' | 'suppressed'; readonly reason: Reason };

const wait = (reason: Reason): AdmissionVerdict => ({ verdict: 'wait', reason });
const end = (as: 'withdrawn' | 'suppressed', reason: Reason): AdmissionVerdict => ({ verdict: 'end', as, reason });

/** The verdict at `now` (ms). An admission's `send_by` is at most {@link ADMISSION_MS} away and before quiet hours. */
export function decideAdmission(facts: AdmissionFacts, now: number): AdmissionVerdict {
  const { alert } = facts;
  if (alert.expires_at <= now) return end('suppressed', 'expired');
  return decidePerson(facts) ?? decideTruth(facts, now) ?? decideHour(facts, now);
}

/** Does this person still want it, and may they be told at all? */
function decidePerson({ alert, shopper, subscription, sibling }: AdmissionFacts): AdmissionVerdict | undefined {
  // An older revision than the alert needs cannot end it: what it says may have been taken back since.
  if (!shopper || shopper.rev < alert.shopper_rev) return wait('shopper_unknown');
  if (shopper.erased) return end('suppressed', 'erased');
  if (shopper.stopped) return end('suppressed', 'stopped');
  if (shopper.sub_ended) return end('withdrawn', 'subscription_ended');
  if (!subscription || subscription.rev < alert.sub_rev) return wait('subscription_unknown');
  if (!subscription.active) return end('withdrawn', 'subscription_ended');
  if (shopper.suspended) return wait('suspended');
  if (alert.mode === 'once' && sibling === 'told') return end('suppressed', 'already_told');
  if (sibling === 'underway') return wait('already_told');
  return undefined;
}

/** Is it still true, as far as anybody can know? */
function decideTruth(
  { alert, signal, fresh_at, subscription }: AdmissionFacts,
  now: number,
): AdmissionVerdict | undefined {
  if (signal === 'closed') return end('withdrawn', 'signal_closed');
  if (signal === 'unknown') return wait('signal_unknown');
  if (fresh_at === null || now - fresh_at > FRESH_MS) return wait('source_behind');
  return holds(alert.condition, signal, subscription?.tier ?? null) ? undefined : wait('condition_false');
}

/** Is it a time of day at which the shopper may be told? */
function decideHour({ alert, shopper, shop }: AdmissionFacts, now: number): AdmissionVerdict {
  if (!shop) return wait('page_unknown');
  let sendBy = Math.min(now + ADMISSION_MS, alert.expires_at);
  if (shop.quiet_hours) {
    const zone = zoneFor(shopper?.zone ?? null, shop.zone);
    const begins = nextQuiet(now, zone, shop.quiet_hours);
    if (begins !== undefined && begins < now + SHORTEST_ADMISSION_MS) {
      const until = nextAllowed(isQuiet(now, zone, shop.quiet_hours) ? now : begins, zone, shop.quiet_hours);
      // The zone would tell where a person lives; the hour alone does not.
      return {
        verdict: 'hold',
        reason: 'quiet_hours',
        until,
        detail: `until ${shop.quiet_hours.to} where the shopper is`,
      };
    }
    if (begins !== undefined) sendBy = Math.min(sendBy, begins);
  }
  return { verdict: 'admit', send_by: sendBy };
}

/**
 * Whether a condition is true of an open signal. A price in another currency, or none, is not under any price; a count
 * that nobody knows is neither few nor many; a topic is open while its signal is, early only to whom it lets in.
 */
export function holds(condition: Condition, signal: OpenSignal, tier: string | null): boolean {
  switch (condition.type) {
    case 'units_at_least':
      // A shop that does not count its units says "in stock" by the open signal itself.
      return signal.units === null ? condition.units <= 1 : signal.units >= condition.units;
    case 'units_between':
      return signal.units !== null && signal.units >= condition.at_least && signal.units <= condition.at_most;
    case 'price_at_most':
      return signal.price?.currency === condition.currency && signal.price.amount <= condition.amount;
    case 'topic_open':
      return signal.tiers === null || (tier !== null && signal.tiers.includes(tier));
  }
}

/**
 * When to look again at an alert that waits for something unknown, in milliseconds. The arrival of what it waits for
 * wakes it at once; this is for the arrival that slipped past, so it may take longer the longer it has waited.
 */
export const lookAgainAfter = (matchedAt: number, now: number): number =>
  Math.min(30_000, Math.max(1_000, Math.floor((now - matchedAt) / 4)));
