/** `npm run bench`: lists the rows, runs them, prints a table each and keeps the figures. */
import { Command, InvalidArgumentError } from 'commander';
import { mkdirSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadRow, loadRows } from './load-rows.js';
import { isMissed, report, save, wanted } from './report.js';
import { runRow } from './run-row.js';

interface Options {
  readonly quick: boolean;
  readonly long: boolean;
  readonly profile: boolean;
  readonly rounds?: number;
}

const repository = fileURLToPath(new URL('../../', import.meta.url));
const RESULTS = `${repository}bench/results`;

const program = new Command('npm run bench --')
  .description(
    'Measures Beckon against its peers: interleaved rounds, CPU per unit beside time, a verdict for each goal.\n' +
      'Exits with 1 when a goal was missed. Figures go to bench/results/.',
  )
  .argument('<row...>', '`list`, or rows by id: P6')
  .option('--quick', 'a rough look: less work, three rounds', false)
  .option('--long', 'also the sizes that take long', false)
  .option('--rounds <n>', 'timed rounds (5 if the row does not say otherwise)', positive)
  .option('--profile', 'leave CPU profiles of all contenders, and what Postgres ran, in bench/results/', false)
  .action(async (ids: string[], options: Options) => {
    process.exitCode = await (ids.includes('list') ? list() : run(ids, options));
  });

try {
  await program.parseAsync();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
}

async function list(): Promise<number> {
  for (const row of await loadRows()) {
    const goals = [
      ...row.goals.map(wanted),
      ...(row.growth ?? []).map(({ axis, atMost }) =>
        atMost === undefined ? `growth by ${axis} shown` : `growth by ${axis} ≤ ${atMost}×`,
      ),
    ];
    console.log(`${row.id.padEnd(4)} ${row.title}\n     goals: ${goals.join('; ')}\n     ${row.about}\n`);
  }
  return 0;
}

async function run(ids: readonly string[], { quick, long, profile, rounds }: Options): Promise<number> {
  const rows = await Promise.all(ids.map(loadRow)); // a mistyped id is told before anything runs
  let worst = 0;
  for (const row of rows) {
    const profileFolder = profile ? `${RESULTS}/${row.id}-profiles` : undefined;
    if (profileFolder) mkdirSync(profileFolder, { recursive: true });
    const say = (line: string): void => void process.stderr.write(`${row.id}: ${line}\n`);
    const result = await runRow(row, { quick, long, rounds, profileFolder, repository, say });
    console.log(report(result));
    console.log(`    ${relative(process.cwd(), save(result, RESULTS))}`);
    if (isMissed(result)) worst = 1;
  }
  return worst;
}

function positive(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('a whole number from 1 on');
  return value;
}
