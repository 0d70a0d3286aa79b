/** Answers 200 to every webhook and counts them. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A receiver of webhooks that passes the verification of a subscription. */
export interface WebhookSink {
  readonly url: string;
  readonly verifyToken: string;
  readonly received: () => number;
  close(): Promise<void>;
}

/** Listens on a free port of this machine. */
export async function startWebhookSink(): Promise<WebhookSink> {
  let received = 0;
  const server = createServer((request, response) => {
    const challenge = new URL(request.url ?? '/', 'http://sink').searchParams.get('hub.challenge');
    request.resume();
    request.on('end', () => {
      if (challenge === null) received += 1;
      response.end(challenge ?? 'EVENT_RECEIVED');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/webhook`,
    verifyToken: 'bench-verify',
    received: () => received,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
