/** The judge of poison accepts a right run and refuses each that is wrong in one way. */
import { describe, expect, it } from '@jest/globals';
import { judgePoison, type Evidence, type Put } from './judge.js';

/** A record every 10 ms, every tenth poison. */
const puts: Put[] = Array.from({ length: 100 }, (_, i) => ({
  ...{ partition: 0, offset: i, at: 1_000_000 + i * 10 },
  key: i % 10 === 5 ? null : `s:${i}`,
}));
const right: Evidence = {
  puts,
  outs: puts.flatMap(({ key, at }) => (key === null ? [] : [{ key, id: `${key}:1`, at: at + 50 }])),
  letters: puts.flatMap(({ key, partition, offset, at }) =>
    key === null ? [{ partition, offset, at: at + 60, reason: 'not_json', whole: true }] : [],
  ),
  rounds: [0, 1, 2].flatMap((i) => [
    { poisoned: false, good: 1000, cpuMs: 500 + i, wallMs: 1000 },
    { poisoned: true, good: 1000, cpuMs: 510 + i, wallMs: 1400 },
  ]),
  steady: [0],
};
const [first] = right.letters;
if (!first) throw new Error('no letter');
const others = right.letters.slice(1);
const costlier = (cpuMs: number) => right.rounds.map((r) => (r.poisoned ? { ...r, cpuMs } : r));

describe('the judge of poison', () => {
  it('accepts a right run, on a busy machine, too', () => {
    expect(judgePoison(right, true).kept).toBe(true);
    const again = { ...right, outs: [...right.outs, ...right.outs.slice(0, 3)] };
    expect(judgePoison(again, true).kept).toBe(true);
    const slow = {
      ...right,
      outs: right.outs.map((o) => ({ ...o, at: o.at + 2_000 })),
      letters: right.letters.map((l) => ({ ...l, at: l.at + 2_000 })),
    };
    expect(judgePoison(slow, true).kept).toBe(true);
  });

  it.each<[string, Partial<Evidence>]>([
    ['a bad record that is not put aside', { letters: others }],
    ['one that is put aside too late', { letters: [{ ...first, at: first.at + 1_100 }, ...others] }],
    ['one without a reason', { letters: [{ ...first, reason: '' }, ...others] }],
    ['one whose bytes are not those of the record', { letters: [{ ...first, whole: false }, ...others] }],
    ['a good one that is put aside', { letters: [...right.letters, { ...first, offset: 1 }] }],
    ['a good one that is lost', { outs: right.outs.slice(1) }],
    ['a good one that is taken in twice', { outs: [...right.outs, { key: 's:0', id: 's:0:2', at: 1_000_100 }] }],
    ['poison that slows the others', { rounds: costlier(540) }],
    ['rounds that are all noise', { rounds: right.rounds.map((r, i) => ({ ...r, cpuMs: 300 + 100 * i })) }],
    ['a run without poison', { puts: puts.filter(({ key }) => key !== null), letters: [] }],
    ['a run without rounds', { rounds: [] }],
  ])('refuses %s', (_, wrong) => {
    expect(judgePoison({ ...right, ...wrong }, true).kept).toBe(false);
  });

  it('holds nothing that is missing against a run that was interrupted', () => {
    expect(judgePoison({ ...right, letters: others, outs: right.outs.slice(3) }, false).kept).toBe(true);
  });
});
