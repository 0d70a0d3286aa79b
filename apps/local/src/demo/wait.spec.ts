import { describe, expect, it } from '@jest/globals';
import { NotInTime, until } from './wait.js';

const signal = new AbortController().signal;

describe('waiting', () => {
  it('counts a look that fails as "not yet"', async () => {
    let looks = 0;
    const look = (): string | undefined => {
      looks += 1;
      if (looks === 1) throw new Error('away');
      return looks === 3 ? 'there' : undefined;
    };
    expect(await until('it', look, { signal, everyMs: 1 })).toBe('there');
  });

  it('says what did not come, and the last failure', async () => {
    const fails = (): never => {
      throw new Error('no such Page');
    };
    await expect(until('the Page', fails, { signal, withinMs: 5, everyMs: 1 })).rejects.toThrow(
      new NotInTime('the Page', 5, new Error('no such Page')),
    );
  });

  it('ends when it is told to', async () => {
    const stop = new AbortController();
    const waiting = until('it', () => undefined, { signal: stop.signal, everyMs: 1 });
    stop.abort(new Error('stopping'));
    await expect(waiting).rejects.toThrow();
  });
});
