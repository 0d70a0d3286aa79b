import { describe, expect, it } from '@jest/globals';
import { deliveries } from '@beckon/contracts';
import type { Delivery } from '@beckon/contracts';
import fc from 'fast-check';
import { NOW, coat, event, facts, nobody, tap, text } from '../../tests/examples.js';
import { foldEvent } from './fold-event.js';
import { toShopper } from './person.js';
import type { Person } from './person.js';
import { suspendBy } from './suspend.js';

const refusal = (ago: number, more: Partial<Delivery> = {}): Delivery => ({
  ...deliveries.example,
  ...{ state: 'refused', reason: 'suspended', error_code: 551, error_subcode: 1545041, grant_kind: 'window' },
  ...{ posted_at: NOW - ago, answered_at: NOW - ago + 40 },
  ...more,
});
const known = foldEvent(nobody(), tap(coat, 1, 60_000), facts()).person;

describe('a person who cannot be reached', () => {
  it.each([
    [551, 1545041],
    [200, 1545041],
    [10, 2018108],
    [100, 33],
    [100, 2018001],
  ])('is suspended after %i/%i, as of when the message was posted', (error_code, error_subcode) => {
    const person = suspendBy(known, refusal(5000, { error_code, error_subcode }), NOW);
    expect(toShopper(person.shopper)).toMatchObject({ rev: 2, suspended_at: NOW - 5000, updated_at: NOW });
    expect(person.subs).toBe(known.subs);
  });

  it.each<[string, Partial<Delivery>]>([
    ['an alert held back because of it', { error_code: null, error_subcode: null, posted_at: null }],
    ['an alert held back because of it, refused before for something else', { error_code: 613, error_subcode: null }],
    ['a closed window', { reason: 'window_closed', error_code: 10, error_subcode: 2018278 }],
    [
      'a dead token',
      { reason: 'grant_dead', state: 'failed', error_code: 100, error_subcode: 33, grant_kind: 'one_time' },
    ],
    ['an accepted message', { state: 'accepted', reason: null, error_code: null }],
  ])('is not learnt from %s', (_, more) => {
    expect(suspendBy(known, refusal(5000, more), NOW)).toBe(known);
  });

  it('is reachable again with whatever they do after it', () => {
    const away = suspendBy(known, refusal(5000), NOW);
    for (const act of [text('hi', 4000), event({ kind: 'reaction' }, 4000), tap(coat, 2, 4000)])
      expect(foldEvent(away, act, facts()).person.shopper.suspended_at).toBeNull();
  });

  it('stays suspended when an act of before it arrives late, or at the same moment', () => {
    const away = suspendBy(known, refusal(5000), NOW);
    expect(foldEvent(away, text('hi', 6000), facts()).person.shopper.suspended_at).toBe(NOW - 5000);
    expect(foldEvent(away, text('hi', 5000), facts()).person.shopper.suspended_at).toBe(NOW - 5000);
  });

  it('has acted since: a late word of the refusal changes nothing', () => {
    const back = foldEvent(known, text('hi', 4000), facts()).person;
    expect(suspendBy(back, refusal(5000), NOW)).toBe(back);
  });
});

it('acts and refusals mean the same in whatever order they arrive', () => {
  type Step = { readonly act: boolean; readonly ago: number };
  const fold = (steps: readonly Step[]): Person =>
    steps.reduce(
      (p, s) => (s.act ? foldEvent(p, text('hi', s.ago), facts()).person : suspendBy(p, refusal(s.ago), NOW)),
      known,
    );
  const steps = fc.uniqueArray(fc.record({ act: fc.boolean(), ago: fc.integer({ min: 1, max: 50 }) }), {
    selector: (s) => s.ago,
    minLength: 1,
    maxLength: 8,
  });
  const shuffled = steps.chain((list) =>
    fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length, maxLength: list.length })),
  );
  fc.assert(
    fc.property(shuffled, ([list, other]) => {
      const lastAct = Math.min(...list.filter((s) => s.act).map((s) => s.ago), 60_000);
      const lastRefusal = Math.min(...list.filter((s) => !s.act).map((s) => s.ago), Infinity);
      const expected = lastRefusal < lastAct ? NOW - lastRefusal : null;
      expect(fold(list).shopper.suspended_at).toBe(expected);
      expect(fold(other).shopper.suspended_at).toBe(expected);
    }),
    { numRuns: 1000 },
  );
});
