/** CPU time of other processes, from Linux's /proc (see proc(5)): user and system, in microseconds. */
import { readFileSync, readdirSync } from 'node:fs';

/** Clock ticks of a second: 100 on every Linux that Node runs on (USER_HZ). */
const TICKS = 100;

interface Stat {
  readonly parent: number;
  /** Own time and that of children that have ended and were waited for. */
  readonly micros: number;
}

/**
 * CPU that these processes and all their descendants have used so far. Postgres makes a process for each connection:
 * one that ends leaves its time with its parent, so nothing is lost between two looks.
 */
export function cpuOfTrees(roots: readonly number[]): number {
  if (roots.length === 0) return 0;
  const stats = allStats();
  const wanted = new Set(roots);
  // Parents may have higher numbers than their children, so look until nobody is added.
  for (let before = 0; before !== wanted.size;) {
    before = wanted.size;
    for (const [pid, { parent }] of stats) if (wanted.has(parent)) wanted.add(pid);
  }
  return [...wanted].reduce((sum, pid) => sum + (stats.get(pid)?.micros ?? 0), 0);
}

/** Resident memory of a process in bytes. @throws when it is gone */
export function residentBytes(pid: number): number {
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kilobytes) * 1024;
}

function allStats(): Map<number, Stat> {
  const stats = new Map<number, Stat>();
  for (const name of readdirSync('/proc')) {
    const pid = Number(name);
    const stat = Number.isInteger(pid) ? statOf(pid) : undefined;
    if (stat) stats.set(pid, stat);
  }
  return stats;
}

function statOf(pid: number): Stat | undefined {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined; // it has just ended
  }
  // The name, in brackets, may hold spaces and brackets; what follows the last one is fields 3 and on.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [user, system, usersOfGone, systemsOfGone] = fields.slice(11, 15).map(Number) as [
    number,
    number,
    number,
    number,
  ];
  return { parent: Number(fields[1]), micros: ((user + system + usersOfGone + systemsOfGone) * 1e6) / TICKS };
}
