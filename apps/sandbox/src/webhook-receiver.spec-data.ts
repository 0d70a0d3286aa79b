import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseWebhook } from '@beckon/messenger';
import type { MessengerEvent } from '@beckon/messenger';

/** One webhook POST as it came in. */
export interface ReceivedPost {
  bytes: Buffer;
  headers: Record<string, string | string[] | undefined>;
  at: number;
}

/** A webhook endpoint for specs: answers the verification and notes every POST. */
export interface WebhookReceiver {
  url: string;
  posts: ReceivedPost[];
  /** What to do with the n-th POST (from 0): a status, or 'hang'. */
  behave: (n: number, event: MessengerEvent | undefined) => number | 'hang';
  /** All events of POSTs that were answered with 200, in order. */
  events(): MessengerEvent[];
  close(): Promise<void>;
}

/** Starts a receiver that expects this verify token, on a port if one is named. */
export async function startReceiver(verifyToken: string, port = 0): Promise<WebhookReceiver> {
  const taken: ReceivedPost[] = [];
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://receiver');
    if (request.method === 'GET') {
      const valid = url.searchParams.get('hub.verify_token') === verifyToken;
      response.writeHead(valid ? 200 : 403).end(valid ? url.searchParams.get('hub.challenge') : '');
      return;
    }
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const post = { bytes: Buffer.concat(chunks), headers: request.headers, at: performance.now() };
      receiver.posts.push(post);
      const status = receiver.behave(receiver.posts.length - 1, eventsOf(post)[0]);
      if (status === 200) taken.push(post);
      if (status !== 'hang') response.writeHead(status).end('EVENT_RECEIVED');
    });
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const receiver: WebhookReceiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhook`,
    posts: [],
    behave: () => 200,
    events: () => taken.flatMap(eventsOf),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return receiver;
}

function eventsOf(post: ReceivedPost): MessengerEvent[] {
  return parseWebhook(JSON.parse(post.bytes.toString('utf8')));
}
