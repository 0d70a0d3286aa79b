/** HTTP for the demo: JSON both ways. */

/** An answer that is no success; the status and what the server said. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly said: string,
    what: string,
  ) {
    super(`${what}: ${status} ${said.slice(0, 300)}`);
    this.name = 'Refused';
  }
}

/** Sends JSON (a GET when there is no body) and answers the JSON that comes back. @throws Refused */
export async function call<T>(
  url: string,
  body?: unknown,
  headers: Readonly<Record<string, string>> = {},
  signal?: AbortSignal,
): Promise<T> {
  const answer = await fetch(url, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(signal ? { signal } : {}),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Refused(answer.status, text, new URL(url).pathname);
  return (text === '' ? undefined : JSON.parse(text)) as T;
}
