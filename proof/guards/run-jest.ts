/** One run of Jest in a mirror, as a process that ends with us, however we end. */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Guard as ProcessGuard } from '@beckon/stack';
import { REPORT_FILE } from './jest-reporter.js';
import type { Mirror } from './mirror.js';
import type { RunReport } from './report.js';

const REPORTER = fileURLToPath(new URL('./jest-reporter.js', import.meta.url));

/** Which tests are to run. */
export interface JestOrder {
  readonly suite: 'unit' | 'int';
  /** Spec files, from the repository's root. */
  readonly files: readonly string[];
  /** Parts of full names; only tests with one of them run. Without any, all. */
  readonly names: readonly string[];
  readonly workers: number;
}

let runs = 0;

/** Runs it; undefined when Jest ended without a report (see `logFile`). */
export async function runJest(
  mirror: Mirror,
  order: JestOrder,
  o: { readonly processes: ProcessGuard; readonly env: Record<string, string>; readonly logFile: string },
): Promise<RunReport | undefined> {
  const outputFile = join(mirror.root, 'report.json');
  rmSync(outputFile, { force: true });
  const { names } = order;
  const child = await o.processes.spawn({
    key: `jest-${(runs += 1)}`,
    file: process.execPath,
    args: [
      '--experimental-vm-modules',
      '--no-warnings',
      join('node_modules', 'jest', 'bin', 'jest.js'),
      // One process sees the errors themselves; between processes they lose what they are.
      ...(order.workers > 1 ? ['--maxWorkers', String(order.workers)] : ['--runInBand']),
      '--forceExit',
      '--watchman=false',
      ...(names.length > 0 ? ['--testNamePattern', names.map(escape).join('|')] : []),
      ...['--reporters', REPORTER],
      ...['--selectProjects', order.suite],
      ...['--runTestsByPath', ...order.files],
    ],
    env: { ...o.env, [REPORT_FILE]: outputFile },
    cwd: mirror.root,
    logFile: o.logFile,
    tier: 1,
    stopSignal: 'SIGTERM',
    graceMs: 2000,
  });
  await child.exited;
  return existsSync(outputFile) ? (JSON.parse(readFileSync(outputFile, 'utf8')) as RunReport) : undefined;
}

const escape = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
