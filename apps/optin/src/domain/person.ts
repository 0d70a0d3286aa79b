import type { Grant, Money, Reason, Shopper, Subscription } from '@beckon/contracts';
import type { DeletionTalk } from './erasure.js';
import type { Note } from './outcome.js';
import { limitOf, wishKey } from './wish.js';
import type { Threshold, Wish } from './wish.js';

/**
 * What optin knows about one person on one Page. Order of arrival must not matter, so it keeps *when* things were said
 * (event times in milliseconds), and what holds now follows from that:
 *
 *   stopped   ⇔ the latest STOP is not older than the latest START or consent (STOP wins a tie)
 *   a subscription is active only if the latest consent to it is newer than the latest STOP
 *   a grant counts only if it was given after the latest STOP
 *   what holds for a STOP and everything holds for "stop this one" and its wish, and for notifications that were stopped
 *   in Messenger and the token that they came with
 *
 * So a late consent never revives a stopped shopper, and a late STOP never kills a newer consent.
 */
export interface ShopperState extends Omit<Shopper, 'grants' | 'stopped_at' | 'ended_subs'> {
  readonly grants: readonly HeldGrant[];
  /** The latest STOP. */
  readonly stop_at: number | null;
  /** The latest START or consent. */
  readonly resume_at: number | null;
  /** The latest thing the person did. */
  readonly seen_at: number | null;
  readonly ended_subs: readonly { readonly sub_id: string; readonly at: number }[];
  /** What was said about deleting everything; see erasure.ts. */
  readonly deletion: DeletionTalk;
  /** When `locale` was said or linked; null: it comes from the profile, or is not known. */
  readonly locale_at: number | null;
  /** When it was last said that the service is an automated one; null: it is to be said with the next answer. */
  readonly disclosed_at: number | null;
  /** Requests that ended without a word from the person, and are to be offered anew with the next answer. */
  readonly again_due: readonly AgainDue[];
  /** The latest word of a human of the shop, or of another app, to the person. */
  readonly human_at: number | null;
  /** The latest time at which the conversation came back to the bot: see `turnsToBot`, or another app handed it over. */
  readonly awake_at: number | null;
  /** The latest "stop this one" per wish (see `wishKey`), of the last days: an older consent may still be on its way. */
  readonly ended_wishes: readonly { readonly wish: string; readonly at: number }[];
  /** The question whose answer may be typed. */
  readonly pending: Pending | null;
  /** When notifications were stopped in Messenger, for each token. */
  readonly token_stops: readonly TokenStop[];
  /** Requests for notification messages of the last week: the platform takes each of them once a week. */
  readonly requests: readonly { readonly title: string; readonly at: number }[];
  /** When the link was followed that named the `external_id`. */
  readonly external_at: number | null;
}

/** A question of ours: from which price on to be told of this wish. */
export interface Pending {
  readonly what: 'price';
  readonly wish: Wish;
  readonly at: number;
}

/** The latest stop of one notification token, which is named by its hash. */
export interface TokenStop {
  readonly token_key: string;
  readonly at: number;
}

/** A request that ended by itself: it was told, or its right to send ran out. */
export interface AgainDue extends Pick<SubState, 'sub_id' | 'shop' | 'product' | 'sku' | 'topic' | 'kind'> {
  readonly why: 'already_told' | 'request_expired';
  readonly at: number;
}

/** A grant and when it was given. */
export interface HeldGrant extends Grant {
  readonly at: number;
  /** Of a notification token: its hash. */
  readonly token_key?: string;
}

/** The proof that a person agreed: which event, when, and to what, in the words of the request. */
export interface Consent {
  /** De-duplication key of the tap; holds no token and no personal identifier. */
  readonly event: string;
  readonly at: number;
  readonly received_at: number;
  readonly grant_id: string;
  /** The title of the request, as it was shown. */
  readonly words: string;
  /** The kind of request that showed them; absent, like all below, in consents of before it was noted. */
  readonly asked_by?: 'one_time' | 'notification';
  readonly tapped?: 'notify_me' | 'get_updates' | 'resume_notifications';
  /** The locale of the words. */
  readonly locale?: string;
  /** From which price on; null: any drop. */
  readonly threshold?: Threshold | null;
  /** The price that was shown with it; null: none is known. */
  readonly seen_price?: Money | null;
  /** Of a notification token: its hash. */
  readonly token_key?: string;
  /** The message that was consented to has come; only of consents to one message in a request that goes on. */
  readonly told_at?: number;
}

