/**
 * A tap on "Notify Me": the shopper consents to one message about one wish and hands over a token that sends it.
 *
 * At most one subscription of a shopper is active per wish. A second tap therefore adds its token (and its evidence) to
 * the subscription that is there: two subscriptions would make two messages of one event.
 */
import type { Facts } from './fold-event.js';
import type { Note, Outcome, ReplyWanted } from './outcome.js';
import { voidUntil } from './person.js';
import type { Consent, HeldGrant, Person, SubState } from './person.js';
import type { PersonEvent } from './person-event.js';
import { conditionOf, wishKey } from './wish.js';
import type { Wish } from './wish.js';

type Tap = PersonEvent & { kind: 'one_time_optin' };

/** @param tokenLifeMs how long an unused token lives, in milliseconds (One-Time Notification page: one year). */
export function consentTo(before: Person, wish: Wish, tap: Tap, facts: Facts, tokenLifeMs: number): Outcome {
  const person: Person = {
    ...before,
    shopper: { ...before.shopper, resume_at: Math.max(before.shopper.resume_at ?? 0, tap.at) },
  };
  const item = facts.item(wish);
  const until = voidUntil(person.shopper, wishKey(wish));
  const late = tap.at <= until;
  const reply = (say: 'confirmed' | 'already_told'): ReplyWanted[] => (late ? [] : [{ say, wish, item }]);
  const known = person.subs.find((s) => s.sub_id === tap.subId || s.consents.some((c) => c.event === tap.key));
  if (known) return { person, replies: [], notes: [] };

  const same = person.subs.filter((s) => wishKey(s) === wishKey(wish));
  const told = same.find((s) => s.ended_reason === 'already_told' && (s.ended_at ?? 0) >= tap.at);
  if (told && !late)
    return { person, replies: reply('already_told'), notes: [ignored(told, 'already_told', 'told after this tap')] };

  const active = same.find((s) => s.state === 'active');
  const grant = (subId: string): HeldGrant => ({
    grant_id: tap.grantId,
    kind: 'one_time',
    sub_id: subId,
    token_sealed: tap.tokenSealed,
    expires_at: tap.at + tokenLifeMs,
    at: tap.at,
  });
  const consent: Consent = {
    event: tap.key,
    at: tap.at,
    received_at: tap.received_at,
    grant_id: tap.grantId,
    words: `${wish.kind}: ${item.name ?? wish.sku ?? wish.product}`,
    seen_price: item.price,
  };
  if (active && !late) {
    const consents = [...active.consents, consent].sort((a, b) => a.at - b.at);
    const consented_at = Math.min(active.consented_at, tap.at);
    const renewed: SubState = { ...active, rev: active.rev + 1, shopper_rev: 0, consents, consented_at };
    return {
      person: withSub(person, renewed, grant(active.sub_id)),
      replies: reply('confirmed'),
      notes: [ignored(active, 'duplicate', 'asked again: the new right to send was added')],
    };
  }

  const condition = conditionOf(wish.kind, item.price);
  if (condition === undefined) {
    const sub = { sub_id: tap.subId, product: wish.product, sku: wish.sku, kind: wish.kind };
    const note = ignored(sub, 'no_baseline', 'the price is not known, so no drop could be noticed');
    return { person, replies: late ? [] : [{ say: 'no_price', item }], notes: [note] };
  }
  const sub: SubState = {
    rev: 1,
    sub_id: tap.subId,
    state: 'active',
    ended_reason: null,
    shopper_id: person.shopper.shopper_id,
    shopper_rev: 0,
    page: person.shopper.page,
    shop: wish.shop,
    product: wish.product,
    sku: wish.sku,
    kind: wish.kind,
    condition,
    seen_price: item.price,
    mode: 'once',
    locale: person.shopper.locale ?? facts.shopLocale,
    tier: person.shopper.tier,
    consented_at: tap.at,
    ended_at: null,
    consents: [consent],
  };
  if (late) {
    // The evidence stays, but the STOP was the last word: the subscription is born ended, and the token is dropped.
    const reason = tap.at <= (person.shopper.stop_at ?? 0) ? 'stopped' : 'user_asked';
    const ended: SubState = { ...sub, state: 'ended', ended_reason: reason, ended_at: until };
    return { person: withSub(person, ended), replies: [], notes: [ignored(sub, reason, 'stopped after this tap')] };
  }
  const note: Note = { verdict: 'subscribed', reason: 'requested', sub };
  return { person: withSub(person, sub, grant(sub.sub_id)), replies: reply('confirmed'), notes: [note] };
}

function withSub(person: Person, sub: SubState, grant?: HeldGrant): Person {
  const { shopper, subs } = person;
  return {
    subs: [...subs.filter((s) => s.sub_id !== sub.sub_id), sub],
    shopper: grant ? { ...shopper, grants: [...shopper.grants, grant] } : shopper,
  };
}

const ignored = (sub: NonNullable<Note['sub']>, reason: Note['reason'], detail: string): Note => ({
  verdict: 'ignored',
  reason,
  sub: { sub_id: sub.sub_id, product: sub.product, sku: sub.sku, kind: sub.kind },
  detail,
});
