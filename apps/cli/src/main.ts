import { ownEnvironment } from './environment.js';
import { run } from './run.js';
import { processTerminal } from './terminal.js';

const interrupted = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => interrupted.abort());
// `beckon tail … | head` closes the pipe: that is an end like any other.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') interrupted.abort();
  else throw error;
});

process.exitCode = await run(process.argv.slice(2), processTerminal(ownEnvironment(), interrupted.signal));
