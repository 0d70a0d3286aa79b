import { NOTIFICATION_COOLDOWN_MS, WINDOW_MS } from '@beckon/messenger';

/**
 * With which right one message goes. The open 24-hour window is free and costs the shopper nothing, so it goes first;
 * an alert wants it to last a little longer, because the answer of the platform depends on *its* clock. A one-time token
 * is good for the one subscription that it was given for, once (messenger-platform: §1.3); then a notification token that
 * was given for it, again and again, but once in so many hours (§2.4): while all of them rest, the alert waits.
 * The gate applies the same rule in SQL (`outbound/gate.sql.ts`); an integration spec puts both to the same cases.
 */
export const WINDOW_MARGIN_MS = 30_000;

/**
 * So long does a notification token rest after it was claimed, in milliseconds. The platform counts from when it took the
 * message, which is somewhat later than our claim; asked too early, it would make us wait once more.
 */
export const NOTIFICATION_REST_MS = NOTIFICATION_COOLDOWN_MS + 60_000;

/** A token as the gate sees it. */
export interface HeldGrant {
  readonly grant_id: string;
  readonly kind: 'one_time' | 'notification' | 'marketing';
  readonly sub_id: string | null;
  readonly expires_at: number;
  readonly spent_by: string | null;
  readonly dead_at: number | null;
  /** Of a notification token: not to be used before. */
  readonly next_eligible_at: number | null;
}

/** What decides: milliseconds since the epoch everywhere. */
export interface GrantFacts {
  readonly kind: 'alert' | 'reply';
  readonly sub_id: string | null;
  readonly now: number;
  readonly window_until: number | null;
  /** Messenger said "window closed": windows that end at or before this are not believed. */
  readonly refuted_until: number | null;
  readonly grants: readonly HeldGrant[];
}

/** The right to use, or none. `resting`: there is one, from `until` on. */
export type ChosenGrant =
  | { readonly kind: 'window' }
  | { readonly kind: 'one_time' | 'notification'; readonly grant_id: string }
  | { readonly kind: 'resting'; readonly until: number }
  | { readonly kind: 'none' };

/** Chooses the right for one message. Replies go through the window only: no token is spent on small talk. */
export function chooseGrant(f: GrantFacts): ChosenGrant {
  const margin = f.kind === 'alert' ? WINDOW_MARGIN_MS : 0;
  const windowUntil = f.window_until ?? 0;
  if (windowUntil > f.now + margin && windowUntil > (f.refuted_until ?? 0)) return { kind: 'window' };
  if (f.kind === 'reply' || f.sub_id === null) return { kind: 'none' };
  const until = (g: HeldGrant): number =>
    g.kind === 'notification' && (g.next_eligible_at ?? 0) > f.now ? (g.next_eligible_at ?? 0) : 0;
  const [grant] = f.grants
    .filter((g) => g.sub_id === f.sub_id && g.dead_at === null && g.expires_at > f.now)
    .filter((g) => (g.kind === 'one_time' ? g.spent_by === null : g.kind === 'notification'))
    .sort(
      (a, b) =>
        Number(a.kind === 'notification') - Number(b.kind === 'notification') ||
        until(a) - until(b) ||
        a.expires_at - b.expires_at ||
        (a.grant_id < b.grant_id ? -1 : 1),
    );
  if (!grant) return { kind: 'none' };
  if (until(grant) > 0) return { kind: 'resting', until: until(grant) };
  return { kind: grant.kind === 'notification' ? 'notification' : 'one_time', grant_id: grant.grant_id };
}

/**
 * Any window that was open when we sent at `sentAt` ends at or before this; a later one is the shopper's own new act.
 * So "window closed" and "cannot be reached" hold until the shopper acts again, without comparing revisions.
 */
export const actsBefore = (sentAt: number): number => sentAt + WINDOW_MS;
