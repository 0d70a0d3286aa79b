import { describe, expect, it } from '@jest/globals';
import { SandboxClock } from './clock.js';

const never = new AbortController().signal;

describe('the clock', () => {
  it('is real by default and after a reset', () => {
    const clock = new SandboxClock();
    expect(Math.abs(clock.now() - Date.now())).toBeLessThan(50);
    clock.advance(1e9);
    expect(clock.now() - Date.now()).toBeGreaterThan(1e9 - 50);
    clock.reset();
    expect(Math.abs(clock.now() - Date.now())).toBeLessThan(50);
  });

  it('stands still when frozen and moves to the millisecond', () => {
    const clock = new SandboxClock();
    clock.freeze(true);
    clock.set(1000);
    expect(clock.now()).toBe(1000);
    clock.advance(5);
    expect(clock.now()).toBe(1005);
    clock.freeze(false);
    expect(clock.now()).toBeGreaterThanOrEqual(1005);
    expect(clock.now()).toBeLessThan(1105);
  });

  it('wakes who waits when it is moved past, and nobody before', async () => {
    const clock = new SandboxClock();
    clock.freeze(true);
    clock.set(0);
    const woken: string[] = [];
    const early = clock.sleepUntil(10, never).then(() => woken.push('early'));
    const late = clock.sleepUntil(20, never).then(() => woken.push('late'));
    clock.advance(9);
    await Promise.resolve();
    expect(woken).toEqual([]);
    clock.advance(1);
    await early;
    expect(woken).toEqual(['early']);
    clock.set(20);
    await late;
    expect(woken).toEqual(['early', 'late']);
  });

  it('goes on waiting in real time after it was unfrozen', async () => {
    const clock = new SandboxClock();
    clock.freeze(true);
    const waited = clock.sleepUntil(clock.now() + 5, never);
    clock.freeze(false);
    await waited;
  });

  it('lets a sleeper go when it is aborted', async () => {
    const clock = new SandboxClock();
    const stop = new AbortController();
    const slept = clock.sleepUntil(clock.now() + 1e9, stop.signal);
    stop.abort();
    await slept;
    await clock.sleepUntil(clock.now() + 1e9, stop.signal);
  });
});
