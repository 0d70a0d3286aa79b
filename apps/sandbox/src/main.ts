import { helpText, readConfig } from './config.js';
import { connectWebhook, makeReady, readyMadeText } from './ready-made.js';
import { startSandbox } from './start-sandbox.js';

const words = process.argv.slice(2);
if (words.includes('--help') || words.includes('-h')) {
  console.log(helpText());
  process.exit(0);
}

try {
  const config = readConfig(process.env, words);
  const sandbox = await startSandbox(config);
  const ending = new AbortController();
  console.log(`Sandbox on ${sandbox.url}: phones at /, Send API at /v26.0/{page}/messages, admin API at /admin`);
  if (config.readyMade) {
    await makeReady(sandbox.admin);
    console.log(readyMadeText(sandbox.url, config.webhookUrl));
  }
  if (config.webhookUrl !== undefined) {
    const told = (fault: string): void => console.log(`Waiting for the webhook: ${fault}.`);
    void connectWebhook(sandbox.admin, config.webhookUrl, told, ending.signal).then(() => {
      if (!ending.signal.aborted) console.log(`Webhooks go to ${config.webhookUrl}: it passed the verification.`);
    });
  }
  let stopping = false;
  const stop = (): void => {
    if (stopping) return;
    stopping = true;
    ending.abort();
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
