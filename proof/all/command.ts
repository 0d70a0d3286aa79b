/** `npm run proof -- short` and `npm run proof -- long`: all rows, one after the other, and a table at the end. */
import type { Command } from 'commander';
import { away, awayRow } from '../away/command.js';
import { AWAY_LOAD } from '../away/away.js';
import { holesRow } from '../holes/command.js';
import { kills } from '../kills.js';
import { FULL } from '../load/plan.js';
import { number } from '../options.js';
import { poisonRow } from '../poison/command.js';
import { rebalances, rebalancesRow } from '../rebalances/command.js';
import { RowsInTurn } from '../rows-in-turn.js';
import { Runs, type Run } from '../run.js';
import { webhooksRow } from '../webhooks/command.js';
import { tableOf, type Ended } from './table.js';

interface Entry {
  readonly name: string;
  readonly seed: number;
  readonly play: (run: Run) => Promise<number>;
}

const KILLS_MINUTES = 10;
const SHORT_ALERTS_PER_MINUTE = 250;

/** Rebalances and absences share a world: it takes longer to start than either to play. */
function rebalancesAndAway(run: Run): Promise<number> {
  const [first, second] = [rebalancesRow(run, { short: true }), awayRow(run.folder, { short: true, how: 'gone' })];
  const row = new RowsInTurn([first.row, second.row]);
  const size = { ...AWAY_LOAD, alertsPerMinute: SHORT_ALERTS_PER_MINUTE };
  return kills({ ...run, row, minutes: first.minutes + second.minutes, size, faults: false });
}

const shortRows = (seed: number): Entry[] => [
  { name: 'poison', seed, play: (run) => poisonRow(run, { short: true }) },
  { name: 'holes', seed, play: (run) => holesRow(run, { short: true }) },
  { name: 'webhooks', seed, play: (run) => webhooksRow(run, { short: true }) },
  { name: 'rebalances-and-away', seed, play: rebalancesAndAway },
];

const longRows = (seed: number): Entry[] => [
  { name: 'rebalances', seed, play: (run) => rebalances(run, { short: false }) },
  { name: 'poison', seed, play: (run) => poisonRow(run, { short: false }) },
  { name: 'holes', seed, play: (run) => holesRow(run, { short: false }) },
  { name: 'webhooks', seed, play: (run) => webhooksRow(run, { short: false }) },
  { name: 'away-gone', seed, play: (run) => away(run, { short: false, how: 'gone' }) },
  { name: 'away-silent', seed, play: (run) => away(run, { short: false, how: 'silent' }) },
  ...[0, 1, 2].map((n) => ({
    ...{ name: 'kills', seed: seed + n },
    play: (run: Run) => kills({ ...run, minutes: KILLS_MINUTES, size: FULL, faults: true }),
  })),
];

/** Plays all; goes on after one that was not kept. @returns the exit code */
async function playAll(entries: readonly Entry[], keep: boolean): Promise<number> {
  const runs = new Runs();
  const { screen, signal } = runs;
  const ended: Ended[] = [];
  for (const { name, seed, play } of entries) {
    if (signal.aborted) break;
    const run = runs.begin(name, { seed, keep });
    screen.print(`\n  ${name}`);
    const begun = performance.now();
    const code = await play(run).catch((error: unknown) => {
      screen.say(error instanceof Error ? (error.stack ?? error.message) : String(error));
      return 2;
    });
    ended.push({ name, seed, code, ms: performance.now() - begun, folder: run.folder });
  }
  const { lines, code } = tableOf(ended, entries.length);
  for (const line of ['', ...lines]) screen.print(line);
  return code;
}

/** Adds the commands. */
export function addAllCommands(program: Command): void {
  const add = (name: string, description: string, rows: (seed: number) => Entry[]): void => {
    program
      .command(name)
      .description(description)
      .option('--seed <n>', 'of the load and the faults', number(0, 4_294_967_293), 1)
      .option('--keep', "keep the servers' data", false)
      .action(async ({ seed, keep }: { seed: number; keep: boolean }) => {
        process.exitCode = await playAll(rows(seed), keep);
      })
      .addHelpText(
        'after',
        `\nIn turn; one that is not kept does not end the others, and the exit code is 1 then:\n${rows(1)
          .map((row) => `  ${row.name}, seed ${row.seed === 1 ? 'as given' : `+ ${row.seed - 1}`}`)
          .join('\n')}`,
      );
  };
  add('short', 'the short forms of poison, holes, webhooks, rebalances and away: for CI', shortRows);
  add('long', 'the long forms of all, and ten minutes of kills with three seeds: for a night', longRows);
}
