/** `npm run proof -- guards`: takes every promise's line away in turn and looks whether a test notices. */
import { fileURLToPath } from 'node:url';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { StateInUseError } from '@beckon/stack';
import pc from 'picocolors';
import { allGuards } from './all-guards.js';
import { GuardOutdated, isPure, type Guard } from './guard.js';
import { runGuards, seconds, type GuardResult } from './run-guards.js';

const REPOSITORY = fileURLToPath(new URL('../../../', import.meta.url));
const MOST_LANES = 2;

interface GuardsOptions {
  readonly pure: boolean;
  readonly only?: readonly string[];
  readonly list: boolean;
  readonly lanes: number;
}

/** Adds the command to a program; the exit code is left in `process.exitCode`. */
export function addGuardsCommand(program: Command): void {
  program
    .command('guards')
    .description('Removes each line that keeps a promise, one by one, and checks that a test goes red on an assertion.')
    .option('--pure', 'only those whose tests need no servers', false)
    .option('--only <id...>', 'only these guards (an id, or its beginning: optin/)')
    .option('--list', 'say what is guarded, and by which test', false)
    .addOption(
      new Option('--lanes <n>', 'guards tried at the same time, each in a copy of the sources')
        .default(MOST_LANES)
        .argParser(readLanes),
    )
    .action(async (options: GuardsOptions) => {
      process.exitCode = options.list ? list(chosen(options)) : await tryAll(options);
    });
}

function chosen({ pure, only }: GuardsOptions): Guard[] {
  const fits = (guard: Guard): boolean => !only || only.some((id) => guard.id === id || guard.id.startsWith(id));
  return allGuards.filter((guard) => fits(guard) && (!pure || isPure(guard)));
}

function list(guards: readonly Guard[]): number {
  for (const { id, promise, file, test } of guards)
    say(
      `${pc.bold(id)}  ${promise}\n    ${file}\n    ${test.suite}: ${test.file}${test.name ? ` › ${test.name}` : ''}`,
    );
  say(`${guards.length} guards, ${guards.filter(isPure).length} of them pure`);
  return 0;
}

async function tryAll(options: GuardsOptions): Promise<number> {
  const guards = chosen(options);
  if (guards.length === 0) {
    complain(`no guard is called ${options.only?.join(', ') ?? 'anything'}; see --list`);
    return 2;
  }
  const stopping = new AbortController();
  const stop = (): void => stopping.abort(new Error('stopped'));
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
  const began = performance.now();
  const width = Math.max(...guards.map((g) => g.id.length));
  let done = 0;
  try {
    const results = await runGuards({
      repository: REPOSITORY,
      guards,
      lanes: options.lanes,
      log: (line) => say(pc.dim(line)),
      onResult: (result) => say(line(result, `${(done += 1)}`.padStart(String(guards.length).length), width)),
      signal: stopping.signal,
    });
    return summary(results, performance.now() - began);
  } catch (error) {
    if (stopping.signal.aborted) {
      complain('stopped; the copies are removed');
      return 130;
    }
    if (!(error instanceof GuardOutdated || error instanceof StateInUseError)) throw error;
    complain(error.message);
    return 1;
  }
}

const MARK = { caught: pc.green('caught'), missed: pc.red('MISSED'), void: pc.yellow('void  ') };

/** One row of the table; what is wrong gets a second line. */
function line({ guard, verdict, detail, ms, seeds }: GuardResult, no: string, width: number): string {
  const row = `${no}  ${MARK[verdict]}  ${guard.id.padEnd(width)}  ${(ms / 1000).toFixed(1).padStart(5)} s`;
  const seed = seeds.length > 0 ? pc.dim(`  seed ${seeds.join(', ')}`) : '';
  return verdict === 'caught' ? `${row}${seed}` : `${row}${seed}\n      ${guard.promise}\n      ${detail}`;
}

function summary(results: readonly GuardResult[], ms: number): number {
  const count = (of: GuardResult['verdict']): number => results.filter((r) => r.verdict === of).length;
  const pure = results.filter((r) => isPure(r.guard)).length;
  say(
    `${results.length} guards (${pure} pure, ${results.length - pure} on real servers): ` +
      `${count('caught')} caught, ${count('missed')} missed, ${count('void')} void ${seconds(ms)}`,
  );
  return count('caught') === results.length ? 0 : 1;
}

function readLanes(text: string): number {
  const n = Number(text);
  if (!Number.isInteger(n) || n < 1 || n > MOST_LANES) throw new InvalidArgumentError(`1 to ${MOST_LANES}`);
  return n;
}

const say = (text: string): void => void process.stdout.write(`${text}\n`);
const complain = (text: string): void => void process.stderr.write(`${text}\n`);
