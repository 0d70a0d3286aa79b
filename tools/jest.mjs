/**
 * Runs Jest in ES-module mode: `node tools/jest.mjs [unit|int|flow|int,flow|all] [jest options and file patterns]`.
 * Node 20 needs --experimental-vm-modules for that; keeping the flag here keeps it out of everybody's environment.
 */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const [suite = 'all', ...rest] = process.argv.slice(2);
// Last, because this option takes every word that follows it.
const select = suite === 'all' ? [] : ['--selectProjects', ...suite.split(',')];
// .ci/run adds the suites' counts up.
const folder = process.env.BECKON_TEST_RESULTS;
const counts = folder ? ['--json', `--outputFile=${folder}/${suite}.json`] : [];
// A process group of its own, so that Jest's workers and the services that specs start end with it, however it ends.
const child = spawn(
  process.execPath,
  ['--experimental-vm-modules', '--no-warnings', 'node_modules/jest/bin/jest.js', ...rest, ...counts, ...select],
  { cwd: root, stdio: 'inherit', detached: true },
);

/** The group may be gone already. */
function signalGroup(signal) {
  try {
    process.kill(-child.pid, signal);
  } catch {
    // nobody is left
  }
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => signalGroup(signal));
child.on('exit', (code, signal) => {
  signalGroup('SIGKILL');
  process.exit(code ?? (signal ? 1 : 0));
});
