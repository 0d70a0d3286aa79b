/** The plan of what is broken follows from the seed, leaves nothing out, and is as dense as promised. */
import { describe, expect, it } from '@jest/globals';
import { nameOf, planFaults, SERVERS, SERVICES } from './faults.js';

const TEN_MINUTES = 600_000;

describe('the plan of faults', () => {
  it('is the same for the same seed, and another for another', () => {
    expect(planFaults(1, TEN_MINUTES)).toEqual(planFaults(1, TEN_MINUTES));
    expect(planFaults(1, TEN_MINUTES)).not.toEqual(planFaults(2, TEN_MINUTES));
  });

  it.each([1, 2, 3])('holds at least 150 in ten minutes, every class at every target (seed %d)', (seed) => {
    const plan = planFaults(seed, TEN_MINUTES);
    expect(plan.length).toBeGreaterThanOrEqual(150);
    const seen = new Set(plan.map((f) => `${f.target.replace(/-\d$/, '')} ${nameOf(f).kind}`));
    for (const target of [...SERVICES, ...SERVERS])
      for (const kind of ['kill', 'stop']) expect(seen).toContain(`${target} ${kind}`);
    for (const server of SERVERS)
      for (const kind of ['latency', 'half_open', 'cut', 'reset', 'black_hole'])
        expect(seen).toContain(`proxy:${server} ${kind}`);
    expect(plan.some(({ trouble }) => trouble.kind === 'kill' && trouble.emptied)).toBe(true);
  });

  it('freezes delivery right before a first byte, for longer than an admission lives', () => {
    const late = planFaults(1, TEN_MINUTES).filter(({ trouble }) => trouble.kind === 'stop' && trouble.atSocket);
    expect(late.length).toBeGreaterThanOrEqual(2);
    for (const { target, forMs } of late) {
      expect(target).toMatch(/^delivery-[12]$/);
      expect(forMs).toBeGreaterThan(10_000);
    }
  });

  it('freezes for about three seconds, now and then for thirty', () => {
    const plan = [1, 2, 3, 4].flatMap((seed) => planFaults(seed, TEN_MINUTES));
    const freezes = plan.filter(({ trouble }) => trouble.kind === 'stop').map(({ forMs }) => forMs);
    const short = freezes.filter((ms) => ms < 30_000).sort((a, b) => a - b);
    const median = short[Math.floor(short.length / 2)] ?? 0;
    expect(median).toBeGreaterThan(2_500);
    expect(median).toBeLessThan(3_500);
    expect(freezes.length - short.length).toBe(40);
  });
});