/** The proof that a person chose another price for what they had asked for. */
export interface Change {
  readonly event: string;
  readonly at: number;
  readonly received_at: number;
  /** What the person tapped or typed. */
  readonly words: string;
  readonly threshold: Threshold;
  readonly seen_price: Money | null;
}

/** A subscription with its consents and changes, oldest first. */
export interface SubState extends Subscription {
  readonly consents: readonly Consent[];
  readonly changes: readonly Change[];
}

export interface Person {
  readonly shopper: ShopperState;
  readonly subs: readonly SubState[];
}

/** A person of whom nothing is known yet. Revision 0 was never published. */
export function newPerson(of: Pick<ShopperState, 'shopper_id' | 'shop' | 'page' | 'psid_sealed'>): Person {
  return {
    shopper: {
      ...of,
      rev: 0,
      window_until: null,
      grants: [],
      stop_at: null,
      resume_at: null,
      seen_at: null,
      ended_subs: [],
      ended_wishes: [],
      pending: null,
      token_stops: [],
      requests: [],
      external_at: null,
      locale_at: null,
      disclosed_at: null,
      again_due: [],
      human_at: null,
      awake_at: null,
      suspended_at: null,
      erased_at: null,
      deletion: { asked: [], agreed: [] },
      locale: null,
      zone: null,
      region: null,
      tier: null,
      external_id: null,
      updated_at: 0,
    },
    subs: [],
  };
}

/** When the shopper stopped everything, or null if something newer took that back. */
export function stoppedAt(s: Pick<ShopperState, 'stop_at' | 'resume_at'>): number | null {
  return s.stop_at !== null && (s.resume_at === null || s.stop_at >= s.resume_at) ? s.stop_at : null;
}

/** What the person waits for. */
export const activeOf = (person: Person): SubState[] => person.subs.filter((s) => s.state === 'active');

/** Until when consents to this wish are void: the latest STOP or "stop this one"; 0: nothing was stopped. */
export function voidUntil(s: Pick<ShopperState, 'stop_at' | 'ended_wishes'>, wish: string): number {
  return Math.max(s.stop_at ?? 0, s.ended_wishes.find((e) => e.wish === wish)?.at ?? 0);
}

/** Until when consents to this wish (with this token, if it has one) are void; 0: nothing was stopped. */
export function stoppedUntil(s: Stops, wish: string, tokenKey?: string): number {
  const token = tokenKey === undefined ? undefined : s.token_stops.find((stop) => stop.token_key === tokenKey);
  return Math.max(voidUntil(s, wish), token?.at ?? 0);
}

/** What people said against being told. */
type Stops = Pick<ShopperState, 'stop_at' | 'ended_wishes' | 'token_stops'>;

/** Whether a consent or a right for this wish that was given then, with this token, has been overtaken by a stop. */
export const isStopped = (
  s: Stops,
  wish: string,
  given: { readonly at: number; readonly token_key?: string | undefined },
): boolean => given.at <= stoppedUntil(s, wish, given.token_key);

/** What follows from those consents of a subscription that still count; undefined when none does. */
export function standing(
  sub: SubState,
  shopper: ShopperState,
): Pick<SubState, 'consented_at' | 'mode' | 'condition' | 'seen_price'> | undefined {
  const wish = wishKey(sub);
  const valid = sub.consents.filter((c) => !isStopped(shopper, wish, c) && c.told_at === undefined);
  if (valid.length === 0) return undefined;
  const latest = [...valid, ...sub.changes.filter((c) => !isStopped(shopper, wish, c))]
    .filter((c) => c.seen_price !== undefined)
    .sort((a, b) => a.at - b.at)
    .at(-1);
  const limit =
    sub.kind === 'price_drop' && latest ? limitOf(latest.threshold ?? null, latest.seen_price ?? null) : undefined;
  return {
    consented_at: Math.min(...valid.map((c) => c.at)),
    mode: valid.some((c) => c.asked_by === 'notification') ? 'recurring' : 'once',
    condition: limit ? { type: 'price_at_most', ...limit } : sub.condition,
    seen_price: latest?.seen_price ?? sub.seen_price,
  };
}

/**
 * After a stop of any kind: drops the rights that it overtook, ends active subscriptions without a consent that still
 * counts, and lets the others go by those that do, also for the place in line.
 */
