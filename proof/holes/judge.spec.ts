/** The judge of holes accepts one that was told, one that is none, and refuses what is wrong in one way. */
import { describe, expect, it } from '@jest/globals';
import { faultsOf, judgeHoles, type Hole, type Out, type Told } from './judge.js';

const hole: Hole = {
  ...{ name: 'deleted unread', topic: 't', at: 1_000, holed: [0], stopped: 1 },
  before: [
    { partition: 0, keys: ['a0', 'a1'] },
    { partition: 1, keys: ['b0'] },
  ],
  behind: [
    { partition: 0, keys: ['a3'] },
    { partition: 1, keys: ['b1'] },
  ],
};
const out = (key: string, id = `${key}:1`): Out => ({ key, id, at: 500 });
const outs = ['a0', 'a1', 'b0', 'b1'].map((key) => out(key));
const told: Told[] = [{ topic: 't', partition: 0, at: 1_500, fault: 'records were deleted unread' }];
/** Group offsets are lost: nothing is missing. */
const none: Hole = { ...hole, holed: [], stopped: 0, behind: [{ partition: 0, keys: ['b1'] }] };

describe('the judge of holes', () => {
  it('accepts a hole that was told, with nothing behind it taken in; the same state told again is not twice', () => {
    expect(faultsOf(hole, told, outs)).toEqual([]);
    expect(faultsOf(hole, told, [...outs, out('a0')])).toEqual([]);
    expect(judgeHoles([hole], 1, told, outs).kept).toBe(true);
  });

  it('accepts what is no hole and goes on', () => {
    expect(faultsOf(none, [], outs)).toEqual([]);
  });

  it.each<[string, Partial<Hole>, readonly Told[], readonly Out[]]>([
    ['a hole that nobody was told of', {}, [], outs],
    ['one that was told of another partition only', {}, [{ ...told[0]!, partition: 1 }], outs],
    ['one that was told before it was there', {}, [{ ...told[0]!, at: 900 }], outs],
    ['one behind which something was taken in', {}, told, [...outs, out('a3')]],
    ['a record before it that is missing', {}, told, outs.slice(1)],
    ['a record that was taken in twice', {}, told, [...outs, out('b0', 'b0:2')]],
    ['a partition without a hole that stands still', {}, [...told, { ...told[0]!, partition: 1 }], outs],
    ['a partition without a hole whose records do not come', {}, told, outs.filter(({ key }) => key !== 'b1')],
    ['a metric that says nothing', { stopped: 0 }, told, outs],
    ['a trial in which nothing lay behind the hole', { behind: [{ partition: 0, keys: [] }] }, told, outs],
  ])('refuses %s', (_, wrong, said, came) => {
    expect(faultsOf({ ...hole, ...wrong }, said, came)).not.toEqual([]);
    expect(judgeHoles([{ ...hole, ...wrong }], 1, said, came).kept).toBe(false);
  });

  it('refuses too few holes', () => {
    expect(judgeHoles([hole], 2, told, outs).kept).toBe(false);
    expect(judgeHoles([], 0, told, outs).kept).toBe(false);
  });
});
