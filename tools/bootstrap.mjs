/**
 * What a fresh clone needs before anything of it can run: packages and a build. Plain Node without a dependency,
 * because there are none yet. `npm start`, `npm test`, `npm run check|beckon|bench|docs|proof` all come through here:
 *
 *     node tools/bootstrap.mjs <command> [arguments of the command]
 *
 * Packages are installed when `node_modules` is missing or `package-lock.json` has changed since; the build is
 * incremental. Words about that go to stderr, so that a command's stdout is only its own.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const MINIMUM_NODE = [20, 19];
const root = fileURLToPath(new URL('..', import.meta.url));
const stamp = `${root}/node_modules/.beckon-installed`;
const bin = (path) => `node_modules/${path}`;
const TSC = bin('typescript/bin/tsc');
const [command = '', ...rest] = process.argv.slice(2);
const SUITES = ['unit', 'int', 'flow', 'all'];

/** Each command: what runs, one after the other until one fails; `check` tells everything that is wrong. */
const commands = {
  start: () => [['apps/local/dist/main.js', ...rest]],
  sandbox: () => [['apps/sandbox/dist/main.js', ...rest]],
  bench: () => [['bench/dist/main.js', ...rest]],
  beckon: () => [['apps/cli/dist/main.js', ...rest]],
  docs: () => [['tools/docs.mjs', ...rest]],
  proof: () => [['proof/dist/main.js', ...rest]],
  test: () => {
    // `npm test`, `npm test -- unit`, `npm test -- int libs/kafka`, `npm test -- libs/kafka`
    const [suite, patterns] = SUITES.includes(rest[0]) ? [rest[0], rest.slice(1)] : ['all', rest];
    // The quick suite first: a broken rule is told before any server starts. A pattern may name files of any suite.
    const suites = suite === 'all' && patterns.length === 0 ? ['unit', 'int,flow'] : [suite];
    return suites.map((one) => ['tools/jest.mjs', one, ...patterns]);
  },
  check: () => [
    [TSC, '-p', 'tsconfig.spec.json'],
    [bin('eslint/bin/eslint.js'), '.'],
    [bin('prettier/bin/prettier.cjs'), '--check', '--log-level', 'warn', '.'],
    ...['tools/compose.mjs', 'tools/docs.mjs', 'tools/sandbox-rules.mjs']
      .filter((tool) => existsSync(root + tool))
      .map((tool) => [tool, '--check']),
  ],
};

process.chdir(root);
checkNode();
if (!(command in commands)) {
  fail(`usage: node tools/bootstrap.mjs ${Object.keys(commands).join('|')} [arguments]`, 2);
}
install();
build();
let worst = 0;
for (const args of commands[command]()) {
  const begun = performance.now();
  const code = await run(args);
  if (command === 'check') say(`${code === 0 ? 'ok    ' : 'FAILED'} ${args.join(' ')}`, begun);
  worst = Math.max(worst, code);
  if (code !== 0 && command !== 'check') break;
}
process.exit(worst);

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  const [needMajor, needMinor] = MINIMUM_NODE;
  if (major > needMajor || (major === needMajor && minor >= needMinor)) return;
  fail(
    `Node.js ${MINIMUM_NODE.join('.')} or later is needed; this is ${process.versions.node}.\n` +
      '  Install it:  nvm install 24   (or see https://nodejs.org/en/download)',
    1,
  );
}

/** `npm ci`, unless what is installed is what the lock file says. */
function install() {
  const lock = createHash('sha256').update(readFileSync('package-lock.json')).digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  if (!isInstalled()) {
    const begun = performance.now();
    say('installing packages (npm ci)');
    const done = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
      stdio: ['ignore', 2, 2],
      shell: process.platform === 'win32',
    });
    if (done.status !== 0) fail(`npm ci failed (${done.error?.message ?? `exit ${done.status}`})`, 1);
    say('packages installed', begun);
  }
  writeFileSync(stamp, lock);
}

/** Has npm put there just what the lock file asks for? (npm's own record of `node_modules` says what it put.) */
function isInstalled() {
  const record = 'node_modules/.package-lock.json';
  if (!existsSync(record)) return false;
  const { packages: there } = JSON.parse(readFileSync(record, 'utf8'));
  const { packages: wanted } = JSON.parse(readFileSync('package-lock.json', 'utf8'));
  const same = (a, b) => a?.version === b?.version && a?.integrity === b?.integrity && a?.resolved === b?.resolved;
  return Object.entries(wanted).every(([path, entry]) => {
    if (!path.startsWith('node_modules/')) return true;
    if (entry.optional && !there[path]) return true; // for another system
    // Links to our own workspaces cost nothing to look at, and a new workspace is the usual change.
    return same(entry, there[path]) && (!entry.link || existsSync(path));
  });
}

function build() {
  const begun = performance.now();
  const done = spawnSync(process.execPath, [TSC, '-b'], { encoding: 'utf8' });
  if (done.status !== 0) fail(`the build failed\n${done.stdout}${done.stderr}`, 1);
  if (!['beckon', 'docs', 'proof'].includes(command)) say('built', begun);
}

/** Runs one step with our terminal; passes signals on and waits for it to leave in its own order. */
function run(args) {
  return new Promise((resolve) => {
    // `npm start` also holds a channel to us: when we are killed without a word, it closes and the step stops itself.
    const holdsOthers = command === 'start' || command === 'proof';
    const child = spawn(process.execPath, args, {
      stdio: holdsOthers ? ['inherit', 'inherit', 'inherit', 'ipc'] : 'inherit',
    });
    const pass = (signal) => child.kill(signal);
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
    for (const signal of signals) process.on(signal, pass);
    const starters = startedBy();
    const watch = holdsOthers && setInterval(() => startedBy() !== starters && child.kill('SIGTERM'), 1000);
    child.once('exit', (code, signal) => {
      clearInterval(watch);
      for (const one of signals) process.off(one, pass);
      resolve(code ?? 128 + ({ SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGTERM: 15 }[signal] ?? 0));
    });
  });
}

/**
 * npm, which is our parent because package.json says `exec` (a shell in between would keep npm's signals to itself).
 * A killed npm tells nobody, but we get another parent. Started by hand we may outlive ours (nohup, a closed shell).
 */
function startedBy() {
  return process.env.npm_lifecycle_event ? process.ppid : 0;
}

function say(words, since) {
  const time = since === undefined ? '' : ` (${((performance.now() - since) / 1000).toFixed(1)} s)`;
  process.stderr.write(`${words}${time}\n`);
}

function fail(words, code) {
  process.stderr.write(`${words}\n`);
  process.exit(code);
}
