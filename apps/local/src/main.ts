/** `npm start`. Says what it does, stops on Ctrl-C, and leaves nothing running however it ends. */
import { fileURLToPath } from 'node:url';
import { Checklist } from './checklist.js';
import { CommandLineEnd, parseCommandLine } from './command-line.js';
import { ownEnvironment } from './environment.js';
import { runLocal } from './run-local.js';
import { readServiceList } from './service-list.js';
import { stopRequests } from './stop-requests.js';

const env = ownEnvironment();
const list = readServiceList();

try {
  const options = parseCommandLine(
    process.argv.slice(2),
    list.services.map(({ name }) => name),
    { out: (text) => process.stdout.write(text), err: (text) => process.stderr.write(text) },
  );
  const screen = new Checklist(process.stdout, env);
  const signal = stopRequests(process, () => screen.line('\n  Stopping; once more to stop at once'));
  const appsDir = fileURLToPath(new URL('../../', import.meta.url));
  process.exit(await runLocal({ options, list, appsDir, env, screen, signal }));
} catch (error) {
  if (!(error instanceof CommandLineEnd)) throw error;
  process.exit(error.exitCode);
}
