/** `npm run proof -- away`. */
import { Option, type Command } from 'commander';
import { kills } from '../kills.js';
import { number } from '../options.js';
import { Runs, type Run } from '../run.js';
import { MOST_KNOCKS } from './judge.js';
import { AWAY, AWAY_LOAD, Away, HOW, lastsMs, type AwayOptions, type AwayServer, type How } from './away.js';

/** What the two forms do unless it is said. */
const LONG = { seconds: 60, warmUpMs: 150_000, calmMs: 15_000, alertsPerMinute: 500 };
const SHORT = { seconds: 6, warmUpMs: 3_000, calmMs: 2_000, alertsPerMinute: 300 };

interface Wanted {
  readonly short: boolean;
  readonly server?: AwayServer;
  readonly how: How;
  readonly seconds?: number;
}

/** The row, and for how long a load has to flow for it, in minutes. */
export function awayRow(folder: string, o: Wanted): { row: Away; minutes: number } {
  const { seconds, warmUpMs, calmMs } = o.short ? SHORT : LONG;
  const servers = o.server ? [o.server] : AWAY.filter((name) => o.how === 'gone' || name !== 'messenger');
  const options: AwayOptions = {
    ...{ servers, how: o.how, awayMs: (o.seconds ?? seconds) * 1000, warmUpMs, calmMs, memory: !o.short, folder },
  };
  return { row: new Away(options), minutes: lastsMs(options) / 60_000 };
}

/** One run of it. @returns the exit code */
export async function away(run: Run, o: Wanted): Promise<number> {
  const { alertsPerMinute } = o.short ? SHORT : LONG;
  return kills({ ...run, ...awayRow(run.folder, o), size: { ...AWAY_LOAD, alertsPerMinute }, faults: false });
}

/** Adds the command. */
export function addAwayCommand(program: Command): void {
  program
    .command('away')
    .description('R10: Kafka, Redis, Postgres or Messenger is gone for a minute under load')
    .addOption(new Option('--server <name>', 'which one').choices(AWAY).default(undefined, 'each in turn'))
    .addOption(
      new Option('--how <how>', 'gone: nobody listens; silent: it takes everything and answers nothing')
        .choices(HOW)
        .default('gone'),
    )
    .option('--seconds <n>', `for how long (${LONG.seconds}, short: ${SHORT.seconds})`, number(1, 3_600))
    .option('--short', 'the form for CI', false)
    .option('--seed <n>', 'the same seed, the same load', number(0, 4_294_967_295), 1)
    .option('--keep', "keep the servers' data", false)
    .action(
      async (
        o: { server?: AwayServer; how: How; seconds?: number; short: boolean; seed: number; keep: boolean },
        command: Command,
      ) => {
        if (o.server === 'messenger' && o.how === 'silent')
          command.error('error: a silent Messenger loses answers, and that is the matter of kills', { exitCode: 2 });
        process.exitCode = await away(new Runs().begin('away', o), o);
      },
    )
    .addHelpText(
      'after',
      `
Judged, beside the rows of the verdict:
  memory       what each process of each service holds after a whole collection of its garbage (resident), at the end of
               the absence and ten seconds after the return: at most 10 % more than in the calm before (long form only)
  connections  opened to the server: from one second after it went to ten after its return in no second more than ${MOST_KNOCKS}
               for each process that uses it; and in the ten seconds after the return at most twice as many as were
               open before, to Messenger at most one for each message that the pace allows
  herd         messages to Messenger in the ten seconds after the return: in no second and no ten seconds more of one
               Page than its pace (${AWAY_LOAD.pacePerSecond}/s) allows in one second more`,
    );
}
