import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createServer, type Server } from 'node:http';
import { appSecretProof } from './appsecret-proof.js';
import { GraphFault, GraphPage, graphPath } from './graph-call.js';

interface Asked {
  readonly method: string;
  readonly url: URL;
  readonly authorization: string | undefined;
  readonly body: string;
}

let server: Server;
let base: string;
let asked: Asked[] = [];
let answer: { status: number; text: string; headers?: Record<string, string> };

beforeAll(async () => {
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const url = new URL(request.url ?? '', base);
      asked.push({ method: request.method ?? '', url, authorization: request.headers.authorization, body });
      response.writeHead(answer.status, answer.headers).end(answer.text);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

const graph = (more: { appSecret?: string; baseUrl?: string; timeoutMs?: number } = {}): GraphPage => {
  asked = [];
  return new GraphPage({ baseUrl: base, version: 'v26.0', page: '100', accessToken: 'SECRET-TOKEN', ...more });
};
const fault = (call: Promise<unknown>): Promise<GraphFault> =>
  call.then(
    () => Promise.reject(new Error('it was answered')),
    (error: unknown) => error as GraphFault,
  );

describe('a call about a Page', () => {
  it('carries the token in its header, never in its address', async () => {
    answer = { status: 200, text: '{"data":[]}' };
    expect(await graph().get('subscribed_apps', { fields: 'a,b' })).toEqual({ data: [] });
    expect(asked[0]).toMatchObject({ method: 'GET', authorization: 'Bearer SECRET-TOKEN' });
    expect(asked[0]?.url.pathname).toBe('/v26.0/100/subscribed_apps');
    expect(asked[0]?.url.search).toBe('?fields=a%2Cb');
    await graph().post('messenger_profile', { a: 1 });
    expect(asked[0]).toMatchObject({ method: 'POST', body: '{"a":1}' });
  });

  it('proves the app’s secret where it is given', async () => {
    answer = { status: 200, text: '{}' };
    await graph({ appSecret: 'app' }).get(undefined);
    expect(asked[0]?.url.searchParams.get('appsecret_proof')).toBe(appSecretProof('app', 'SECRET-TOKEN'));
    expect(asked[0]?.url.pathname).toBe('/v26.0/100');
  });

  it('says what Graph said, without the token', async () => {
    const error = { message: 'Malformed access token SECRET-TOKEN', code: 190, error_subcode: 463 };
    for (const status of [400, 200]) {
      answer = { status, text: JSON.stringify({ error }) };
      const refused = await fault(graph().get('messages'));
      expect(refused).toMatchObject({ status, code: 190, subcode: 463, message: 'Malformed access token …' });
    }
  });

  it.each([
    ['no JSON', { status: 200, text: '<html>' }],
    ['a list', { status: 200, text: '[]' }],
    ['a failure without a reason', { status: 502, text: '{}' }],
    ['a redirect, which the token does not follow', { status: 302, text: '', headers: { location: '/elsewhere' } }],
  ])('%s is a fault', async (_, given) => {
    answer = given;
    expect(await fault(graph().get(undefined))).toMatchObject({ name: 'GraphFault', status: given.status });
    expect(asked).toHaveLength(1);
  });

  it('nobody there is a fault with status 0', async () => {
    const gone = createServer();
    await new Promise<void>((resolve) => gone.listen(0, '127.0.0.1', resolve));
    const { port } = gone.address() as { port: number };
    await new Promise((resolve) => gone.close(resolve));
    const refused = await fault(graph({ baseUrl: `http://127.0.0.1:${port}` }).get(undefined));
    expect(refused).toMatchObject({ status: 0, message: expect.stringContaining('ECONNREFUSED') });
  });
});

it('the path keeps what the host has before the version, and escapes what is inside', () => {
  expect(graphPath({ baseUrl: 'https://proxy.example/graph/', version: 'v26.0' }, 'a/b', 'messages')).toBe(
    '/graph/v26.0/a%2Fb/messages',
  );
  expect(graphPath({ baseUrl: 'https://graph.example', version: 'v26.0' }, '100')).toBe('/v26.0/100');
});
