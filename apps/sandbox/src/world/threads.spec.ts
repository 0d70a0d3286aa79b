import { describe, expect, it } from '@jest/globals';
import type { ThreadMessage } from '../domain/model.js';
import { Threads } from './threads.js';

const message = (n: number): ThreadMessage => ({ mid: `m_${n}`, from: 'page', at: n });
const mids = (threads: Threads, psid: string): number[] => threads.of(psid).map(({ at }) => at);

describe('threads', () => {
  it('keep the youngest bubbles of a person', () => {
    const threads = new Threads({ ofOne: 3, ofAll: 100 });
    for (let n = 0; n < 10; n += 1) threads.add('a', message(n));
    threads.add('b', message(10));
    expect([mids(threads, 'a'), mids(threads, 'b'), mids(threads, 'nobody')]).toEqual([[7, 8, 9], [10], []]);
  });

  it('keep the youngest of all people', () => {
    const threads = new Threads({ ofOne: 100, ofAll: 4 });
    ['a', 'b', 'a', 'c', 'b', 'a'].forEach((psid, n) => threads.add(psid, message(n)));
    expect(threads.entries().map(([psid]) => psid)).toEqual(['a', 'b', 'c']);
    expect([mids(threads, 'a'), mids(threads, 'b'), mids(threads, 'c')]).toEqual([[2, 5], [4], [3]]);
  });

  it('are never more than both bounds say, and never fewer than they could be', () => {
    const threads = new Threads({ ofOne: 7, ofAll: 20 });
    const all: { psid: string; n: number }[] = [];
    for (let n = 0; n < 5_000; n += 1) {
      // One who gets nearly everything for a while, then many.
      const psid = n % 1_000 < 400 ? 'hot' : `p${(n * 7919) % 13}`;
      threads.add(psid, message(n));
      all.push({ psid, n });
      const kept = threads.entries();
      expect(kept.reduce((sum, [, { length }]) => sum + length, 0)).toBeLessThanOrEqual(20);
      for (const [name, messages] of kept) {
        const own = all.filter((one) => one.psid === name).map((one) => one.n);
        // Each thread is the end of what was said in it.
        expect(messages.map(({ at }) => at)).toEqual(own.slice(-messages.length));
        expect(messages.length).toBeLessThanOrEqual(7);
      }
    }
  });

  it('forget', () => {
    const threads = new Threads({ ofOne: 3, ofAll: 4 });
    for (let n = 0; n < 10; n += 1) threads.add('a', message(n));
    threads.clear();
    threads.add('a', message(11));
    expect(threads.entries()).toEqual([['a', [message(11)]]]);
  });
});
