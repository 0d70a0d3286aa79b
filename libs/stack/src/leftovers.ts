/**
 * What an earlier run left behind. A guard removes its run file when it has stopped everything; a run file that is
 * still there belongs to a run that goes on, to a guard that is just stopping, or to one that was killed. Only in the
 * last case do we end processes, and only those whose number *and* birth match what the file says.
 */
import { readFileSync, rmSync } from 'node:fs';
import type { RunRecord } from './guard-protocol.js';
import { isRunning, type ProcessIdentity } from './process-identity.js';
import { until } from './until.js';

/** Somebody uses this state folder right now. */
export class StateInUseError extends Error {
  /** @param pid the program that uses it */
  constructor(
    readonly runFile: string,
    readonly pid: number,
  ) {
    super(
      `Already running as process ${pid} (${runFile}). Stop it there, or give this run a folder of its own with BECKON_STATE.`,
    );
  }
}

/** The record of a run, or undefined when there is none (or it cannot be read: then nothing in it can be trusted). */
export function readRun(runFile: string): RunRecord | undefined {
  try {
    return JSON.parse(readFileSync(runFile, 'utf8')) as RunRecord;
  } catch {
    return undefined;
  }
}

/** Is the program of this run, or its guard, still there? */
export function isRunAlive(run: RunRecord): boolean {
  return [run.parent, run.guard].some((one) => one !== null && isRunning(one));
}

/**
 * Makes the run file free: waits up to 30 s for a guard that is stopping its servers, ends what a killed guard left.
 * @throws StateInUseError when the program of that run is still there
 */
export async function clearLeftovers(runFile: string, log: (line: string) => void): Promise<void> {
  const run = readRun(runFile);
  if (run) {
    const { parent, guard, processes } = run;
    if (guard && isRunning(guard)) {
      if (parent && isRunning(parent)) throw new StateInUseError(runFile, parent.pid);
      log('waiting for the servers of an earlier run to stop');
      await until(() => !isRunning(guard), {
        timeoutMs: 30_000,
        what: `guard ${guard.pid} of an earlier run to leave`,
      });
    }
    const left = processes.filter(isRunning);
    if (left.length) log(`ending what an earlier run left: ${left.map((p) => `${p.key} (${p.pid})`).join(', ')}`);
    await Promise.all(left.map(endProcess));
  }
  rmSync(runFile, { force: true });
}

/** SIGTERM, and SIGKILL when five seconds were not enough. Never touches a process that merely has the same number. */
export async function endProcess(target: ProcessIdentity): Promise<void> {
  signalIfOurs(target, 'SIGTERM');
  try {
    await until(() => !isRunning(target), { timeoutMs: 5_000, what: `process ${target.pid} to end` });
  } catch {
    signalIfOurs(target, 'SIGKILL');
    await until(() => !isRunning(target), { timeoutMs: 5_000, what: `process ${target.pid} to be killed` });
  }
}

function signalIfOurs(target: ProcessIdentity, signal: NodeJS.Signals): void {
  if (!isRunning(target)) return;
  try {
    process.kill(target.pid, signal);
  } catch {
    // it left between the look and the signal
  }
}
