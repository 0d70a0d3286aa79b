import { Command, CommanderError } from 'commander';
import { deadLettersCommands } from './commands/dead-letters.js';
import { emitCommand } from './commands/emit.js';
import { explainCommand } from './commands/explain.js';
import { pagesCommands } from './commands/pages.js';
import { keysCommands } from './commands/keys.js';
import { shopsCommands } from './commands/shops.js';
import { snapshotCommand } from './commands/snapshot.js';
import { tailCommand } from './commands/tail.js';
import { topicsCommands } from './commands/topics.js';
import { Fault, UsageFault } from './faults.js';
import type { Terminal } from './terminal.js';

/**
 * Runs one command line. Answers the exit code: 0 done, 1 something is wrong, 2 the command was not understood.
 * Data goes to `terminal.out`, everything said about it to `terminal.err`.
 */
export async function run(args: readonly string[], terminal: Terminal): Promise<number> {
  try {
    await program(terminal).parseAsync([...args], { from: 'user' });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (error instanceof Fault) {
      const lines = typeof error.lines === 'string' ? [error.lines] : error.lines;
      for (const line of lines) terminal.err(terminal.colors.red(line));
      if (error.hint !== undefined) terminal.err(error.hint);
      return error instanceof UsageFault ? 2 : 1;
    }
    terminal.err(terminal.colors.red(`beckon: ${(error as Error).message}`));
    if (terminal.env['BECKON_DEBUG']) terminal.err((error as Error).stack ?? '');
    return 1;
  }
}

function program(terminal: Terminal): Command {
  const beckon = new Command('beckon')
    .description('Operator’s commands of Beckon: settings, topics, records, and why somebody was or was not told.')
    .addHelpText(
      'after',
      [
        '',
        'Examples:',
        '  $ beckon topics apply',
        '  $ beckon shops apply shop.yaml --dry-run',
        '  $ beckon keys create --shop aurora --label "product pages" --scope links:write',
        '  $ beckon emit offer --shop aurora --sku red-coat-m --units 3',
        '  $ beckon explain aurora:red-coat-m',
        '',
        'Kafka is found through KAFKA_BROKERS (and TOPIC_PREFIX, KAFKA_SSL, KAFKA_SASL_…), else beside a running `npm start`.',
        'Exit codes: 0 done, 1 something is wrong, 2 the command was not understood.',
      ].join('\n'),
    )
    .showHelpAfterError('(--help shows what there is)');
  // Subcommands inherit both from the program when they are made, so they come first.
  beckon.exitOverride().configureOutput({
    writeOut: (text) => terminal.out(text.replace(/\n$/, '')),
    writeErr: (text) => terminal.err(text.replace(/\n$/, '')),
  });
  topicsCommands(beckon, terminal);
  shopsCommands(beckon, terminal);
  pagesCommands(beckon, terminal);
  keysCommands(beckon, terminal);
  emitCommand(beckon, terminal);
  snapshotCommand(beckon, terminal);
  explainCommand(beckon, terminal);
  tailCommand(beckon, terminal);
  deadLettersCommands(beckon, terminal);
  return beckon;
}
