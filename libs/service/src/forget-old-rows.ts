import { Loop, superviseLoop } from './loop.js';
import type { ServiceDeps } from './run-service.js';

const BATCH = 5000;
const EVERY_MS = 60_000;

/**
 * Starts a loop that forgets what is older than `keepMs`, in batches that lock nothing for long.
 * @param what says in logs what is forgotten
 * @param forget removes up to `limit` rows of before `before`; answers how many
 */
export function forgetOldRows(
  what: string,
  forget: (before: number, limit: number) => Promise<number>,
  deps: Pick<ServiceDeps, 'clock' | 'log' | 'health' | 'shutdown'>,
  keepMs: number,
): Loop {
  const tick = async (): Promise<boolean> => (await forget(deps.clock.now() - keepMs, BATCH)) === BATCH;
  return superviseLoop(new Loop({ name: `forget ${what}`, idleMs: EVERY_MS, tick, log: deps.log }), deps);
}
