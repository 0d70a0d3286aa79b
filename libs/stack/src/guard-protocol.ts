/** Messages between a program and its guard process, and the record the guard keeps for the next start. */
import type { ProcessIdentity } from './process-identity.js';

/** What the guard is asked to start. */
export interface SpawnOrder {
  /** Name of the process, unique among those that run. */
  readonly key: string;
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Record<string, string>;
  readonly cwd: string;
  /** stdout and stderr are appended to this file. */
  readonly logFile: string;
  /** Higher tiers are stopped first, all of one tier together: servers 0, services 1. */
  readonly tier: number;
  /** The signal that means "finish and leave" to this program. */
  readonly stopSignal: NodeJS.Signals;
  /** Milliseconds between that signal and SIGKILL. */
  readonly graceMs: number;
  /** User and group to run as, when not our own. */
  readonly uid?: number;
  readonly gid?: number;
}

/** Program → guard. */
export type GuardRequest =
  | { readonly type: 'spawn'; readonly order: SpawnOrder }
  | { readonly type: 'signal'; readonly key: string; readonly signal: NodeJS.Signals }
  /** Stop everything in order, tell each end, leave. A closed channel means the same with nobody to tell. */
  | { readonly type: 'stop' };

/** Guard → program. */
export type GuardEvent =
  | { readonly type: 'ready' }
  | { readonly type: 'refused'; readonly message: string }
  | { readonly type: 'spawned'; readonly key: string; readonly pid: number }
  | { readonly type: 'failed'; readonly key: string; readonly message: string }
  | { readonly type: 'exited'; readonly key: string; readonly code: number | null; readonly signal: string | null };

/** Kept in the run file while a guard lives; found by the next start when it could not clean up. */
export interface RunRecord {
  readonly parent: ProcessIdentity | null;
  readonly guard: ProcessIdentity | null;
  readonly processes: ReadonlyArray<ProcessIdentity & { readonly key: string }>;
}
