/** Waiting for conditions. */
import { setTimeout as sleep } from 'node:timers/promises';

/** Asks every `everyMs` until the answer is neither undefined nor false. @throws Error naming `what` after `forMs` */
export async function until<T>(
  what: string,
  condition: () => T | undefined | false | Promise<T | undefined | false>,
  { forMs = 60_000, everyMs = 100, signal }: { forMs?: number; everyMs?: number; signal?: AbortSignal } = {},
): Promise<T> {
  const deadline = performance.now() + forMs;
  for (;;) {
    signal?.throwIfAborted();
    const answer = await condition();
    if (answer !== undefined && answer !== false) return answer;
    if (performance.now() > deadline) throw new Error(`waited ${Math.round(forMs / 1000)} s in vain for ${what}`);
    await sleep(everyMs);
  }
}

/** Rests; an abort ends the rest early and is no error. */
export const rest = (ms: number, signal?: AbortSignal): Promise<void> =>
  sleep(ms, undefined, signal ? { signal } : {}).catch(() => undefined);

/** Does it for all, at most `lanes` at a time, in order of the list. */
export async function each<T>(list: Iterable<T>, lanes: number, act: (one: T) => Promise<void>): Promise<void> {
  const queue = list[Symbol.iterator]();
  await Promise.all(
    Array.from({ length: lanes }, async () => {
      for (let next = queue.next(); !next.done; next = queue.next()) await act(next.value);
    }),
  );
}
