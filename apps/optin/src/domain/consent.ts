/**
 * A tap that consents to a wish and hands over a right to send: "Notify Me" (one message), "Get updates" (as many as the
 * right allows), or notifications resumed in Messenger.
 *
 * At most one subscription of a shopper is active per wish. A second tap therefore adds its right (and its evidence) to
 * the subscription that is there: two subscriptions would make two messages of one event.
 */
import { grantId } from '@beckon/contracts';
import { NOTIFICATION_TOKEN_MS, ONE_TIME_TOKEN_MS } from '@beckon/messenger';
import type { Facts } from './fold-event.js';
import type { Note, Outcome, ReplyWanted } from './outcome.js';
import { reviveSub, standing, stoppedUntil } from './person.js';
import type { Consent, HeldGrant, Person, SubState } from './person.js';
import type { PersonEvent } from './person-event.js';
import { chosenLimit, requestTitle } from './request-title.js';
import { conditionOf, wishKey } from './wish.js';
import type { Item, Wish } from './wish.js';

/** An event that gives a right to send. */
export type Tap = PersonEvent & { kind: 'one_time_optin' | 'notification_optin' };

export function consentTo(before: Person, wish: Wish, tap: Tap, facts: Facts): Outcome {
  const person: Person = {
    ...before,
    shopper: { ...before.shopper, resume_at: Math.max(before.shopper.resume_at ?? 0, tap.at) },
  };
  const known = person.subs.find((s) => s.sub_id === tap.subId || s.consents.some((c) => c.event === tap.key));
  if (known) return { person, replies: [], notes: [] };

  const item = facts.item(wish);
  const consent = consentOf(person, wish, tap, item, facts);
  const until = stoppedUntil(person.shopper, wishKey(wish), consent.token_key);
  const late = tap.at <= until;
  const say = (...replies: ReplyWanted[]): ReplyWanted[] => (late ? [] : replies);
  const same = person.subs.filter((s) => wishKey(s) === wishKey(wish));
  const told = same.find((s) => s.ended_reason === 'already_told' && (s.ended_at ?? 0) >= tap.at);
  // One message answers a wish for one message; a wish to be told again and again goes on after it.
  if (told && !late && tap.kind === 'one_time_optin')
    return {
      person,
      replies: say({ say: 'already_told', wish, item }),
      notes: [ignored(told, 'already_told', 'told after this tap')],
    };

  const active = same.find((s) => s.state === 'active');
  const joined = active ?? (tap.kind === 'notification_optin' ? pausedOf(same, tap.tokenKey) : undefined);
  if (joined && !late) {
    const consents = [...joined.consents, consent].sort((a, b) => a.at - b.at);
    const { tier } = person.shopper;
    const more: SubState = { ...joined, rev: joined.rev + 1, shopper_rev: 0, tier, consents };
    const renewed = { ...more, ...standing(more, person.shopper) };
    const note: Note = active
      ? ignored(active, 'duplicate', 'asked again: the new right to send was added')
      : { verdict: 'subscribed', reason: 'requested', sub: renewed, detail: 'notifications were allowed again' };
    return {
      person: withGrant(reviveSub(person, renewed), grantOf(person, tap, consent, renewed.sub_id)),
      replies: confirmation(renewed, wish, item, tap),
      notes: [note],
    };
  }

  const condition = conditionOf(wish, item.price, facts.lowStock);
  if (condition === undefined) {
    const note = ignored(
      { ...wish, sub_id: tap.subId },
      'no_baseline',
      'the price is not known, so no drop could be noticed',
    );
    return { person, replies: say({ say: 'no_price', item }), notes: [note] };
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
    topic: wish.topic,
    kind: wish.kind,
    condition,
    seen_price: item.price,
    mode: tap.kind === 'notification_optin' ? 'recurring' : 'once',
    locale: person.shopper.locale ?? facts.shopLocale,
    tier: person.shopper.tier,
    consented_at: tap.at,
    ended_at: null,
    consents: [consent],
    changes: [],
  };
  const withSub = (s: SubState): Person => ({ ...person, subs: [...person.subs, s] });
  if (late) {
    // The evidence stays, but a stop was the last word: the subscription is born ended, and the token is dropped.
    const reason = tap.at <= (person.shopper.stop_at ?? 0) ? 'stopped' : 'user_asked';
    const ended: SubState = { ...sub, state: 'ended', ended_reason: reason, ended_at: until };
    return { person: withSub(ended), replies: [], notes: [ignored(sub, reason, 'stopped after this tap')] };
  }
  const note: Note = { verdict: 'subscribed', reason: 'requested', sub };
  return {
    person: withGrant(withSub(sub), grantOf(person, tap, consent, sub.sub_id)),
    replies: confirmation(sub, wish, item, tap),
    notes: [note],
  };
}

