import { describe, expect, it } from '@jest/globals';
import { WINDOW_MARGIN_MS, actsBefore, chooseGrant, type GrantFacts, type HeldGrant } from './choose-grant.js';

const now = 1_790_000_000_000;
const held = (over: Partial<HeldGrant> = {}): HeldGrant => ({
  ...{ grant_id: 'grt_a', kind: 'one_time', sub_id: 'sub_a', expires_at: now + 1000 },
  ...{ spent_by: null, dead_at: null, next_eligible_at: null },
  ...over,
});
const facts = (over: Partial<GrantFacts> = {}): GrantFacts => ({
  ...{ kind: 'alert', sub_id: 'sub_a', now, window_until: null, refuted_until: null, grants: [held()] },
  ...over,
});
const none = { kind: 'none' };
const window = { kind: 'window' };
const token = { kind: 'one_time', grant_id: 'grt_a' };

describe('with which right a message goes', () => {
  it('through the open window, which costs nothing, before any token', () => {
    expect(chooseGrant(facts({ window_until: now + 3_600_000 }))).toEqual(window);
    expect(chooseGrant(facts())).toEqual(token);
    expect(chooseGrant(facts({ grants: [] }))).toEqual(none);
  });

  it.each<[string, Partial<HeldGrant>]>([
    ['given for another subscription', { sub_id: 'sub_b' }],
    ['given for none', { sub_id: null }],
    ['spent', { spent_by: 'alr_x' }],
    ['dead', { dead_at: now - 1 }],
    ['expired', { expires_at: now }],
    ['of another kind', { kind: 'marketing' }],
  ])('never with a token that is %s', (_, over) => {
    expect(chooseGrant(facts({ grants: [held(over)] }))).toEqual(none);
  });

  it('with the token that expires first; of two that expire together always the same', () => {
    const later = held({ grant_id: 'grt_0', expires_at: now + 2000 });
    expect(chooseGrant(facts({ grants: [later, held()] }))).toEqual(token);
    const twins = [held({ grant_id: 'grt_b' }), held()];
    expect([twins, twins.toReversed()].map((grants) => chooseGrant(facts({ grants })))).toEqual([token, token]);
  });

  it('with a notification token where no one-time token fits, again and again', () => {
    const updates = held({ grant_id: 'grt_n', kind: 'notification', spent_by: 'alr_before' });
    const again = { kind: 'notification', grant_id: 'grt_n' };
    expect(chooseGrant(facts({ grants: [updates, held()] }))).toEqual(token);
    expect(chooseGrant(facts({ grants: [updates, held({ spent_by: 'alr_x' })] }))).toEqual(again);
    expect(chooseGrant(facts({ grants: [{ ...updates, next_eligible_at: now }] }))).toEqual(again);
    for (const over of [{ sub_id: 'sub_b' }, { dead_at: now - 1 }, { expires_at: now }])
      expect(chooseGrant(facts({ grants: [{ ...updates, ...over }] }))).toEqual(none);
    expect(chooseGrant(facts({ kind: 'reply', grants: [updates] }))).toEqual(none);
  });

  it('waits while every notification token rests, until the first of them may be used', () => {
    const resting = (grant_id: string, ms: number): HeldGrant =>
      held({ grant_id, kind: 'notification', next_eligible_at: now + ms });
    const grants = [resting('grt_m', 9000), resting('grt_n', 5000)];
    expect(chooseGrant(facts({ grants }))).toEqual({ kind: 'resting', until: now + 5000 });
    expect(chooseGrant(facts({ grants: [...grants, held()] }))).toEqual(token);
    expect(chooseGrant(facts({ grants, window_until: now + 3_600_000 }))).toEqual(window);
    const free = held({ grant_id: 'grt_z', kind: 'notification' });
    expect(chooseGrant(facts({ grants: [...grants, free] }))).toEqual({ kind: 'notification', grant_id: 'grt_z' });
  });

  it('an alert not through a window that is about to close; a reply to the last moment', () => {
    const closing = { window_until: now + WINDOW_MARGIN_MS };
    expect(chooseGrant(facts(closing))).toEqual(token);
    expect(chooseGrant(facts({ window_until: now + WINDOW_MARGIN_MS + 1 }))).toEqual(window);
    expect(chooseGrant(facts({ ...closing, kind: 'reply', sub_id: null }))).toEqual(window);
    expect(chooseGrant(facts({ kind: 'reply', sub_id: null, window_until: now, grants: [] }))).toEqual(none);
  });

  it('a reply never with a token, whatever it is about', () => {
    expect(chooseGrant(facts({ kind: 'reply' }))).toEqual(none);
  });

  it('not through a window that Messenger said is closed, until the shopper acts anew', () => {
    const window_until = now + 3_600_000;
    expect(chooseGrant(facts({ window_until, refuted_until: window_until }))).toEqual(token);
    expect(chooseGrant(facts({ window_until, refuted_until: window_until - 1 }))).toEqual(window);
    expect(actsBefore(now)).toBe(now + 86_400_000);
  });
});
