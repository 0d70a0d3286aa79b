/**
 * A contender's own process: told over IPC which row and contender it is, it makes itself ready, does a round when
 * asked, and tells what the round took of its CPU. Ends with its parent.
 */
import { cpuOfTrees } from './cpu.js';
import type { Answer, Order } from './contender-protocol.js';
import { loadRow } from './load-rows.js';
import type { Contender } from './row.js';

let contender: Contender | undefined;

process.on('disconnect', () => process.exit());
process.on('message', (order: Order) => {
  void carryOut(order).then(
    (answer) => process.send?.(answer),
    (error: unknown) =>
      process.send?.({ failed: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
  );
});

async function carryOut(order: Order): Promise<Answer> {
  switch (order.do) {
    case 'open': {
      const row = await loadRow(order.row);
      const open =
        (order.growth === undefined ? undefined : row.growth?.[order.growth]?.open) ??
        row.contenders.find(({ id }) => id === order.contender)?.open;
      if (!open) throw new Error(`row ${order.row} has no contender ${order.contender}`);
      contender = await open(order.bed);
      return { opened: true };
    }
    case 'round': {
      if (!contender) throw new Error('not open yet');
      await contender.before?.();
      // Garbage of the time before is not this round's.
      globalThis.gc?.();
      const [began, cpu] = [performance.now(), cpuSoFar(contender)];
      const { units, figures = {} } = await contender.round();
      const wallMicros = (performance.now() - began) * 1000;
      return { units, figures, wallMicros, cpuMicros: cpuSoFar(contender) - cpu };
    }
    case 'close': {
      await contender?.close?.();
      contender = undefined;
      return { closed: true };
    }
  }
}

function cpuSoFar({ processes, drivesOnly }: Contender): number {
  const { userCPUTime, systemCPUTime } = process.resourceUsage();
  return (drivesOnly ? 0 : userCPUTime + systemCPUTime) + cpuOfTrees(processes?.() ?? []);
}
