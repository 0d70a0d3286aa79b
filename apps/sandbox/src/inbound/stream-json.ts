import type { ServerResponse } from 'node:http';

/**
 * Answers with one JSON array that may be larger than memory: page by page, no faster than the reader takes it, and
 * with a turn for everybody else after each page. A reader that goes away ends it.
 */
export async function streamJsonArray(response: ServerResponse, pages: Iterable<readonly unknown[]>): Promise<void> {
  response.writeHead(200, { 'content-type': 'application/json; charset=utf-8' });
  let separator = '[';
  for (const page of pages) {
    if (page.length === 0) continue;
    const taken = response.write(separator + page.map((one) => JSON.stringify(one)).join(','));
    separator = ',';
    if (taken) await new Promise((resolve) => setImmediate(resolve));
    else await drained(response);
    if (response.destroyed) return;
  }
  response.end(separator === '[' ? '[]' : ']');
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      response.off('drain', done);
      response.off('close', done);
      resolve();
    };
    response.on('drain', done);
    response.on('close', done);
  });
}
