/** `npm run proof -- rebalances`. */
import type { Command } from 'commander';
import { kills } from '../kills.js';
import { FULL } from '../load/plan.js';
import { number } from '../options.js';
import { Runs, type Run } from '../run.js';
import { MOST_IDLE_MS, SESSION_MS } from './judge.js';
import { Rebalances } from './rebalances.js';

const LONG_COUNT = 100;
const SHORT_COUNT = 20;
const ALERTS_PER_MINUTE = 700;
/** The load lasts so long at the most, for each rebalance that is wanted; on a free machine it takes a third. */
const LONGEST_MS_EACH = 3_500;

interface Wanted {
  readonly short: boolean;
  readonly count?: number;
}

/** The row, and for how long a load has to flow for it at most, in minutes. */
export function rebalancesRow({ folder, seed }: Run, o: Wanted): { row: Rebalances; minutes: number } {
  const count = o.count ?? (o.short ? SHORT_COUNT : LONG_COUNT);
  return { row: new Rebalances({ count, seed, folder }), minutes: (30_000 + count * LONGEST_MS_EACH) / 60_000 };
}

/** One run of it. @returns the exit code */
export const rebalances = (run: Run, o: Wanted): Promise<number> =>
  kills({ ...run, ...rebalancesRow(run, o), size: { ...FULL, alertsPerMinute: ALERTS_PER_MINUTE }, faults: false });

/** Adds the command. */
export function addRebalancesCommand(program: Command): void {
  program
    .command('rebalances')
    .description('R6: members of all consumer groups come and go, killed and politely, under load')
    .option('--count <n>', `rebalances to be seen (${LONG_COUNT}, short: ${SHORT_COUNT})`, number(1, 100_000))
    .option('--short', 'the form for CI', false)
    .option('--seed <n>', 'the same seed, the same load', number(0, 4_294_967_295), 1)
    .option('--keep', "keep the servers' data", false)
    .action(async (o: { count?: number; short: boolean; seed: number; keep: boolean }) => {
      process.exitCode = await rebalances(new Runs().begin('rebalances', o), o);
    })
    .addHelpText(
      'after',
      `
Judged, beside the rows of the verdict:
  rebalances  generations of Beckon's groups that the broker wrote into its own log of groups (__consumer_offsets)
  idle        a partition with records waiting whose position in Postgres does not move, by looks from outside twice a
              second: for no more than ${MOST_IDLE_MS / 1000} s; the ${SESSION_MS / 1000} s after a member of that service was killed do not count`,
    );
}
