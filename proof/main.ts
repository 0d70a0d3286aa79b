/** `npm run proof -- <command>`: claims that a stranger can run. */
import { Command, CommanderError, Option } from 'commander';
import { addAllCommands } from './all/command.js';
import { addAwayCommand } from './away/command.js';
import { check } from './checker/check.js';
import { ROWS } from './checker/evidence.js';
import { evidenceIn } from './checker/right-log.js';
import { rightLogs, wrongLogs } from './checker/wrong-logs.js';
import { addGuardsCommand } from './guards/command.js';
import { addHolesCommand } from './holes/command.js';
import { judge } from './judge.js';
import { kills } from './kills.js';
import { FULL } from './load/plan.js';
import { number } from './options.js';
import { addPoisonCommand } from './poison/command.js';
import { addRebalancesCommand } from './rebalances/command.js';
import { Runs } from './run.js';
import { addWebhooksCommand } from './webhooks/command.js';
import { PEERS, type Peer } from './world/peer.js';

interface KillsInput {
  readonly minutes: number;
  readonly seed: number;
  readonly alertsPerMinute: number;
  readonly faults: boolean;
  readonly peer?: Peer;
  readonly keep: boolean;
}

const print = (line: string): void => void process.stdout.write(`${line}\n`);

const program = new Command('npm run proof --').description('Shows that the promises hold.').exitOverride();

program
  .command('list')
  .description('what can be shown')
  .action(() => {
    for (const { name, description } of program.commands.map((c) => ({ name: c.name(), description: c.description() })))
      if (name !== 'list') print(`  ${name.padEnd(10)} ${description}`);
  });

program
  .command('kills')
  .description('everything is killed, frozen and cut off under load; nothing is lost, doubled, over a limit or stale')
  .option('--minutes <n>', 'how long the load goes on', number(0.2, 600), 5)
  .option('--seed <n>', 'the same seed, the same load and the same faults', number(0, 4_294_967_295), 1)
  .option('--alerts-per-minute <n>', 'how many alerts are asked for', number(20, 20_000), FULL.alertsPerMinute)
  .option('--no-faults', 'break nothing: shows that the load by itself comes out right')
  .addOption(new Option('--peer <name>', 'run another service in the place of ours and show its counts').choices(PEERS))
  .option('--keep', "keep the servers' data", false)
  .action(async (o: KillsInput) => {
    const { minutes, faults, peer, alertsPerMinute } = o;
    const run = new Runs().begin(peer ? `kills-${peer}` : 'kills', o);
    const size = { ...FULL, alertsPerMinute };
    process.exitCode = await kills({ ...run, minutes, faults, size, ...(peer ? { peer } : {}) });
  });

program
  .command('check')
  .description('judges the files of an earlier run once more')
  .argument('<folder>')
  .action((folder: string) => {
    process.exitCode = judge(folder, print);
  });

program
  .command('checker')
  .description('the checker itself refuses every log that is wrong')
  .action(() => {
    let failed = 0;
    const tell = (ok: boolean, row: string, what: string): void => {
      if (!ok) failed += 1;
      print(` ${ok ? '✓' : '✗'} ${row.padEnd(17)} ${what}`);
    };
    for (const { what, log } of rightLogs()) tell(check(evidenceIn(log)).first === undefined, 'right', what);
    for (const { what, row, log } of wrongLogs()) tell(check(evidenceIn(log)).rows[row].length > 0, row, what);
    print(failed === 0 ? `\n   all of ${wrongLogs().length} wrong logs refused` : `\n   ${failed} misjudged`);
    process.exitCode = failed === 0 ? 0 : 1;
  });

addAwayCommand(program);
addRebalancesCommand(program);
addPoisonCommand(program);
addHolesCommand(program);
addWebhooksCommand(program);
addAllCommands(program);
addGuardsCommand(program);
program.addHelpText('after', `\nRows of the verdict:\n${rowsHelp()}`);

try {
  await program.parseAsync(process.argv);
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  process.exitCode = error.exitCode === 0 ? 0 : 2;
}
// Connections to what was ended may hold us for minutes; there is nothing more to do.
process.exit();

function rowsHelp(): string {
  return Object.entries(ROWS)
    .map(([row, what]) => `  ${row.padEnd(17)} ${what}`)
    .join('\n');
}
