import type { IncomingHttpHeaders } from 'node:http';

/** What of a call may be shown to whoever looks at the log. */

const SECRET_HEADERS = new Set(['authorization', 'cookie', 'proxy-authorization']);
const SECRET_PARAMS = ['access_token', 'appsecret_proof'];

/** Blackens strings, also where they are percent-encoded. */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  let shown = text;
  for (const secret of secrets) {
    shown = shown.replaceAll(secret, '***');
    const encoded = encodeURIComponent(secret);
    if (encoded !== secret) shown = shown.replaceAll(encoded, '***');
  }
  return shown;
}

/** The headers of a call, without what proves who is calling. */
export function loggableHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  const shown: Record<string, string> = {};
  for (const name in headers) {
    const value = headers[name];
    if (value !== undefined) shown[name] = SECRET_HEADERS.has(name) ? '***' : String(value);
  }
  return shown;
}

/** The query of a call's address (what stands behind the question mark), without token and proof. */
export function loggableQuery(text: string): string {
  if (text === '') return '';
  const query = new URLSearchParams(text);
  for (const name of SECRET_PARAMS) query.delete(name);
  return query.toString();
}
