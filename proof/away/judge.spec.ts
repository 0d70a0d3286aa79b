/** The judge of absences accepts a calm one, and refuses each that is wrong in one way. */
import { describe, expect, it } from '@jest/globals';
import { judgeAbsences, type Absence, type Posted } from './judge.js';

const MB = 1024 * 1024;
const PACE = 10;

const calm: Absence = {
  ...{ server: 'postgres', how: 'gone', from: 100_000, mended: 160_000, to: 162_000 },
  held: {
    before: { 'delivery-1': 100 * MB, 'optin-2': 90 * MB },
    end: { 'delivery-1': 104 * MB, 'optin-2': 80 * MB },
    after: { 'delivery-1': 109 * MB, 'optin-2': 91 * MB },
  },
  open: 20,
  // Everybody at once in the first second of the absence, then now and then, and everybody once at the return.
  opened: [
    ...Array.from({ length: 60 }, (_, i) => 100_000 + i),
    ...Array.from({ length: 50 }, (_, i) => 102_000 + i * 1_000),
    ...Array.from({ length: 20 }, (_, i) => 162_100 + i),
  ],
  ...{ clients: 1, mostAtReturn: 40 },
};
/** A backlog that leaves at the pace. */
const paced = (page: string): Posted[] =>
  Array.from({ length: 100 }, (_, i) => ({ page, at: 161_900 + (i * 1000) / PACE }));
const posted = [...paced('1'), ...paced('2')];

describe('the judge of absences', () => {
  it('accepts what grew little, came back once each, and left at its pace', () => {
    expect(judgeAbsences([calm], posted, PACE)).toMatchObject({ kept: true });
  });

  it.each<[string, Partial<Absence>, readonly Posted[]]>([
    [
      'a process that holds 11 % more at the end',
      { held: { ...calm.held!, end: { 'delivery-1': 111 * MB, 'optin-2': 1 } } },
      posted,
    ],
    [
      'a process that holds 11 % more after the return',
      { held: { ...calm.held!, after: { 'delivery-1': 1, 'optin-2': 100 * MB } } },
      posted,
    ],
    ['a process that is gone', { held: { ...calm.held!, end: { 'optin-2': 90 * MB } } }, posted],
    ['clients that knock without a rest', { opened: Array.from({ length: 21 }, (_, i) => 130_000 + i * 40) }, posted],
    [
      'clients that come again and again at the return',
      { opened: [...calm.opened, ...Array.from({ length: 30 }, (_, i) => 164_000 + i * 200)] },
      posted,
    ],
    [
      'a Page that tells all that waited at once',
      {},
      [...posted, ...Array.from({ length: 22 }, (_, i) => ({ page: '3', at: 162_000 + i }))],
    ],
    ['a Page at twice its pace for ten seconds', {}, [...posted, ...paced('1').map((p) => ({ ...p, at: p.at + 3 }))]],
  ])('refuses %s', (_, wrong, messages) => {
    expect(judgeAbsences([{ ...calm, ...wrong }], messages, PACE)).toMatchObject({ kept: false });
  });

  it('refuses a run in which nothing was away', () => {
    expect(judgeAbsences([], posted, PACE).kept).toBe(false);
  });
});
