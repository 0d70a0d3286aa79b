import { helpText, readConfig } from './config.js';
import { startSandbox } from './start-sandbox.js';

if (process.argv.includes('--help') || process.argv.includes('-h')) {
  console.log(helpText());
  process.exit(0);
}

try {
  const sandbox = await startSandbox(readConfig());
  console.log(`Sandbox on ${sandbox.url}: phones at /, Send API at /v26.0/{page}/messages, admin API at /admin`);
  let stopping = false;
  const stop = (): void => {
    if (stopping) return;
    stopping = true;
    void sandbox.close().then(
      () => process.exit(0),
      (error: unknown) => {
        console.error(error);
        process.exit(1);
      },
    );
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
