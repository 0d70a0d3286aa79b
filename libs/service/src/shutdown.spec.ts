import { describe, expect, it } from '@jest/globals';
import { createLogger } from './logger.js';
import { Shutdown } from './shutdown.js';

const log = createLogger({ service: 'test', level: 'silent' });

describe('Shutdown', () => {
  it('goes phase by phase, in each phase in the order of adding, one after the other', async () => {
    const shutdown = new Shutdown({ budgetMs: 10_000, log });
    const seen: string[] = [];
    const step = (name: string) => async () => {
      seen.push(`${name} begins`);
      await new Promise((resolve) => setImmediate(resolve));
      seen.push(`${name} ends`);
    };
    shutdown.add('postgres', step('postgres'), 'storage');
    shutdown.add('fan-out', step('fan-out'));
    shutdown.add('http', step('http'), 'intake');
    shutdown.add('holds', step('holds'), 'work');
    expect(shutdown.begun).toBe(false);
    expect(await shutdown.run()).toBe(true);
    expect(shutdown.begun).toBe(true);
    expect(seen).toEqual(['http', 'fan-out', 'holds', 'postgres'].flatMap((n) => [`${n} begins`, `${n} ends`]));
  });

  it('tries every step, whatever became of those before it, and says that it was not clean', async () => {
    const shutdown = new Shutdown({ budgetMs: 1000, log });
    let closed = false;
    shutdown.add('throws', () => {
      throw new Error('no');
    });
    shutdown.add('rejects', () => Promise.reject(new Error('no')));
    shutdown.add('hangs', () => new Promise(() => undefined));
    shutdown.add('closes', () => void (closed = true), 'storage');
    const began = performance.now();
    expect(await shutdown.run()).toBe(false);
    expect(closed).toBe(true);
    expect(performance.now() - began).toBeLessThan(1000);
  });

  it('runs once, however often it is asked', async () => {
    const shutdown = new Shutdown({ budgetMs: 1000, log });
    let runs = 0;
    shutdown.add('count', () => void (runs += 1));
    expect(await Promise.all([shutdown.run(), shutdown.run()])).toEqual([true, true]);
    expect(runs).toBe(1);
  });
});
