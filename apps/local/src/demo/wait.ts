import { setTimeout as sleep } from 'node:timers/promises';

/** What was waited for did not come. */
export class NotInTime extends Error {
  constructor(what: string, ms: number, last: unknown) {
    const because = last instanceof Error ? ` (${last.message})` : '';
    super(`${what}: not within ${Math.round(ms / 1000)} s${because}`);
    this.name = 'NotInTime';
  }
}

/**
 * Looks until there is an answer; a look that fails counts as "not yet".
 * @throws NotInTime with the last failure; the signal's reason when it is aborted
 */
export async function until<T>(
  what: string,
  look: () => Promise<T | undefined> | T | undefined,
  o: { readonly signal: AbortSignal; readonly withinMs?: number; readonly everyMs?: number },
): Promise<T> {
  const within = o.withinMs ?? 40_000;
  const begun = performance.now();
  let last: unknown;
  for (;;) {
    o.signal.throwIfAborted();
    try {
      const found = await look();
      if (found !== undefined) return found;
      last = undefined;
    } catch (error) {
      last = error;
    }
    if (performance.now() - begun > within) throw new NotInTime(what, within, last);
    await sleep(o.everyMs ?? 100, undefined, { signal: o.signal });
  }
}
