/** What `npm start` can be asked for. */
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';

export interface LocalOptions {
  /** Stop after the demo's alerts arrived: exit 0 with their times, or 1 with the reason. */
  readonly once: boolean;
  /** Forget all data of earlier starts first. */
  readonly reset: boolean;
  /** How many processes of a service, where not one. */
  readonly scale: Readonly<Record<string, number>>;
}

/** The words were not understood (2), or only help was wanted (0). What there is to say has been written. */
export class CommandLineEnd extends Error {
  constructor(readonly exitCode: number) {
    super(`exit ${exitCode}`);
  }
}

/**
 * Reads the arguments after `npm start --`.
 * @param services names that may be scaled
 * @throws CommandLineEnd after writing the help or the fault
 */
export function parseCommandLine(
  argv: readonly string[],
  services: readonly string[],
  write: { out(text: string): void; err(text: string): void },
): LocalOptions {
  const command = new Command('npm start --')
    .description('Starts Kafka, Redis, Postgres, the five services and a Messenger sandbox on this machine.')
    .addOption(new Option('--once', 'exit after the demo: 0 when its alerts are on the phones, else 1').default(false))
    .addOption(new Option('--reset', 'forget all data of earlier starts first').default(false))
    .addOption(
      new Option('--scale <service=n>', 'run n processes of a service (repeatable)')
        .argParser((text, before: Record<string, number>) => ({ ...before, ...parseScale(text, services) }))
        .default({}, 'one of each'),
    )
    .addHelpText(
      'after',
      `
Examples:
  npm start                                start everything, play the demo, run until Ctrl-C
  npm start -- --once                      the same, then stop
  npm start -- --reset                     begin anew
  npm start -- --scale delivery=2          two delivery processes share the Pages

Environment:
  KAFKA_BROKERS, REDIS_URL, DATABASE_URL   use these instead of starting a server
  BECKON_STATE                             state folder (default: .beckon)
  NO_COLOR                                 plain output
`,
    )
    .allowExcessArguments(false)
    .configureOutput({ writeOut: (text) => write.out(text), writeErr: (text) => write.err(text) })
    .exitOverride();
  try {
    command.parse(argv as string[], { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) throw new CommandLineEnd(error.exitCode === 0 ? 0 : 2);
    throw error;
  }
  return command.opts<LocalOptions>();
}

function parseScale(text: string, services: readonly string[]): Record<string, number> {
  const [, name = '', count = ''] = /^([a-z-]+)=(\d+)$/.exec(text) ?? [];
  const n = Number(count);
  if (!name || n < 1 || n > 16) throw new InvalidArgumentError('Write it as delivery=2, with a number from 1 to 16.');
  if (!services.includes(name))
    throw new InvalidArgumentError(`There is no "${name}"; there is ${services.join(', ')}.`);
  return { [name]: n };
}
