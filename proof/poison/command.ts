/** `npm run proof -- poison`. */
import type { Command } from 'commander';
import { number } from '../options.js';
import { Runs, type Run } from '../run.js';
import { KEEP, PUT_ASIDE_MS } from './judge.js';
import { poison, type PoisonOptions } from './poison.js';

const LONG: PoisonOptions = { pairs: 9, good: 20_000, steadySeconds: 60 };
const SHORT: PoisonOptions = { pairs: 4, good: 16_000, steadySeconds: 6 };

/** One run of it. @returns the exit code */
export const poisonRow = (run: Run, { short }: { readonly short: boolean }): Promise<number> =>
  poison(run, short ? SHORT : LONG);

/** Adds the command. */
export function addPoisonCommand(program: Command): void {
  program
    .command('poison')
    .description('R7 (without replay): one record in a hundred cannot be read; the others do not wait for it')
    .option('--short', 'the form for CI', false)
    .option('--seed <n>', 'the same seed, the same records', number(0, 4_294_967_295), 1)
    .option('--keep', "keep the servers' data", false)
    .action(async (o: { short: boolean; seed: number; keep: boolean }) => {
      process.exitCode = await poisonRow(new Runs().begin('poison', o), o);
    })
    .addHelpText(
      'after',
      `
Judged, by what two plain consumers read from ingestion's topics:
  quarantine  every bad record is among the dead letters, with a reason and its very bytes, at most ${PUT_ASIDE_MS / 1000} s after it was
              read: after it was written, or after the good record before it in its partition was out, if that was later
              (or no later than the slowest good record of the run, where the machine holds up all)
  good ones   each comes out exactly once
  rate        rounds with 1 % poison and without, in turn: for the same CPU at least ${100 * KEEP} % of the good records, by the
              median of the pairs; the clock's figure beside it`,
    );
}
