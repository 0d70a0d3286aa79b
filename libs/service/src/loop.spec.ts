import { afterEach, describe, expect, it } from '@jest/globals';
import type { Clock } from './clock.js';
import { HealthRegistry } from './health.js';
import { createLogger } from './logger.js';
import { Loop, loopBackoffMs, superviseLoop } from './loop.js';
import { Shutdown } from './shutdown.js';

/** Longer than any test: a loop that rests for this long is only woken by a poke or a stop. */
const forever = 3_600_000;
const loops: Loop[] = [];
afterEach(() => Promise.all(loops.splice(0).map((loop) => loop.stop())));

function makeLoop(tick: () => Promise<boolean | void>, o: { idleMs?: number; clock?: Clock } = {}) {
  const lines: Record<string, unknown>[] = [];
  const destination = { write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>) };
  const log = createLogger({ service: 'test', level: 'info', destination });
  const loop = new Loop({ name: 'test', idleMs: o.idleMs ?? forever, tick, log, clock: o.clock });
  loops.push(loop);
  return { loop, lines };
}

/** A promise with its handles outside, to hold a tick open. */
function gate() {
  let open!: () => void;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { open, opened };
}

describe('Loop', () => {
  it('ticks again at once while there is more, then rests', async () => {
    let left = 5;
    const empty = gate();
    const { loop } = makeLoop(async () => {
      left -= 1;
      if (left === 0) empty.open();
      return left > 0;
    });
    loop.start();
    await empty.opened;
    await new Promise((resolve) => setImmediate(resolve));
    expect(left).toBe(0);
  });

  it('does not starve the event loop while there is always more', async () => {
    const { loop } = makeLoop(async () => true);
    loop.start();
    await new Promise((resolve) => setTimeout(resolve, 1)); // would never come back
    await loop.stop();
  });

  it('is woken by a poke while it rests', async () => {
    const gates = [gate(), gate()];
    let ticks = 0;
    const { loop } = makeLoop(async () => gates[ticks++]?.open());
    loop.start();
    await gates[0]!.opened;
    await new Promise((resolve) => setImmediate(resolve));
    loop.poke();
    await gates[1]!.opened;
    expect(ticks).toBe(2);
  });

  it('remembers a poke that came during a tick', async () => {
    const during = gate();
    const hold = gate();
    const second = gate();
    let ticks = 0;
    const { loop } = makeLoop(async () => {
      ticks += 1;
      if (ticks === 2) return second.open();
      during.open();
      await hold.opened;
    });
    loop.start();
    await during.opened;
    loop.poke();
    hold.open();
    await second.opened;
    expect(ticks).toBe(2);
  });

  it('ticks again after idleMs without a poke', async () => {
    const third = gate();
    let ticks = 0;
    const { loop } = makeLoop(
      async () => {
        ticks += 1;
        if (ticks === 3) third.open();
      },
      { idleMs: 1 },
    );
    loop.start();
    await third.opened;
  });

  it('stop waits for the running tick, and no further one begins', async () => {
    const began = gate();
    const hold = gate();
    let ended = 0;
    const { loop } = makeLoop(async () => {
      began.open();
      await hold.opened;
      ended += 1;
      return true;
    });
    loop.start();
    await began.opened;
    const stopped = loop.stop();
    loop.poke();
    hold.open();
    await stopped;
    expect(ended).toBe(1);
    await new Promise((resolve) => setImmediate(resolve));
    expect(ended).toBe(1);
  });

  it('logs when a failure begins, changes and ends, not every attempt', async () => {
    const faults = ['away', 'away', 'full', undefined];
    const done = gate();
    const { loop, lines } = makeLoop(async () => {
      const fault = faults.shift();
      if (fault) throw new Error(fault);
      done.open();
    });
    loop.start();
    await done.opened;
    await loop.stop();
    expect(lines.map((l) => [l.level, l.failures, l.msg])).toEqual([
      ['error', 1, 'loop failed; will try again'],
      ['error', 3, 'loop failed; will try again'],
      ['info', 3, 'loop works again'],
    ]);
  });

  it('a poke does not shorten the wait after a failure', async () => {
    let ticks = 0;
    const second = gate();
    const { loop } = makeLoop(async () => {
      ticks += 1;
      if (ticks === 2) return second.open();
      throw new Error('away');
    });
    const began = performance.now();
    const poking = setInterval(() => loop.poke(), 1);
    loop.start();
    await second.opened;
    clearInterval(poking);
    expect(performance.now() - began).toBeGreaterThanOrEqual(loopBackoffMs(1) - 1);
  });

  it('backs off from 100 ms to 5 s', () => {
    expect([1, 2, 3, 6, 7, 100].map(loopBackoffMs)).toEqual([100, 200, 400, 3200, 5000, 5000]);
  });

  it('is stuck when no tick ends, also when ticks fail it is not', async () => {
    let now = 1000;
    const clock: Clock = { now: () => 0, monotonic: () => now };
    const hold = gate();
    const { loop } = makeLoop(() => hold.opened, { clock });
    expect(loop.stuckFor(60_000)).toBeUndefined();
    loop.start();
    now += 60_000;
    expect(loop.stuckFor(60_000)).toBeUndefined();
    now += 1;
    expect(loop.stuckFor(60_000)).toBe('no tick has ended for 60 s');
    hold.open();
    await new Promise((resolve) => setImmediate(resolve));
    expect(loop.lastTickAt).toBe(now);
    expect(loop.stuckFor(60_000)).toBeUndefined();
  });

  it('under supervision it is a live check and a step of the shutdown', async () => {
    const health = new HealthRegistry();
    const shutdown = new Shutdown({ budgetMs: 1000, log: createLogger({ service: 'test', level: 'silent' }) });
    const first = gate();
    let ticks = 0;
    const { loop } = makeLoop(async () => {
      ticks += 1;
      first.open();
    });
    superviseLoop(loop, { health, shutdown });
    await first.opened;
    expect((await health.reportLive()).checks).toEqual({ 'loop test': 'ok' });
    expect(await shutdown.run()).toBe(true);
    loop.poke();
    await new Promise((resolve) => setImmediate(resolve));
    expect(ticks).toBe(1);
  });
});
