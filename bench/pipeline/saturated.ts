/** The whole pipeline at saturation, as a contender: what P1 compares and P2 takes apart. */
import type { Bed, Contender } from '../row.js';
import { BeckonContender } from './beckon.js';

/** Most that the platform takes from one Page: the pace is lifted to it, so that the pipeline is the limit. */
export const LIFTED = 300;
/** Pages that share the load. */
export const PAGES = 100;

/** A pipeline that can be told to alert. */
interface Pipeline {
  readonly pids: readonly number[];
  prepare(count: number): Promise<string[]>;
  restock(skus: readonly string[], alerts: number): Promise<{ perSecond: number }>;
  close(): Promise<void>;
}

/** A contender whose rounds send so many alerts. */
export function alerting(pipeline: Pipeline, alerts: number): Contender {
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

/** Our five services, {@link PAGES} Pages unless the bed has a size of its own. */
export const saturated = async (bed: Bed): Promise<Contender> =>
  alerting(await BeckonContender.open(bed, { pages: bed.size ?? PAGES, pacePerSecond: LIFTED }), alertsOfRound(bed));

/** Alerts of one round of the whole pipeline. */
export const alertsOfRound = ({ quick }: Pick<Bed, 'quick'>): number => (quick ? 2000 : 6000);
