/** The judge of rebalances: what it lets pass, and the logs that it must refuse. */
import { describe, expect, it } from '@jest/globals';
import { readGeneration, rebalancesIn } from './group-log.js';
import { idleTimes, judgeRebalances, type Sample } from './judge.js';

/** Every half second one look at one partition. `position(t)` and `end(t)` by seconds. */
function samples(seconds: number, end: (t: number) => number, position: (t: number) => number): Sample[] {
  return Array.from({ length: seconds * 2 }, (_, i) => ({
    at: 1_000_000 + i * 500,
    looks: [{ service: 'matching', topic: 't', partition: 0, end: end(i / 2), position: position(i / 2) }],
  }));
}
const seen = new Map([['beckon.matching.t', 10]]);
const flows = (t: number): number => Math.floor(t * 10);
/** Stands still from second 5 to second `to`. */
const still = (to: number) => (t: number) => (t > 5 && t < to ? 45 : flows(t) - 1);

describe('the judge of rebalances', () => {
  it('accepts a flow, a rest of three seconds, and nothing to do for long', () => {
    expect(
      judgeRebalances(
        seen,
        10,
        samples(30, flows, (t) => flows(t) - 1),
        [],
      ).kept,
    ).toBe(true);
    expect(judgeRebalances(seen, 10, samples(30, flows, still(8)), []).kept).toBe(true);
    const asleep = (t: number): number => Math.min(50, flows(t));
    expect(judgeRebalances(seen, 10, samples(30, asleep, asleep), []).kept).toBe(true);
  });

  it('refuses a partition that stood still for longer while records waited', () => {
    const wrong = judgeRebalances(seen, 10, samples(30, flows, still(10)), []);
    expect(wrong.kept).toBe(false);
    expect(wrong.lines.join('\n')).toContain('matching t[0]');
  });

  it('refuses one that never moved on again', () => {
    expect(judgeRebalances(seen, 10, samples(30, flows, still(99)), []).kept).toBe(false);
  });

  it('excuses the session of a member that died, and no more', () => {
    const death = { service: 'matching', at: 1_005_000 };
    expect(judgeRebalances(seen, 10, samples(30, flows, still(13)), [death]).kept).toBe(true);
    expect(judgeRebalances(seen, 10, samples(30, flows, still(16)), [death]).kept).toBe(false);
    expect(judgeRebalances(seen, 10, samples(30, flows, still(13)), [{ ...death, service: 'optin' }]).kept).toBe(false);
    expect(judgeRebalances(seen, 10, samples(30, flows, still(13)), [{ ...death, at: 1_013_000 }]).kept).toBe(false);
  });

  it('counts two deaths at a time once', () => {
    const deaths = [1_005_500, 1_006_500].map((at) => ({ service: 'matching', at }));
    expect(idleTimes(samples(30, flows, still(14)), deaths)[0]?.excused).toBe(7_000);
  });

  it('holds nothing against a partition while the observer was held up', () => {
    const all = samples(30, flows, still(8)).map((s, i) => ({ ...s, at: s.at + (i > 12 ? 20_000 : 0) }));
    expect(judgeRebalances(seen, 10, all, []).kept).toBe(true);
  });

  it('refuses too few rebalances, and a run in which nothing was read', () => {
    expect(
      judgeRebalances(
        seen,
        11,
        samples(30, flows, (t) => flows(t) - 1),
        [],
      ).kept,
    ).toBe(false);
    expect(
      judgeRebalances(
        seen,
        10,
        samples(
          30,
          () => 5,
          () => 5,
        ),
        [],
      ).kept,
    ).toBe(false);
  });
});

describe('the log of groups', () => {
  const text = (s: string): Buffer => Buffer.concat([Buffer.from([0, s.length]), Buffer.from(s)]);
  const int32 = (n: number): Buffer => Buffer.from([0, 0, 0, n]);
  const key = (version: number, group: string): Buffer => Buffer.concat([Buffer.from([0, version]), text(group)]);
  const value = (generation: number, members: number): Buffer =>
    Buffer.concat([
      ...[Buffer.from([0, 3]), text('consumer'), int32(generation), text('RoundRobinAssigner'), text('leader')],
      ...[Buffer.alloc(8), int32(members)],
    ]);

  it('tells generations and how many members they have; offsets and forgotten groups say nothing', () => {
    expect(readGeneration(key(2, 'beckon.x'), value(7, 2), 5)).toEqual({
      ...{ group: 'beckon.x', generation: 7, members: 2, at: 5 },
    });
    expect(readGeneration(key(1, 'beckon.x'), value(7, 2), 5)).toBeUndefined();
    expect(readGeneration(key(2, 'beckon.x'), null, 5)).toBeUndefined();
    expect(() => readGeneration(key(2, 'beckon.x'), Buffer.from([0, 4, 0, 0]), 5)).toThrow(/version 4/);
  });

  it('counts a generation once, from when it is asked for, of our groups, with members', () => {
    const one = { group: 'beckon.x', generation: 7, members: 2, at: 5 };
    const log = [
      one,
      one,
      { ...one, generation: 8 },
      { ...one, generation: 9, members: 0 },
      { ...one, group: 'other' },
    ];
    expect([...rebalancesIn([...log, { ...one, generation: 6, at: 1 }], 'beckon.', 2)]).toEqual([['beckon.x', 2]]);
  });
});