/** The subscription that ended when this very token was stopped in Messenger. */
const pausedOf = (same: readonly SubState[], tokenKey: string): SubState | undefined =>
  same.findLast((s) => s.ended_reason === 'user_asked' && s.consents.some((c) => c.token_key === tokenKey));

function consentOf(person: Person, wish: Wish, tap: Tap, item: Item, facts: Facts): Consent {
  const { page, locale } = person.shopper;
  const asked_by = tap.kind === 'one_time_optin' ? 'one_time' : 'notification';
  const words = tap.shown ?? requestTitle(wish, item, asked_by, [locale, facts.shopLocale]);
  const head = { event: tap.key, at: tap.at, received_at: tap.received_at };
  const shown = {
    words,
    asked_by,
    locale: locale ?? facts.shopLocale,
    threshold: wish.threshold,
    seen_price: item.price,
  } as const;
  if (tap.kind === 'one_time_optin') return { ...head, grant_id: tap.grantId, ...shown, tapped: 'notify_me' };
  return {
    ...head,
    // One token, one right: whoever stops, resumes or renews it does not make a second one of it.
    grant_id: grantId(page, `notification:${tap.tokenKey}:${wishKey(wish)}`),
    ...shown,
    tapped: tap.resumed ? 'resume_notifications' : 'get_updates',
    token_key: tap.tokenKey,
  };
}

function grantOf(person: Person, tap: Tap, consent: Consent, subId: string): HeldGrant {
  const { grant_id } = consent;
  if (tap.kind === 'one_time_optin') {
    const expires_at = tap.at + ONE_TIME_TOKEN_MS;
    return { grant_id, kind: 'one_time', sub_id: subId, token_sealed: tap.tokenSealed, expires_at, at: tap.at };
  }
  const held = person.shopper.grants.find((g) => g.grant_id === grant_id);
  if (held && held.at > tap.at) return { ...held, sub_id: subId };
  const expires_at = tap.expiresAt ?? tap.at + NOTIFICATION_TOKEN_MS;
  const token = { token_sealed: tap.tokenSealed, expires_at, token_key: tap.tokenKey };
  return { grant_id, kind: 'notification', sub_id: subId, at: tap.at, ...token };
}

const withGrant = (person: Person, grant: HeldGrant): Person => ({
  ...person,
  shopper: {
    ...person.shopper,
    grants: [...person.shopper.grants.filter((g) => g.grant_id !== grant.grant_id), grant],
  },
});

/** Resuming is confirmed by Messenger itself. */
function confirmation(sub: SubState, wish: Wish, item: Item, tap: Tap): ReplyWanted[] {
  if (tap.kind === 'notification_optin' && tap.resumed) return [];
  return [{ say: 'confirmed', wish, item, mode: sub.mode, limit: chosenLimit(wish, item) }];
}

const ignored = (
  { sub_id, product, sku, kind }: NonNullable<Note['sub']>,
  reason: Note['reason'],
  detail: string,
): Note => ({ verdict: 'ignored', reason, sub: { sub_id, product, sku, kind }, detail });
