import { describe, expect, it } from '@jest/globals';
import { DISORDER_KINDS, disorderFits, rule44Pick, rule44Shape, takeDisorder } from './disorder.js';
import { DEFAULT_PAGE_RULES } from './page-rules.js';

const event = (more: object = {}) => ({
  sender: { id: '200' },
  recipient: { id: '100' },
  timestamp: 1700000000999,
  ...more,
});
const delivery = event({ delivery: { mids: ['m'], watermark: 1700000000999 } });
const referral = event({ referral: { ref: 'abc', source: 'SHORTLINK' } });
const started = event({ postback: { payload: 'p', referral: { ref: 'abc', type: 'OPEN_THREAD' } } });

describe('rule 44: disorder by chance', () => {
  const pick = (more: object): (string | undefined)[] =>
    Array.from({ length: 1000 }, (_, n) => rule44Pick({ ...DEFAULT_PAGE_RULES, ...more }, n));

  it('is off by default', () => expect(pick({}).every((kind) => kind === undefined)).toBe(true));

  it('follows the seed', () => {
    expect(pick({ disorderRate: 0.3, disorderSeed: 7 })).toEqual(pick({ disorderRate: 0.3, disorderSeed: 7 }));
    expect(pick({ disorderRate: 0.3, disorderSeed: 7 })).not.toEqual(pick({ disorderRate: 0.3, disorderSeed: 8 }));
  });

  it('follows the rate and uses every kind', () => {
    const kinds = pick({ disorderRate: 0.3 }).filter((kind) => kind !== undefined);
    expect(kinds.length).toBeGreaterThan(240);
    expect(kinds.length).toBeLessThan(360);
    expect(new Set(kinds)).toEqual(new Set(DISORDER_KINDS));
    expect(pick({ disorderRate: 1, disorderKinds: ['late'] }).every((kind) => kind === 'late')).toBe(true);
  });
});

describe('rule 44: disorder to order', () => {
  it('waits for an event that it fits, and is used up', () => {
    const armed = [{ id: 1, kind: 'no_mids' as const, times: 2, psid: '200' }];
    const to = { page: '100', psid: '200', event: delivery };
    expect(takeDisorder(armed, { ...to, event: referral })).toEqual({ kind: undefined, rest: armed });
    expect(takeDisorder(armed, { ...to, psid: '201' }).kind).toBeUndefined();
    const once = takeDisorder(armed, to);
    expect(once).toMatchObject({ kind: 'no_mids', rest: [{ times: 1 }] });
    expect(takeDisorder(once.rest, to)).toEqual({ kind: 'no_mids', rest: [] });
  });

  it('changes what its name says', () => {
    expect(rule44Shape(undefined, delivery)).toEqual([delivery]);
    expect(rule44Shape('seconds', delivery)).toEqual([
      { ...delivery, timestamp: 1700000000, delivery: { mids: ['m'], watermark: 1700000000 } },
    ]);
    expect(rule44Shape('no_mids', delivery)).toEqual([{ ...delivery, delivery: { watermark: 1700000000999 } }]);
    expect(rule44Shape('no_ref', referral)).toEqual([{ ...referral, referral: { source: 'SHORTLINK' } }]);
    expect(rule44Shape('no_ref', started)).toMatchObject([{ postback: { referral: { type: 'OPEN_THREAD' } } }]);
    expect(JSON.stringify(rule44Shape('no_ref', started))).not.toContain('abc');
    expect(rule44Shape('unknown_kind', delivery)).toEqual([
      expect.objectContaining({ something_new: { version: 1 } }),
      delivery,
    ]);
    expect(disorderFits('no_ref', started)).toBe(true);
    expect(disorderFits('no_ref', delivery)).toBe(false);
  });
});
