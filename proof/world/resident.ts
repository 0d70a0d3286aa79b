/** Resident memory of processes, as the system counts it. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { rest } from './patience.js';
import type { Supervised } from './supervised.js';

const run = promisify(execFile);
/** A whole collection of a service's garbage is over by then, in milliseconds; on a busy machine, too. */
const COLLECTED_MS = 1_500;

/** Bytes by the process's key; one that is not running is left out. */
export type Resident = Readonly<Record<string, number>>;

/** Resident memory now. */
export async function resident(processes: Iterable<Supervised>): Promise<Resident> {
  const keys = new Map(
    [...processes].flatMap(({ pid, plan }) => (pid === undefined ? [] : [[pid, plan.key] as const])),
  );
  if (keys.size === 0) return {};
  // ps fails when one of them has just gone; it tells of the others all the same.
  const { stdout } = await run('ps', ['-o', 'pid=,rss=', '-p', [...keys.keys()].join(',')]).catch(
    (error: { stdout?: string }) => ({ stdout: error.stdout ?? '' }),
  );
  const out: Record<string, number> = {};
  for (const line of stdout.split('\n')) {
    const [pid = 0, kilobytes = 0] = line.trim().split(/\s+/).map(Number);
    const key = keys.get(pid);
    if (key !== undefined) out[key] = kilobytes * 1024;
  }
  return out;
}

/** Resident memory after a whole collection (`tidy-on-request.ts`): the smaller of two looks. */
export async function settled(processes: readonly Supervised[]): Promise<Resident> {
  const looks: Resident[] = [];
  for (let i = 0; i < 2; i++) {
    for (const process of processes) process.signal('SIGUSR2');
    await rest(COLLECTED_MS);
    looks.push(await resident(processes));
  }
  const [first = {}, second = {}] = looks;
  return Object.fromEntries(Object.entries(second).map(([key, bytes]) => [key, Math.min(bytes, first[key] ?? bytes)]));
}
