/**
 * Tells one process from another that later got the same number. A process is known by its number and the moment it
 * was born; only when both match may we end a process that we did not start in this run.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** One process, told apart from every later holder of its number. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Opaque birth mark: kernel boot and start tick on Linux, start time elsewhere. */
  readonly born: string;
}

/** The birth mark of a running process, or undefined when there is none with this number (a zombie counts as none). */
export function bornOf(pid: number): string | undefined {
  try {
    return process.platform === 'linux' ? bornOnLinux(pid) : ps(pid, 'lstart=') || undefined;
  } catch {
    return undefined;
  }
}

/** Identity of a process that runs now, or undefined. */
export function identify(pid: number): ProcessIdentity | undefined {
  const born = bornOf(pid);
  return born === undefined ? undefined : { pid, born };
}

/** Does this very process still run? */
export function isRunning(process: ProcessIdentity): boolean {
  return bornOf(process.pid) === process.born;
}

/** The command line of a running process; empty when there is none or it may not be read. */
export function commandOf(pid: number): string {
  try {
    if (process.platform === 'linux') return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
    return ps(pid, 'command=');
  } catch {
    return '';
  }
}

function bornOnLinux(pid: number): string | undefined {
  // proc(5): the name (field 2) may hold spaces and parentheses, so count from the last ')'.
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (fields[0] === 'Z' || fields[0] === 'X') return undefined;
  return `${readBootId()}:${fields[19]}`;
}

function readBootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return 'boot'; // hidden in some sandboxes; the start tick alone still tells processes of one boot apart
  }
}

function ps(pid: number, field: string): string {
  return execFileSync('ps', ['-o', field, '-p', String(pid)], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  }).trim();
}
