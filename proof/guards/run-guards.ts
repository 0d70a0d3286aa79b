/**
 * Tries guards: each takes one line away in a mirror of the source tree, and a test must go red on an assertion.
 *
 *   1. the list fits the code (each line is there, once);
 *   2. every mutation type-checks; meanwhile, the tests pass while the lines are there;
 *   3. each mutation by itself: Jest on its spec, then the file is put back.
 *
 * At most two run at once, each in a mirror of its own. Real servers are started once for all that need them.
 */
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as yieldToOthers } from 'node:timers/promises';
import { Guard as ProcessGuard, startStack, stateFolder, type Stack } from '@beckon/stack';
import { GuardOutdated, isPure, mutate, type Guard } from './guard.js';
import { baselineFault, judge, type Verdict } from './judge.js';
import { Mirror } from './mirror.js';
import type { RunReport } from './report.js';
import { runJest } from './run-jest.js';
import { TypeChecker } from './type-check.js';

/** What became of one guard. */
export interface GuardResult extends Verdict {
  readonly guard: Guard;
  readonly ms: number;
  /** Seeds that its tests named. */
  readonly seeds: readonly string[];
}

export interface GuardRun {
  /** The repository's root. */
  readonly repository: string;
  readonly guards: readonly Guard[];
  /** Mirrors, and so guards that are tried at the same time. */
  readonly lanes: number;
  /** Told what is being done. */
  readonly log: (line: string) => void;
  /** Told of each guard as it is decided. */
  readonly onResult: (result: GuardResult) => void;
  /** Aborted: everything is stopped and removed; the promise rejects. */
  readonly signal: AbortSignal;
}

/** Tries all; resolves with their results in the order of the list. @throws GuardOutdated before anything is started */
export async function runGuards(run: GuardRun): Promise<GuardResult[]> {
  const texts = new Map(run.guards.map((g) => [g, mutated(run.repository, g)]));
  const home = join(stateFolder(), 'guards');
  mkdirSync(home, { recursive: true });
  const processes = await ProcessGuard.start(join(home, 'run.json'), run.log);
  const mirrors: Mirror[] = [];
  let stack: Stack | undefined;
  const stop = (): void => void processes.stop();
  run.signal.addEventListener('abort', stop);
  const results = new Map<Guard, GuardResult>();
  const decide = (result: GuardResult): void => {
    results.set(result.guard, result);
    run.onResult(result);
  };
  try {
    run.signal.throwIfAborted();
    for (let n = 1; n <= run.lanes; n += 1) mirrors.push(Mirror.make(run.repository, join(home, `mirror-${n}`)));
    if (run.guards.some((g) => !isPure(g))) {
      run.log('starting servers');
      stack = await startStack({ persistent: false, log: run.log, signal: run.signal });
    }
    const bench: Bench = { processes, env: environment(stack), logFile: join(home, 'jest.log') };
    rmSync(bench.logFile, { force: true });
    const [untyped, unready] = await Promise.all([checkTypes(run, texts), checkBaseline(run, mirrors, bench)]);
    const faultOf = (guard: Guard): string | undefined => untyped.get(guard) ?? unready.get(guard);
    for (const guard of run.guards) {
      const detail = faultOf(guard);
      if (detail !== undefined) decide({ guard, verdict: 'void', detail, ms: 0, seeds: [] });
    }
    const ready = run.guards.filter((guard) => faultOf(guard) === undefined);
    run.log(`${ready.length} guards, ${mirrors.length} at once`);
    await Promise.all(
      mirrors.map(async (mirror) => {
        for (let guard = ready.shift(); guard; guard = ready.shift()) {
          const result = await tryGuard(guard, texts.get(guard) ?? '', mirror, bench);
          run.signal.throwIfAborted(); // what we ended ourselves proves nothing
          decide(result);
        }
      }),
    );
    run.signal.throwIfAborted();
    return run.guards.flatMap((g) => results.get(g) ?? []);
  } finally {
    run.signal.removeEventListener('abort', stop);
    await processes.stop();
    await stack?.stop();
    for (const mirror of mirrors) mirror.remove();
    // What Jest wrote stays for a look when something is wrong.
    if ([...results.values()].every((r) => r.verdict === 'caught')) rmSync(home, { recursive: true, force: true });
  }
}

