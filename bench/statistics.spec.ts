import { describe, expect, it } from '@jest/globals';
import { quantile, ratios, summarise } from './statistics.js';
import { judge, judgeGrowth, type Goal, type Round } from './verdict.js';

const round = (cpu: number, more: Partial<Round> = {}): Round => ({
  ...{ units: 1, wall: cpu, cpu, servers: 0, all: cpu, figures: {} },
  ...more,
});
const rounds = (...costs: number[]): Round[] => costs.map((cpu) => round(cpu));

describe('order statistics', () => {
  it('lie between neighbours by straight line, whatever the order', () => {
    expect(quantile([4, 1, 3, 2], 0.5)).toBe(2.5);
    expect(quantile([5, 1, 4, 2, 3], 0.25)).toBe(2);
    expect(quantile([7], 0.75)).toBe(7);
  });

  it('tell the spread as a share of the median', () => {
    expect(summarise([90, 100, 110, 100, 100])).toMatchObject({ median: 100, least: 90, most: 110, spread: 0.2 });
  });

  it('refuse nothing at all', () => {
    expect(() => summarise([])).toThrow(RangeError);
    expect(() => ratios([1, 2], [1])).toThrow(RangeError);
  });
});

describe('a goal', () => {
  const tenfold: Goal = { kind: 'times', peer: 'peer', cost: 'cpu', atLeast: 10 };

  it('is met by the lower quartile of the rounds’ ratios, not by their median', () => {
    const peer = rounds(100, 100, 100, 100, 100);
    expect(judge(tenfold, 'ours', { ours: rounds(10, 10, 10, 10, 20), peer }).verdict).toBe('met');
    const twice = judge(tenfold, 'ours', { ours: rounds(10, 10, 10, 20, 20), peer });
    expect(twice.summary.median).toBe(10);
    expect(twice.verdict).toBe('missed');
  });

  it('compares each round with its own partner', () => {
    // A machine that slows down for both sides changes no ratio.
    const judged = judge(tenfold, 'ours', { ours: rounds(10, 11, 10), peer: rounds(100, 110, 100) });
    expect(judged.summary.spread).toBeCloseTo(0);
  });

  it('is void when the peer itself is uneven', () => {
    const judged = judge(tenfold, 'ours', { ours: rounds(1, 1, 1), peer: rounds(100, 120, 100) });
    expect(judged).toMatchObject({ verdict: 'void', peerSpread: 0.2 });
  });

  it('may bound a figure: the quartile on the bad side counts', () => {
    const small: Goal = { kind: 'figure', figure: 'bytes', unit: 'B', atMost: 300 };
    const ours = [290, 290, 290, 310, 310].map((bytes) => round(1, { figures: { bytes } }));
    expect(judge(small, 'ours', { ours }).verdict).toBe('missed');
    expect(judge(small, 'ours', { ours: ours.slice(0, 4) }).verdict).toBe('met');
    expect(() => judge({ ...small, figure: 'weight' }, 'ours', { ours })).toThrow('no figure weight');
  });

  describe('about a sum', () => {
    const sum: Goal = { kind: 'sum', parts: ['read', 'write'], cost: 'all', atLeast: 0.7 };
    const withServers = (cpu: number, servers: number): Round => round(cpu, { servers, all: cpu + servers });
    const whole = [100, 100, 100, 100].map((all) => withServers(60, all - 60));

    it('adds the parts of each round and takes their share of the whole, servers included', () => {
      const read = [withServers(20, 20), withServers(20, 20), withServers(20, 20), withServers(20, 10)];
      const write = whole.map(() => withServers(15, 20));
      const judged = judge(sum, 'whole', { whole, read, write });
      expect(judged.summary).toMatchObject({ median: 0.75, least: 0.65, most: 0.75 });
      expect(judged.verdict).toBe('met');
    });

    it('is missed when the quartile on the bad side is, and may have an upper bound', () => {
      const read = [20, 20, 35, 35].map((servers) => withServers(20, servers));
      const write = whole.map(() => withServers(15, 10));
      expect(judge(sum, 'whole', { whole, read, write })).toMatchObject({ verdict: 'missed', summary: { most: 0.8 } });
      const small: Goal = { kind: 'sum', parts: ['write'], cost: 'all', atMost: 0.25 };
      expect(judge(small, 'whole', { whole, write }).verdict).toBe('met');
      expect(judge({ ...small, atMost: 0.24 }, 'whole', { whole, write }).verdict).toBe('missed');
    });

    it('is void when the parts together are uneven, and nothing without a part', () => {
      const read = [40, 40, 40, 60].map((cpu) => withServers(cpu, 0));
      const write = whole.map(() => withServers(40, 0));
      expect(judge(sum, 'whole', { whole, read, write })).toMatchObject({ verdict: 'void', peerSpread: 0.25 });
      expect(() => judge(sum, 'whole', { whole, read })).toThrow('no rounds of write');
    });
  });

  it('about growth compares the last size with the first', () => {
    expect(judgeGrowth([[10], [12], [14]], 1.5)).toEqual({ factor: 1.4, verdict: 'met' });
    expect(judgeGrowth([[10], [12], [16]], 1.5).verdict).toBe('missed');
    expect(judgeGrowth([[10], [12], [16]], undefined).verdict).toBe('shown');
  });
});
