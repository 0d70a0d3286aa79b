import { shoppers } from '@beckon/contracts';
import type { Emitter } from '@beckon/kafka';
import { Loop, superviseLoop } from '@beckon/service';
import type { ServiceDeps } from '@beckon/service';
import { Erasures } from '../outbound/erasures.js';

const BATCH = 500;
const EVERY_MS = 60_000;

/**
 * Starts the loop that turns markers of erased shoppers into tombstones once they are older than `keepMs`: readers act on
 * the marker, and one that was away for a while must still find it.
 */
export function buryErased(
  erasures: Erasures,
  emitter: Pick<Emitter, 'transaction'>,
  deps: Pick<ServiceDeps, 'clock' | 'log' | 'health' | 'shutdown'>,
  keepMs: number,
): Loop {
  const tick = async (): Promise<boolean> => {
    const now = deps.clock.now();
    const buried = await emitter.transaction(async (tx) => {
      const ids = await erasures.bury(tx, now - keepMs, BATCH, now);
      for (const id of ids) tx.emit(shoppers, id, null, { id: `${id}:gone` });
      return ids.length;
    });
    return buried === BATCH;
  };
  return superviseLoop(
    new Loop({ name: 'bury erased', idleMs: Math.min(EVERY_MS, keepMs), tick, log: deps.log }),
    deps,
  );
}
