/** Judges the files of a run and prints the verdict. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { check } from './checker/check.js';
import { condemns, printVerdict } from './checker/print.js';
import { readFolder } from './checker/read-folder.js';

/** What a run notes about itself, as far as it matters here. */
interface RunFile {
  readonly seed?: number;
  /** Who ran in our place. */
  readonly peer?: string;
}

/**
 * @param interrupted the run did not wait for quiet: rows that need its end are left out
 * @returns the exit code: 1 when a promise was broken; a peer has made none
 */
export function judge(folder: string, print: (line: string) => void, o: { interrupted?: boolean } = {}): number {
  const evidence = readFolder(folder);
  const interrupted = o.interrupted ?? evidence.inputs.quiet_to === null;
  const file = join(folder, 'run.json');
  const { seed = null, peer } = (existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {}) as RunFile;
  const verdict = check(evidence, { whole: !interrupted, decided: peer === undefined });
  print('');
  if (interrupted) print('   The run did not come to its end: what only the end can show is not judged.');
  for (const line of printVerdict(verdict, evidence, seed)) print(line);
  print('');
  if (peer !== undefined) {
    print(`   the ${peer} peer: what it did wrong is the result`);
    return 0;
  }
  print(condemns(verdict) ? '   NOT KEPT' : '   kept');
  return condemns(verdict) ? 1 : 0;
}
