import { Loop, superviseLoop } from '@beckon/service';
import type { ServiceDeps } from '@beckon/service';
import type { DataSource } from 'typeorm';
import { SeenEvents } from '../outbound/seen-events.js';

const BATCH = 5000;
const EVERY_MS = 60_000;

/** Starts the loop that forgets handled events older than `keepMs`, in batches that lock nothing for long. */
export function forgetSeenEvents(
  seen: SeenEvents,
  dataSource: DataSource,
  deps: Pick<ServiceDeps, 'clock' | 'log' | 'health' | 'shutdown'>,
  keepMs: number,
): Loop {
  const tick = async (): Promise<boolean> =>
    (await seen.forget(dataSource, deps.clock.now() - keepMs, BATCH)) === BATCH;
  return superviseLoop(new Loop({ name: 'forget seen events', idleMs: EVERY_MS, tick, log: deps.log }), deps);
}
