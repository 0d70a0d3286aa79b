/**
 * Rotation of sealing keys: whatever is stored under another key than the first is sealed anew, in small batches of
 * locked rows, while the service works on. Any number of processes may do it at once; each leaves alone what another
 * holds. When the gauge says 0 for every place of every service, the old key can be taken out of SEAL_KEYS.
 */
import type { Clock } from './clock.js';
import type { HealthRegistry } from './health.js';
import type { Logger } from './logger.js';
import { Loop, superviseLoop } from './loop.js';
import { gauge } from './metrics.js';
import { SealError, type Sealer } from './sealer.js';
import type { Shutdown } from './shutdown.js';

const underOldKey = gauge('beckon_sealed_under_old_key_rows', {
  help: 'Rows with something sealed under another key than the first of SEAL_KEYS, by place; counted every minute during a rotation, else every hour.',
  labels: ['place'],
});

/** Where a batch ended: the key of its last row. Undefined: there was nothing more. */
export type Cursor = readonly (string | number)[] | undefined;

/** One place where sealed texts are stored. `prefix` is what texts under the first key begin with. */
export interface SealedPlace {
  /** Few and fixed: the label of the metric. */
  readonly name: string;
  /** Rows with a text under another key. */
  remaining(prefix: string): Promise<number>;
  /**
   * Seals the next rows behind `after` anew and answers where it ended. `reseal` never throws: what cannot be opened
   * comes back as it was.
   */
  next(prefix: string, after: Cursor, reseal: (sealed: string) => string): Promise<Cursor>;
}

/** Rows of a batch: locked for some milliseconds. */
export const RESEAL_BATCH = 200;
const ROTATING_MS = 60_000;
const SELDOM_MS = 3_600_000;

/** What the loop works with. */
export interface ResealParts {
  readonly sealer: Sealer;
  readonly places: readonly SealedPlace[];
  readonly clock: Clock;
  readonly log: Logger;
}

/** One pass over all places: re-seals if there are several keys, then counts what is left and shows it. */
export async function resealAll({ sealer, places, log }: Omit<ResealParts, 'clock'>): Promise<number> {
  let left = 0;
  const closed = new Set<string>();
  const reseal = (sealed: string): string => {
    try {
      return sealer.reseal(sealed);
    } catch (error) {
      if (!(error instanceof SealError)) throw error;
      closed.add(error.message);
      return sealed;
    }
  };
  for (const place of places) {
    let after: Cursor;
    if (sealer.rotating) while ((after = await place.next(sealer.currentPrefix, after, reseal)) !== undefined);
    const remaining = await place.remaining(sealer.currentPrefix);
    underOldKey.set(remaining, { place: place.name });
    left += remaining;
  }
  if (closed.size > 0) log.error({ faults: [...closed] }, 'some sealed texts cannot be opened; see SEAL_KEYS');
  return left;
}

/** Starts the loop and ties it to the process. */
export function startResealing(
  parts: ResealParts,
  process: { readonly health: HealthRegistry; readonly shutdown: Shutdown },
): Loop {
  let dueAt = 0;
  const tick = async (): Promise<void> => {
    const { clock, sealer } = parts;
    if (clock.monotonic() < dueAt) return;
    const left = await resealAll(parts);
    dueAt = clock.monotonic() + (sealer.rotating || left > 0 ? ROTATING_MS : SELDOM_MS);
  };
  // A pass over millions of rows takes its time; each of its statements is short.
  return superviseLoop(new Loop({ name: 'reseal', idleMs: 5000, log: parts.log, tick }), process, SELDOM_MS);
}
