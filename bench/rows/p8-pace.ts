import { BeckonContender } from '../pipeline/beckon.js';
import type { Acceptance } from '../pipeline/shop-floor.js';
import type { Bed, Contender, Row } from '../row.js';

const PAGES = 30;
const PACE = 4;
/** The span in which the pace is counted, in milliseconds. */
const SPAN_MS = 10_000;
/** What the first seconds lack: buckets begin empty, and alerts are still being matched. */
const SETTLING_MS = 3000;

/** Thirty Pages at their pace while work waits; every Page has the same long line. */
async function open(bed: Bed): Promise<Contender> {
  const beckon = await BeckonContender.open(bed, { pages: PAGES, pacePerSecond: PACE });
  const seconds = bed.quick ? 16 : 30;
  const alerts = PAGES * PACE * seconds;
  let skus: string[] = [];
  return {
    before: async () => {
      skus = await beckon.prepare(alerts);
    },
    round: async () => {
      await beckon.shopFloor.tell(skus, 5, 'changed');
      const taken = await beckon.shopFloor.accepted(alerts);
      await beckon.settled();
      return { units: alerts, figures: paceOf(taken) };
    },
    processes: () => beckon.pids,
    drivesOnly: true,
    close: () => beckon.close(),
  };
}

/** Of every Page and every ten seconds in which its line was full: the least and the most that left. */
function paceOf(taken: readonly Acceptance[]): Record<string, number> {
  const first = Math.min(...taken.map(({ at }) => at)) + SETTLING_MS;
  let least = Infinity;
  let most = 0;
  for (const page of new Set(taken.map((one) => one.page))) {
    const times = taken.filter((one) => one.page === page).map(({ at }) => at);
    const last = Math.max(...times);
    for (const from of times) {
      const n = times.filter((at) => at >= from && at < from + SPAN_MS).length;
      most = Math.max(most, n);
      if (from >= first && from + SPAN_MS <= last) least = Math.min(least, n);
    }
  }
  const full = (PACE * SPAN_MS) / 1000;
  return { 'least share of the pace': least / full, 'most over the pace in 10 s': most - full };
}

const row: Row = {
  id: 'P8',
  title: 'Thirty Pages at once, each at its pace, while work waits',
  unit: 'alert',
  about:
    `${PAGES} Pages at ${PACE} messages a second, each with a full line. Of every ten seconds of every Page, by the ` +
    "sandbox's times of acceptance: the least share of its pace that left (the line being full), and the most above it.",
  servers: ['kafka', 'redis', 'postgres'],
  contenders: [{ id: 'beckon', title: 'Beckon', open }],
  goals: [
    { kind: 'figure', figure: 'least share of the pace', unit: 'of 1', atLeast: 0.99 },
    { kind: 'figure', figure: 'most over the pace in 10 s', unit: 'messages', atMost: 1 },
  ],
  rounds: 3,
};
export default row;
