import { expect, it } from '@jest/globals';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { streamJsonArray } from './stream-json.js';

async function answerOf(pages: Iterable<readonly unknown[]>): Promise<unknown> {
  const server = createServer((_request, response) => void streamJsonArray(response, pages));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const { port } = server.address() as AddressInfo;
    return await (await fetch(`http://127.0.0.1:${port}`)).json();
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

it.each([[[]], [[[]]], [[[1]]], [[[], [1, 2], [], [3]]]])('%j is one array', async (pages) => {
  expect(await answerOf(pages)).toEqual(pages.flat());
});

it('more than a socket takes at once arrives whole', async () => {
  const page = Array.from({ length: 1_000 }, (_, n) => ({ n, text: 'x'.repeat(300) }));
  const all = (await answerOf(Array.from({ length: 50 }, () => page))) as unknown[];
  expect(all).toHaveLength(50_000);
});

it('a reader that goes away ends it', async () => {
  let given = 0;
  let ended: () => void = () => undefined;
  const over = new Promise<void>((resolve) => (ended = resolve));
  function* endless(): Generator<string[]> {
    try {
      for (;;) {
        given += 1;
        yield ['x'.repeat(10_000)];
      }
    } finally {
      ended();
    }
  }
  const server = createServer((_request, response) => void streamJsonArray(response, endless()));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const leaving = new AbortController();
  const answer = await fetch(`http://127.0.0.1:${port}`, { signal: leaving.signal });
  await answer.body?.getReader().read();
  leaving.abort();
  await over;
  expect(given).toBeGreaterThan(0);
  server.closeAllConnections();
  server.close();
});
