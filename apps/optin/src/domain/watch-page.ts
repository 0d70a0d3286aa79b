/**
 * Whether a Page's webhooks still come. After an hour of failures the platform ends a subscription and says nothing; no
 * event that came meanwhile can be fetched later (messenger-platform, section 4.6). So it is looked at every few minutes,
 * and subscribed again. Pure. Times are milliseconds since the epoch.
 */
import type { Subscription } from '@beckon/messenger';

/** What is remembered of a watched Page. */
export interface WatchedPage {
  readonly page: string;
  /** When the platform was last asked; null: never. */
  readonly checked_at: number | null;
  /** Questions in a row that brought no answer. */
  readonly failures: number;
  /** Why webhooks do not come, for the person who mends it; null: as far as is known they do. */
  readonly alarm: string | null;
  /** When the alarm was last told. */
  readonly told_at: number | null;
}

/** What the platform answered: how the subscription stands, or why not. */
export type Seen =
  Subscription | { readonly state: 'refused'; readonly code: number | undefined; readonly answered: boolean };

/** What follows. `wait`: nobody can tell yet. */
export type WatchVerdict =
  | { readonly verdict: 'well' }
  | { readonly verdict: 'subscribe'; readonly fields: readonly string[] }
  | { readonly verdict: 'wait' }
  | { readonly verdict: 'alarm'; readonly says: string };

/** So often without an answer, and it is more than a hiccup. */
const MOST_FAILURES = 3;
/** While events come, the platform is asked every so many times only: for fields that may have gone. */
const SELDOM = 12;
/** An alarm that stays is told again. */
const TELL_AGAIN_MS = 3_600_000;
/** Where the platform asks for patience, it gets so many times as much. */
const PATIENCE = 4;

/** Limits of calls: by app, user, Page, Messenger, custom (messenger-platform, section 5.4). */
const LIMITS: ReadonlySet<number> = new Set([4, 17, 32, 341, 613, 80001, 80006]);

/**
 * Whether to ask the platform. Events that come show that the subscription lives, and calls are limited.
 * @param lastEventAt when this process last took an event of the Page
 */
export function needsLook(page: WatchedPage, lastEventAt: number | undefined, now: number, everyMs: number): boolean {
  if (page.alarm !== null || page.checked_at === null) return true;
  const silent = lastEventAt === undefined || now - lastEventAt > everyMs;
  return silent || now - page.checked_at >= SELDOM * everyMs;
}

/** What to do. @param subscribed whether it was subscribed again just now, and this is the look after it */
export function judgeSubscription(page: WatchedPage, seen: Seen, subscribed: boolean): WatchVerdict {
  switch (seen.state) {
    case 'subscribed':
      if (seen.missing.length === 0) return { verdict: 'well' };
      if (subscribed) return alarm(`the platform does not subscribe these fields: ${seen.missing.join(', ')}`);
      return { verdict: 'subscribe', fields: seen.fields };
    case 'none':
      return subscribed
        ? alarm('the platform said that it subscribed the app, and does not list it')
        : { verdict: 'subscribe', fields: [] };
    case 'unclear':
      return alarm('several apps are subscribed, and which is ours is not said: name it in the settings (app_id)');
    case 'refused':
      return judgeRefusal(page, seen);
  }
}

function judgeRefusal(page: WatchedPage, { code, answered }: Seen & { state: 'refused' }): WatchVerdict {
  if (code === 190 || code === 102) return alarm('the access token is dead: put a new one in its place');
  if (code === 3 || code === 10 || (code !== undefined && code >= 200 && code <= 299))
    return alarm('the app may not manage the Page’s webhooks: give it pages_manage_metadata');
  if (code !== undefined && LIMITS.has(code)) return { verdict: 'wait' };
  if (page.failures + 1 < MOST_FAILURES) return { verdict: 'wait' };
  return alarm(
    answered
      ? `the platform refuses to say how the subscription stands (${code ?? 'no code'})`
      : 'the platform does not answer',
  );
}

const alarm = (says: string): WatchVerdict => ({ verdict: 'alarm', says });

/** When to look again, milliseconds from now. */
export function lookAgainIn(seen: Seen | undefined, everyMs: number): number {
  const limited = seen?.state === 'refused' && seen.code !== undefined && LIMITS.has(seen.code);
  return limited ? PATIENCE * everyMs : everyMs;
}

/** The longest that a Page is put off, milliseconds. */
export const longestRest = (everyMs: number): number => PATIENCE * everyMs;

/** The Page after a look, and whether its alarm is to be told now. */
export function afterLook(page: WatchedPage, verdict: WatchVerdict, now: number): { page: WatchedPage; tell: boolean } {
  if (verdict.verdict === 'wait')
    return { page: { ...page, checked_at: now, failures: page.failures + 1 }, tell: false };
  const says = verdict.verdict === 'alarm' ? verdict.says : null;
  const tell = says !== null && (says !== page.alarm || now - (page.told_at ?? 0) >= TELL_AGAIN_MS);
  const failures = verdict.verdict === 'alarm' ? page.failures + 1 : 0;
  return { page: { ...page, checked_at: now, failures, alarm: says, told_at: tell ? now : page.told_at }, tell };
}
