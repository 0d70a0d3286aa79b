import type { Person } from './person.js';

/**
 * The person with this tier (null: none), on their record and on every subscription that is active; `now` in milliseconds.
 * The very same person where nothing changes.
 */
export function withTier(person: Person, tier: string | null, now: number): Person {
  const { shopper, subs } = person;
  const others = subs.filter((s) => s.state === 'active' && s.tier !== tier);
  if (shopper.tier === tier && others.length === 0) return person;
  return {
    shopper: shopper.tier === tier ? shopper : { ...shopper, rev: shopper.rev + 1, tier, updated_at: now },
    subs: subs.map((s) => (others.includes(s) ? { ...s, rev: s.rev + 1, tier } : s)),
  };
}
