/**
 * The pace of one Page: a token bucket that starts empty, so that a Page which goes from one worker to another never
 * sends more than its pace, without the two talking to each other. It holds at most 50 ms worth of messages (at least
 * one): in any span of T seconds at most `perSecond × T + max(1, perSecond / 20)` leave.
 *
 * Replies go before alerts, because somebody waits for them; but while alerts wait, at least every fourth slot is
 * theirs, so that a Page full of conversations still tells what it promised.
 */
export interface Pace {
  readonly perSecond: number;
  readonly tokens: number;
  /** Monotonic milliseconds at which `tokens` was right. */
  readonly at: number;
  /** Slots that alerts are owed, in quarters of what replies took. */
  readonly owedToAlerts: number;
}

const ALERT_SHARE = 0.25;
const capacity = (perSecond: number): number => Math.max(1, perSecond / 20);

/** An empty bucket at a monotonic time in milliseconds. */
export const emptyPace = (perSecond: number, at: number): Pace => ({ perSecond, tokens: 0, at, owedToAlerts: 0 });

/** The bucket later on; a changed pace holds from now on. */
export function refill(pace: Pace, now: number, perSecond = pace.perSecond): Pace {
  const grown = pace.tokens + (Math.max(0, now - pace.at) * pace.perSecond) / 1000;
  return { ...pace, perSecond, tokens: Math.min(capacity(perSecond), grown), at: Math.max(now, pace.at) };
}

/** Whole messages that may leave now. A hair of tolerance: 50 × 0.02 is not quite 1 in binary. */
export const slots = (pace: Pace): number => Math.floor(pace.tokens + 1e-9);

/** Milliseconds until the next whole slot; 0 if there is one. */
export const msToNextSlot = (pace: Pace): number =>
  slots(pace) >= 1 ? 0 : Math.ceil(((1 - pace.tokens) * 1000) / pace.perSecond);

/** Of `n` slots, how many go to alerts before any reply, if alerts wait. */
export const alertsFirst = (pace: Pace, n: number): number =>
  Math.min(n, Math.floor(pace.owedToAlerts + ALERT_SHARE * n + 1e-9));

/** The bucket after sending. When fewer alerts went than were owed, none waited, and nothing is owed any more. */
export function spend(pace: Pace, sent: { readonly replies: number; readonly alerts: number }, owed: number): Pace {
  const n = sent.replies + sent.alerts;
  const due = pace.owedToAlerts + ALERT_SHARE * n - sent.alerts;
  return {
    ...pace,
    tokens: pace.tokens - n,
    owedToAlerts: sent.alerts < owed ? 0 : Math.max(0, Math.min(due, 1)),
  };
}

/** How long a Page rests after trouble number `step` (0 = the first): 1 s, doubling, at most 5 minutes. */
export const restAfterTrouble = (step: number): number => Math.min(300_000, 1000 * 2 ** Math.min(step, 10));
