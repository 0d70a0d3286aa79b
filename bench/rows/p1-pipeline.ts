import { BeckonContender } from '../pipeline/beckon.js';
import { NaiveContender } from '../pipeline/naive.js';
import type { Bed, Contender, Row } from '../row.js';

/** Most that the platform takes from one Page: the pace is lifted to it, so that the pipeline is the limit. */
const LIFTED = 300;
const PAGES = 100;

interface Pipeline {
  readonly pids: readonly number[];
  prepare(count: number): Promise<string[]>;
  restock(skus: readonly string[], alerts: number): Promise<{ perSecond: number }>;
  close(): Promise<void>;
}

/** A contender whose rounds send so many alerts. */
function alerting(pipeline: Pipeline, alerts: number): Contender {
  let skus: string[] = [];
  return {
    before: async () => {
      skus = await pipeline.prepare(alerts);
    },
    round: async () => {
      const { perSecond } = await pipeline.restock(skus, alerts);
      return { units: alerts, figures: { 'alerts/s until the last acceptance': perSecond } };
    },
    processes: () => pipeline.pids,
    drivesOnly: true,
    close: () => pipeline.close(),
  };
}

const beckon = async (bed: Bed): Promise<Contender> =>
  alerting(
    await BeckonContender.open(bed, { pages: bed.size ?? PAGES, pacePerSecond: LIFTED }),
    bed.quick ? 2000 : 6000,
  );
const naive = async (bed: Bed): Promise<Contender> =>
  alerting(await NaiveContender.open(bed, { pages: PAGES }), bed.quick ? 500 : 1500);

const row: Row = {
  id: 'P1',
  title: 'The whole pipeline at saturation, against a naive Nest service',
  unit: 'alert',
  about:
    'Stock events of SKUs for which ten shoppers each wait, 100 Pages, pace lifted to what the platform takes. Ours: five ' +
    'services, three exact windows, ledger, grants, echoes (in batches of 20 ms), ended subscriptions, all of it until nothing moves any more. ' +
    'The peer: one Nest service in two replicas, @EventPattern per message, rate-limiter-flexible, fetch, a claim row ' +
    'and a settle row per alert, decisions and deliveries on the same topics, no echoes. The sandbox judges both; its ' +
    'CPU is in neither.',
  servers: ['kafka', 'redis', 'postgres'],
  contenders: [
    { id: 'beckon', title: 'Beckon', open: beckon },
    { id: 'naive', title: 'naive Nest service', open: naive },
  ],
  goals: [
    { kind: 'times', cost: 'wall', peer: 'naive', atLeast: 15 },
    { kind: 'times', cost: 'cpu', peer: 'naive', atLeast: 8 },
  ],
  growth: [{ axis: 'Pages', contender: 'beckon', sizes: [100, 1000], atMost: 1.2 }],
};
export default row;
