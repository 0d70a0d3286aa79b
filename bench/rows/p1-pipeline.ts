import { NaiveContender } from '../pipeline/naive.js';
import { alerting, PAGES, saturated } from '../pipeline/saturated.js';
import type { Bed, Contender, Row } from '../row.js';

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
    { id: 'beckon', title: 'Beckon', open: saturated },
    { id: 'naive', title: 'naive Nest service', open: naive },
  ],
  goals: [
    { kind: 'times', cost: 'wall', peer: 'naive', atLeast: 15 },
    { kind: 'times', cost: 'cpu', peer: 'naive', atLeast: 8 },
  ],
  growth: [{ axis: 'Pages', contender: 'beckon', sizes: [100, 1000], atMost: 1.2 }],
};
export default row;
