/** CPU time of a process, from Linux's /proc (see proc(5)). */
import { readFileSync } from 'node:fs';

/** Milliseconds of a clock tick: a hundredth of a second on every Linux that Node runs on. */
const TICK_MS = 10;

/** What it has used so far, user and system, in milliseconds. @throws when it is gone */
export function cpuMs(pid: number): number {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name, in brackets, may hold spaces and brackets; what follows the last one is fields 3 and on.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}
