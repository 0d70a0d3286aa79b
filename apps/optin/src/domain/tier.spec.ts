import { expect, test } from '@jest/globals';
import { autumn, facts, noUpdates, nobody, updates } from '../../tests/examples.js';
import { foldEvent } from './fold-event.js';
import { newPerson, type Person, type SubState } from './person.js';
import { withTier } from './tier.js';

const sub = (sub_id: string, more: Partial<SubState> = {}): SubState =>
  ({ sub_id, rev: 4, state: 'active', tier: null, ...more }) as SubState;
const person = (tier: string | null, ...subs: SubState[]): Person => {
  const made = newPerson({ shopper_id: 'shp_1', shop: 'aurora', page: '1001', psid_sealed: 's' });
  return { shopper: { ...made.shopper, rev: 2, tier }, subs };
};

test('a tier is on the record and on every active subscription, each in a new revision; what ended stays', () => {
  const { shopper, subs } = withTier(person(null, sub('a'), sub('b', { state: 'ended' })), 'gold', 9);
  expect(shopper).toMatchObject({ rev: 3, tier: 'gold', updated_at: 9 });
  expect(subs.map((s) => [s.sub_id, s.rev, s.tier])).toEqual([
    ['a', 5, 'gold'],
    ['b', 4, null],
  ]);
});

test('the same tier again changes nothing', () => {
  const gold = person('gold', sub('a', { tier: 'gold' }));
  expect(withTier(gold, 'gold', 9)).toBe(gold);
  expect(withTier(gold, null, 9)).toMatchObject({ shopper: { rev: 3, tier: null }, subs: [{ rev: 5, tier: null }] });
});

test('what goes on after a pause has the tier of now', () => {
  const on = facts({ notifications: true });
  const asked = foldEvent(nobody(), updates(autumn, 'k', 1, 5_000), on).person;
  const paused = withTier(foldEvent(asked, noUpdates('k', 4_000), on).person, 'gold', 9);
  expect(paused.subs).toMatchObject([{ state: 'ended', tier: null }]);
  expect(foldEvent(paused, updates(autumn, 'k', 2, 3_000, true), on).person.subs).toMatchObject([
    { state: 'active', tier: 'gold' },
  ]);
});
