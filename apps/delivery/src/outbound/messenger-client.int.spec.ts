import { describe, expect, it } from '@jest/globals';
import { systemClock, type Clock } from '@beckon/service';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { GraphStandIn, accept } from '../../../../tests/support/delivery-kit.js';
import { cleanUp, until } from '../../../../tests/support/real-servers.js';
import { MessengerClient, type Post } from './messenger-client.js';

const aClient = (baseUrl: string, over: { clock?: Clock; connections?: number; timeoutMs?: number } = {}) => {
  const client = new MessengerClient({
    baseUrl,
    version: 'v26.0',
    timeoutMs: 400,
    connections: 4,
    clock: systemClock,
    ...over,
  });
  cleanUp(() => client.close());
  return client;
};
const aPost = (over: Partial<Post> = {}): Post => ({
  page: '1001',
  accessToken: 'EAAtoken',
  request: { recipient: { id: '200' }, message: { text: 'Grüße', metadata: 'beckon:x' } },
  deadline: systemClock.monotonic() + 5000,
  ...over,
});

describe('one POST', () => {
  it('goes to the Page with its token, and comes back with status and text', async () => {
    const graph = new GraphStandIn();
    const client = aClient(await graph.start());
    expect(await client.post(aPost())).toMatchObject({
      type: 'answered',
      status: 200,
      bodyText: '{"message_id":"m_1"}',
    });
    expect(graph.posts[0]).toMatchObject({
      path: '/v26.0/1001/messages',
      authorization: 'Bearer EAAtoken',
      recipient: { id: '200' },
      message: { text: 'Grüße', metadata: 'beckon:x' },
    });
  });

  it('follows no redirect', async () => {
    const graph = new GraphStandIn();
    const url = await graph.start();
    graph.answer = (_p, _q, response) => response.writeHead(307, { location: `${url}/elsewhere` }).end();
    expect(await aClient(url).post(aPost())).toMatchObject({ type: 'answered', status: 307 });
    expect(graph.posts).toHaveLength(1);
  });

  it.each<[string, GraphStandIn['answer']]>([
    ['no answer in time', () => undefined],
    ['a reset after the request', (_p, request) => request.socket.resetAndDestroy()],
    ['a connection closed without an answer', (_p, request) => request.socket.end()],
    [
      'half an answer',
      (_p, request, response) => {
        response.writeHead(200, { 'content-length': '500' }).write('{"message');
        setTimeout(() => request.socket.destroy(), 20);
      },
    ],
    ['an endless answer', (_p, _q, response) => response.writeHead(200).end('x'.repeat(200_000))],
  ])('%s: lost, and written once', async (_, answer) => {
    const graph = new GraphStandIn();
    const client = aClient(await graph.start());
    graph.answer = answer;
    expect(await client.post(aPost())).toMatchObject({ type: 'lost', posted_at: expect.any(Number) });
    graph.answer = (_p, _q, response) => accept(response, 2);
    expect(await client.post(aPost())).toMatchObject({ type: 'answered' });
    expect(graph.posts).toHaveLength(2);
  });

  it('a refused connection: provably not sent', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    expect(await aClient(`http://127.0.0.1:${port}`).post(aPost())).toEqual({ type: 'not_sent', why: 'not_connected' });
  });

  it('a name that leads nowhere: provably not sent', async () => {
    expect(await aClient('http://graph.invalid').post(aPost())).toEqual({ type: 'not_sent', why: 'not_connected' });
  });
});

describe('the deadline', () => {
  it('passed: not a byte is written', async () => {
    const graph = new GraphStandIn();
    const client = aClient(await graph.start());
    const deadline = systemClock.monotonic() - 1;
    expect(await client.post(aPost({ deadline }))).toEqual({ type: 'not_sent', why: 'late' });
    expect(graph.posts).toHaveLength(0);
  });

  it('is looked at when a connection is free, not when the POST is asked for', async () => {
    const graph = new GraphStandIn();
    let now = 0;
    const clock: Clock = { now: () => Date.now(), monotonic: () => now };
    const client = aClient(await graph.start(), { clock, connections: 1, timeoutMs: 5000 });
    let go: () => void = () => undefined;
    graph.answer = (_p, _q, response) => (go = () => accept(response, 1));
    const first = client.post(aPost({ deadline: 100 }));
    await until('the first is out', () => graph.posts.length === 1);
    const second = client.post(aPost({ deadline: 100 }));
    now = 101;
    go();
    expect(await first).toMatchObject({ type: 'answered' });
    expect(await second).toEqual({ type: 'not_sent', why: 'late' });
    expect(graph.posts).toHaveLength(1);
  });
});