/** What a run of Jest needs beside a mirror. */
interface Bench {
  readonly processes: ProcessGuard;
  readonly env: Record<string, string>;
  readonly logFile: string;
}

function mutated(repository: string, guard: Guard): string {
  const path = join(repository, guard.file);
  if (!existsSync(path)) throw new GuardOutdated(`guard ${guard.id}: ${guard.file} is gone, update the list`);
  return mutate(guard, readFileSync(path, 'utf8'));
}

/** Mutations that do not type-check, and why not. What is no TypeScript is left to its tests. */
async function checkTypes(run: GuardRun, texts: ReadonlyMap<Guard, string>): Promise<Map<Guard, string>> {
  const began = performance.now();
  const typed = run.guards.filter((g) => g.file.endsWith('.ts'));
  const files = typed.map((g) => g.file);
  const checker = new TypeChecker(run.repository, files);
  const found = new Map<Guard, string>();
  for (const guard of typed) {
    await yieldToOthers(); // Ctrl-C, and Jest that runs beside us
    run.signal.throwIfAborted();
    const faults = checker.faults(guard.file, texts.get(guard) ?? '');
    if (faults.length > 0) found.set(guard, `does not type-check: ${faults.join('; ')}`);
  }
  run.log(`${typed.length - found.size} of ${typed.length} mutations type-check ${seconds(performance.now() - began)}`);
  return found;
}

/** Guards whose tests are not there, or do not pass while nothing is mutated, and why. */
async function checkBaseline(run: GuardRun, mirrors: readonly Mirror[], bench: Bench): Promise<Map<Guard, string>> {
  const found = new Map<Guard, string>();
  const [mirror] = mirrors;
  if (!mirror) return found;
  for (const suite of ['unit', 'int'] as const) {
    const guards = run.guards.filter((g) => g.test.suite === suite);
    if (guards.length === 0) continue;
    const began = performance.now();
    const files = [...new Set(guards.map((g) => g.test.file))];
    const names = guards.flatMap((g) => g.test.name ?? []);
    const order = { suite, files, names: names.length === guards.length ? names : [], workers: mirrors.length };
    const report = await runJest(mirror, order, bench);
    run.signal.throwIfAborted();
    run.log(`${files.length} ${suite} specs without a mutation ${seconds(performance.now() - began)}`);
    for (const guard of guards) {
      const fault = baselineFault(guard, report, (file) => mirror.path(file));
      if (fault !== undefined) found.set(guard, fault);
    }
  }
  return found;
}

async function tryGuard(guard: Guard, text: string, mirror: Mirror, bench: Bench): Promise<GuardResult> {
  const began = performance.now();
  const { suite, file, name } = guard.test;
  mirror.replace(guard.file, text);
  let report: RunReport | undefined;
  try {
    report = await runJest(
      mirror,
      { suite, files: [file], names: name === undefined ? [] : [name], workers: 1 },
      bench,
    );
  } finally {
    mirror.restore(guard.file);
  }
  const seeds = report?.files.flatMap((f) => f.seeds) ?? [];
  return { guard, ...judge(report), ms: performance.now() - began, seeds };
}

/** Our own, with the addresses of the servers; mirrors share our state folder, where downloaded servers lie. */
function environment(stack: Stack | undefined): Record<string, string> {
  const own = Object.entries(process.env).flatMap(([k, v]): [string, string][] => (v === undefined ? [] : [[k, v]]));
  const servers = stack && {
    KAFKA_BROKERS: stack.kafkaBrokers.join(','),
    REDIS_URL: stack.redisUrl,
    DATABASE_URL: stack.databaseUrl,
  };
  return { ...Object.fromEntries(own), ...servers, BECKON_STATE: stateFolder(), FORCE_COLOR: '0' };
}

/** ` (1.2 s)`. */
export const seconds = (ms: number): string => `(${(ms / 1000).toFixed(1)} s)`;
