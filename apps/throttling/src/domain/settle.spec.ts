import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { pauseAfter, settle, type AlertState } from './settle.js';

const reserved: AlertState = {
  ...{ state: 'reserved', outcome: null, admission_no: 2, admitted_at: 1_000, not_before: 0 },
  ...{ stamped_at: null, refusals: 0, reason: null },
};
const answer = (state: Parameters<typeof settle>[1]['state'], changes: object = {}) => ({
  ...{ admission_no: 2, state, reason: null, not_before: null, answered_at: 1_500, at: 1_600 },
  ...changes,
});
const now = 2_000;

describe('an answer to the open admission', () => {
  it.each([
    ['accepted', answer('accepted'), { state: 'done', outcome: 'accepted', stamped_at: 1_500 }, null],
    [
      'unknown',
      answer('unknown', { answered_at: null }),
      { state: 'done', outcome: 'unknown', stamped_at: 1_600 },
      null,
    ],
    [
      'failed',
      answer('failed', { reason: 'no_grant' }),
      { state: 'done', outcome: 'failed', stamped_at: null, reason: 'no_grant' },
      null,
    ],
    [
      'failed, outcome unknown',
      answer('failed', { reason: 'outcome_unknown' }),
      { state: 'done', outcome: 'failed', stamped_at: 1_500 },
      null,
    ],
    ['returned', answer('returned'), { state: 'waiting', not_before: 0, refusals: 0 }, 'returned:past_send_by'],
    [
      'refused',
      answer('refused', { reason: 'rate_limited' }),
      { state: 'waiting', not_before: now + 5_000, refusals: 1 },
      'returned:rate_limited',
    ],
    [
      'refused until',
      answer('refused', { not_before: 9_000 }),
      { state: 'waiting', not_before: 9_000 },
      'returned:refused',
    ],
    [
      'deferred',
      answer('deferred', { reason: 'grant_dead', not_before: 7_000 }),
      { state: 'waiting', not_before: 7_000, refusals: 0 },
      'held:grant_dead',
    ],
    [
      'refused: stopped',
      answer('refused', { reason: 'stopped' }),
      { state: 'done', outcome: 'suppressed', stamped_at: null },
      'suppressed:stopped',
    ],
    [
      'refused: ended',
      answer('refused', { reason: 'subscription_ended' }),
      { state: 'done', outcome: 'withdrawn' },
      'withdrawn:subscription_ended',
    ],
  ])('%s', (_name, given, next, told) => {
    const settlement = settle(reserved, given, now)!;
    expect(settlement.next).toMatchObject(next);
    expect(settlement.windows).toBe(true);
    expect(settlement.told && `${settlement.told.verdict}:${settlement.told.reason}`).toBe(told);
    expect(settlement.told?.terminal ?? false).toBe(
      settlement.next.outcome === 'suppressed' || settlement.next.outcome === 'withdrawn',
    );
  });

  it('counts from no earlier than its admission and no later than now', () => {
    expect(settle(reserved, answer('accepted', { answered_at: 3 }), now)?.next.stamped_at).toBe(1_000);
    expect(settle(reserved, answer('accepted', { answered_at: 9e12 }), now)?.next.stamped_at).toBe(now);
  });
});

describe('an answer that comes late or twice', () => {
  it.each(['returned', 'refused', 'deferred', 'failed'] as const)(
    '%s to an earlier admission changes nothing',
    (state) => {
      expect(settle(reserved, answer(state, { admission_no: 1 }), now)).toBeUndefined();
    },
  );
  it('accepted and unknown count whatever they answer', () => {
    for (const state of ['accepted', 'unknown'] as const) {
      expect(settle({ ...reserved, state: 'waiting' }, answer(state, { admission_no: 1 }), now)?.next.outcome).toBe(
        state,
      );
    }
  });
  it('an echo after an unknown only moves the stamp', () => {
    const unknown = settle(reserved, answer('unknown', { answered_at: 1_900 }), now)!.next;
    expect(settle(unknown, answer('accepted', { answered_at: 1_400 }), now)).toMatchObject({
      ...{ next: { outcome: 'accepted', stamped_at: 1_400 }, told: null },
    });
  });
  it('an unknown that is proven not to have gone waits again and counts no more', () => {
    const unknown = settle(reserved, answer('unknown'), now)!.next;
    for (const state of ['returned', 'refused', 'deferred'] as const) {
      expect(settle(unknown, answer(state), now)).toMatchObject({
        ...{ next: { state: 'waiting', outcome: null, stamped_at: null }, windows: true, told: { terminal: false } },
      });
      expect(settle(unknown, answer(state, { admission_no: 1 }), now)).toBeUndefined();
    }
    expect(settle(unknown, answer('refused', { reason: 'stopped' }), now)).toMatchObject({
      ...{ next: { state: 'done', outcome: 'suppressed', stamped_at: null }, told: { terminal: true } },
    });
  });
  it('an unknown that was given up is past proving', () => {
    const unknown = settle(reserved, answer('unknown'), now)!.next;
    const given = settle(unknown, answer('failed', { reason: 'outcome_unknown' }), now)!.next;
    expect(settle(given, answer('returned'), now)).toBeUndefined();
  });
  it('an unknown that is given up goes on counting', () => {
    const unknown = settle(reserved, answer('unknown'), now)!.next;
    const given = settle(unknown, answer('failed', { reason: 'outcome_unknown' }), now)!;
    expect(given.next).toMatchObject({ outcome: 'failed', stamped_at: 1_500 });
    expect(settle(given.next, answer('accepted', { answered_at: 1_700 }), now)?.next).toMatchObject({
      outcome: 'accepted',
      stamped_at: 1_700,
    });
  });
  it('delivered and read are for analysts', () => {
    expect(settle(reserved, answer('delivered'), now)).toBeUndefined();
    expect(settle(reserved, answer('read'), now)).toBeUndefined();
  });

  it('told twice in a row, no answer changes anything the second time; accepted is for ever', () => {
    const states = fc.constantFrom(
      'accepted',
      'refused',
      'returned',
      'deferred',
      'failed',
      'unknown',
      'delivered',
      'read',
    );
    const given = fc.record({ state: states, admission_no: fc.integer({ min: 1, max: 3 }) });
    fc.assert(
      fc.property(fc.array(given, { maxLength: 12 }), (answers) => {
        let alert = reserved;
        let accepted = false;
        let terminal = 0;
        for (const a of answers) {
          const full = answer(a.state as 'accepted', a);
          const settlement = settle(alert, full, now);
          alert = settlement?.next ?? alert;
          if (settlement?.told?.terminal) terminal += 1;
          expect(settle(alert, full, now)).toBeUndefined();
          accepted ||= a.state === 'accepted';
          if (accepted) expect(alert).toMatchObject({ state: 'done', outcome: 'accepted' });
          if (alert.outcome === 'unknown' || alert.outcome === 'accepted') expect(alert.stamped_at).not.toBeNull();
        }
        expect(terminal).toBeLessThanOrEqual(1);
      }),
      { numRuns: 1_000 },
    );
  });
});

it('pauses grow from five seconds to ten minutes', () => {
  expect([1, 2, 3, 30].map(pauseAfter)).toEqual([5_000, 10_000, 20_000, 600_000]);
});
