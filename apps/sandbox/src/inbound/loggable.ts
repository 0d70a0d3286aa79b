import type { IncomingHttpHeaders } from 'node:http';

/** What of a call may be shown to whoever looks at the log. */

const SECRET_HEADERS = new Set(['authorization', 'cookie', 'proxy-authorization']);
const SECRET_PARAMS = ['access_token', 'appsecret_proof'];

/** Blackens strings, also where they are percent-encoded. */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  return secrets
    .flatMap((secret) => [secret, encodeURIComponent(secret)])
    .reduce((shown, form) => shown.replaceAll(form, '***'), text);
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

/** The query of a call's address, without token and proof. */
export function loggableQuery(url: string): string {
  const from = url.indexOf('?');
  if (from < 0) return '';
  const query = new URLSearchParams(url.slice(from + 1));
  for (const name of SECRET_PARAMS) query.delete(name);
  return query.toString();
}