export function afterStop(before: Person, at: number, reason: Reason): { person: Person; notes: Note[] } {
  const { shopper, subs } = before;
  const wishOfGrant = new Map(subs.map((s) => [s.sub_id, wishKey(s)]));
  const grants = shopper.grants.filter((g) => !isStopped(shopper, wishOfGrant.get(g.sub_id ?? '') ?? '', g));
  let person: Person = { ...before, shopper: { ...shopper, grants } };
  const notes: Note[] = [];
  for (const sub of activeOf(before)) {
    const now = standing(sub, shopper);
    if (!now) {
      person = endSub(person, sub.sub_id, reason, at);
      notes.push({ verdict: 'unsubscribed', reason, sub });
    } else if (now.consented_at !== sub.consented_at || now.mode !== sub.mode) {
      person = replaceSub(person, { ...sub, ...now, rev: sub.rev + 1 });
    }
  }
  return { person, notes };
}

/** The person with this subscription in the place of the one with its id. */
export const replaceSub = (person: Person, sub: SubState): Person => ({
  ...person,
  subs: person.subs.map((s) => (s.sub_id === sub.sub_id ? sub : s)),
});

/** Ended subscriptions are named in the shopper's record as long as an alert of theirs could still be on its way. */
const ENDED_LATELY_MS = 7 * 86_400_000;
const ENDED_MOST = 200;
/** Events of before a "stop this one" come at most so much later: messenger.events is kept for 7 days. */
const WISH_ENDED_LATELY_MS = 8 * 86_400_000;
/** A request for notification messages is taken once a week (Marketing Messages page). */
const WEEK_MS = 7 * 86_400_000;

/** Ends a subscription and notes it in the shopper's record. Neither revision is advanced for the shopper. */
export function endSub(person: Person, subId: string, reason: Reason, at: number): Person {
  const shopper = person.shopper;
  return {
    subs: person.subs.map((s) =>
      s.sub_id === subId ? { ...s, rev: s.rev + 1, state: 'ended', ended_reason: reason, ended_at: at } : s,
    ),
    shopper: {
      ...shopper,
      grants: shopper.grants.filter((g) => g.sub_id !== subId),
      ended_subs: [...shopper.ended_subs.filter((e) => e.sub_id !== subId), { sub_id: subId, at }].slice(-ENDED_MOST),
    },
  };
}

/**
 * Messenger refused a message of `at` because the person cannot be reached. They are suspended until they act after
 * that: an act that we heard of before, or hear of later, counts by its own time.
 */
export function suspended(shopper: ShopperState, at: number): ShopperState {
  if (shopper.seen_at !== null && shopper.seen_at > at) return shopper;
  return { ...shopper, suspended_at: Math.max(shopper.suspended_at ?? 0, at) };
}

/** Takes the end of a subscription back. Its id stays, so that nobody is told twice of one event. */
export function reviveSub(person: Person, sub: SubState): Person {
  const ended_subs = person.shopper.ended_subs.filter((e) => e.sub_id !== sub.sub_id);
  const revived: SubState = { ...sub, state: 'active', ended_reason: null, ended_at: null };
  return replaceSub({ ...person, shopper: { ...person.shopper, ended_subs } }, revived);
}

/** Forgets what no longer matters at `now`: subscriptions that ended, and requests that were shown, long ago. */
export function tidy(shopper: ShopperState, now: number): ShopperState {
  return {
    ...shopper,
    ended_subs: shopper.ended_subs.filter((e) => e.at > now - ENDED_LATELY_MS),
    ended_wishes: shopper.ended_wishes.filter((e) => e.at > now - WISH_ENDED_LATELY_MS),
    requests: shopper.requests.filter((r) => r.at > now - WEEK_MS),
  };
}

/** The shopper as the other services see it. */
export function toShopper(s: ShopperState): Shopper {
  return {
    rev: s.rev,
    shopper_id: s.shopper_id,
    shop: s.shop,
    page: s.page,
    psid_sealed: s.psid_sealed,
    window_until: s.window_until,
    grants: s.grants.map(({ at: _at, token_key: _key, ...grant }) => grant),
    stopped_at: stoppedAt(s),
    ended_subs: s.ended_subs.map((e) => e.sub_id),
    suspended_at: s.suspended_at,
    erased_at: s.erased_at,
    locale: s.locale,
    zone: s.zone,
    region: s.region,
    tier: s.tier,
    external_id: s.external_id,
    updated_at: s.updated_at,
  };
}

/** The subscription as the other services see it: without the consents and changes. */
export function toSubscription({ consents: _consents, changes: _changes, ...sub }: SubState): Subscription {
  return sub;
}
