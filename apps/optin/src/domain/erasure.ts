/**
 * Deleting what is known of a person. Like all else here it goes by event time, whatever the order of arrival:
 *
 *   a "yes, delete" counts ⇔ the question was asked for at most an hour before it
 *   erased at t            ⇔ t is the latest such "yes" (or when the desk or the platform asked)
 *   what holds now follows only from events after t, and they speak of a new shopper with an id of their own
 *
 * So an event of before the erasure that comes late, or again, recreates nothing.
 */
import { WINDOW_MS } from '@beckon/messenger';
import { subId } from '@beckon/contracts';
import { newPerson, standing } from './person.js';
import type { Person, ShopperState, SubState } from './person.js';

/** A question is answered within this time or has to be asked for again. */
export const ANSWER_WITHIN_MS = 3_600_000;
/** Times kept of each sort: whoever goes on asking loses the oldest. */
const MOST = 20;

/** What was said about deleting. */
export interface DeletionTalk {
  /** When deletion was asked for, and in which language. */
  readonly asked: readonly Asked[];
  /** When "yes, delete" was tapped. */
  readonly agreed: readonly number[];
}

export interface Asked {
  readonly at: number;
  readonly language: string | null;
}

/** That a person was erased. */
export interface Erasure {
  /** Of the shopper that the person is from then on: 1 after the first erasure. */
  readonly generation: number;
  readonly at: number;
  /** Questions of before, against which a late answer is still judged. */
  readonly asked: readonly Asked[];
}

/** What an erasure makes of a shopper. */
export interface Forgotten {
  /** The last record but the tombstone: that there was somebody, and nothing about them. */
  readonly marker: ShopperState;
  /** Subscriptions that were active, as they are published before their tombstones. */
  readonly ended: readonly SubState[];
  /** The same person by what they did after the erasure, as a new shopper; undefined if that is nothing. */
  readonly heir: Person | undefined;
}

/** Adds a time, each once, newest last. */
export const withAgreed = (talk: DeletionTalk, at: number): DeletionTalk => ({
  ...talk,
  agreed: [...new Set([...talk.agreed, at])].sort((a, b) => a - b).slice(-MOST),
});

/** The union of questions, each once, newest last. */
export function askedIn(...lists: readonly (readonly Asked[])[]): readonly Asked[] {
  const byTime = new Map(lists.flat().map((a) => [`${a.at} ${a.language}`, a]));
  return [...byTime.values()]
    .sort((a, b) => a.at - b.at || String(a.language).localeCompare(String(b.language)))
    .slice(-MOST);
}

/** The question that a "yes" at `at` answers: the latest that was asked for within the hour before. */
export const questionFor = (at: number, asked: readonly Asked[]): Asked | undefined =>
  asked.filter((q) => q.at <= at && at - q.at <= ANSWER_WITHIN_MS).at(-1);

/** The latest "yes" that counts; undefined without any. */
export const erasedBy = (talk: DeletionTalk): number | undefined =>
  [...talk.agreed].reverse().find((at) => questionFor(at, talk.asked) !== undefined);

/** A shopper without anything that is about a person. */
function emptied(s: ShopperState, at: number, now: number): ShopperState {
  const bare = newPerson({ shopper_id: s.shopper_id, shop: s.shop, page: s.page, psid_sealed: '' }).shopper;
  return { ...bare, rev: s.rev + 1, erased_at: at, updated_at: now };
}

/**
 * Erases what a person did up to `at`.
 * @param heirId the id of the shopper that later events speak of.
 */
export function forget(person: Person, at: number, heirId: string, now: number): Forgotten {
  const { shopper, subs } = person;
  return {
    marker: emptied(shopper, at, now),
    ended: subs
      .filter((s) => s.state === 'active')
      .map((s) => ({ ...s, rev: s.rev + 1, state: 'ended', ended_reason: 'erased', ended_at: at })),
    heir: heirOf(person, at, heirId, now),
  };
}

/** What a person did after `at`, as if nothing had been before. */
function heirOf({ shopper, subs }: Person, at: number, shopper_id: string, now: number): Person | undefined {
  if (shopper.seen_at === null || shopper.seen_at <= at) return undefined;
  const heir = lateShopper(shopper, at, shopper_id, now);
  const moved = subs.flatMap((s) => movedTo(s, at, heir));
  return {
    subs: moved.map((m) => m.sub),
    shopper: {
      ...heir,
      grants: heir.grants.map((g) => ({ ...g, sub_id: moved.find((m) => m.was === g.sub_id)?.sub.sub_id ?? g.sub_id })),
    },
  };
}

/** Of a shopper's record what came after `at`; what nobody can date is left behind. */
function lateShopper(shopper: ShopperState, at: number, shopper_id: string, now: number): ShopperState {
  const { shop, page, psid_sealed, window_until, pending } = shopper;
  const isLate = (thing: { readonly at: number }): boolean => thing.at > at;
  const after = (time: number | null): number | null => (time !== null && time > at ? time : null);
  return {
    ...newPerson({ shopper_id, shop, page, psid_sealed }).shopper,
    rev: 1,
    window_until: window_until !== null && window_until - WINDOW_MS > at ? window_until : null,
    grants: shopper.grants.filter(isLate),
    stop_at: after(shopper.stop_at),
    resume_at: after(shopper.resume_at),
    seen_at: shopper.seen_at,
    suspended_at: after(shopper.suspended_at),
    human_at: after(shopper.human_at),
    awake_at: after(shopper.awake_at),
    ended_wishes: shopper.ended_wishes.filter(isLate),
    token_stops: shopper.token_stops.filter(isLate),
    requests: shopper.requests.filter(isLate),
    pending: pending && isLate(pending) ? pending : null,
    ...(after(shopper.locale_at) === null ? {} : { locale: shopper.locale, locale_at: shopper.locale_at }),
    ...(after(shopper.external_at) === null
      ? {}
      : { external_id: shopper.external_id, external_at: shopper.external_at }),
    deletion: { asked: shopper.deletion.asked.filter(isLate), agreed: shopper.deletion.agreed.filter((y) => y > at) },
    updated_at: now,
  };
}

/** A subscription by its consents after `at`. One that began before is named anew, by the first of them. */
function movedTo(sub: SubState, at: number, heir: ShopperState): { was: string; sub: SubState }[] {
  const consents = sub.consents.filter((c) => c.at > at);
  const [first] = consents;
  if (!first) return [];
  const whole = consents.length === sub.consents.length;
  const name = whole ? { sub_id: sub.sub_id, rev: sub.rev + 1 } : { sub_id: subId(sub.page, first.event), rev: 1 };
  const changes = sub.changes.filter((c) => c.at > at);
  const { shopper_id, tier } = heir;
  const moved = { ...sub, ...name, shopper_id, shopper_rev: 1, tier, consents, changes };
  return [{ was: sub.sub_id, sub: { ...moved, ...(standing(moved, heir) ?? { consented_at: first.at }) } }];
}
