/** `npm run proof -- holes`. */
import type { Command } from 'commander';
import { number } from '../options.js';
import { Runs, type Run } from '../run.js';
import { holes } from './holes.js';
import { TRIALS } from './trials.js';

const LONG_RECORDS = 3_000;
const SHORT_RECORDS = 60;

/** One run of it. @returns the exit code */
export const holesRow = (run: Run, { short }: { readonly short: boolean }): Promise<number> =>
  holes(run, { records: short ? SHORT_RECORDS : LONG_RECORDS });

/** Adds the command. */
export function addHolesCommand(program: Command): void {
  program
    .command('holes')
    .description('R8: topics are created again, retention overruns, offsets are lost: told before anything is skipped')
    .option('--short', 'the form for CI', false)
    .option('--seed <n>', 'the same seed, the same records', number(0, 4_294_967_295), 1)
    .option('--keep', "keep the servers' data", false)
    .action(async (o: { short: boolean; seed: number; keep: boolean }) => {
      process.exitCode = await holesRow(new Runs().begin('holes', o), o);
    })
    .addHelpText(
      'after',
      `
Trials, each on a shop's topic of two partitions:
${TRIALS.map(({ name, readers }) => `  ${name} (readers ${readers})`).join('\n')}

Judged, by ingestion's log, its metric beckon_kafka_stopped_partitions, and what a plain consumer reads of it:
  a partition that lacks records which nobody had read: it is told that it stands still, and nothing behind the hole is
  taken in; the other partition goes on; what lay before is taken in once; where nothing is missing, nothing stops`,
    );
}
