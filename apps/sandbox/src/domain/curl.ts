import { isRecord } from './is-record.js';

/** Exchanges as commands for a POSIX shell, to be tried again by hand. */

/** Headers that curl makes itself, or that belonged to one connection. */
const NOT_REPEATED = new Set([
  'accept-encoding',
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'transfer-encoding',
]);
/** Headers that would only make the command longer. */
const OF_THE_CLIENT = new Set([
  'accept',
  'accept-language',
  'sec-fetch-mode',
  'user-agent',
  'traceparent',
  'tracestate',
]);

/** A webhook: the same bytes with the same signatures to the same address. */
export function webhookCurl(url: string, headers: Readonly<Record<string, string>>, body: string): string {
  return command('POST', quoted(url), headerLines(headers), body);
}

/** A Graph call as {@link callCurl} needs it. */
export interface CallToRepeat {
  readonly method: string;
  readonly path: string;
  /** Without token and proof. */
  readonly query: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Without token and proof, which are blackened. */
  readonly request: string;
}

/** A Graph call: whoever runs it puts the Page's token into `$PAGE_TOKEN`. */
export function callCurl(origin: string, { method, path, query, headers, request }: CallToRepeat): string {
  const given = Object.entries(headers).filter(([name]) => name !== 'authorization' && !OF_THE_CLIENT.has(name));
  const url = `${origin}${path}${query === '' ? '' : `?${query}`}`;
  const lines = ['-H "authorization: Bearer $PAGE_TOKEN"', ...headerLines(Object.fromEntries(given))];
  return command(method, quoted(url), lines, withoutToken(request, headers['content-type']));
}

function command(method: string, url: string, lines: readonly string[], body: string): string {
  const data = body === '' ? [] : [`--data-raw ${quoted(body)}`];
  return [`curl -X ${method} ${url}`, ...lines, ...data].join(' \\\n  ');
}

function headerLines(headers: Readonly<Record<string, string>>): string[] {
  return Object.entries(headers)
    .filter(([name]) => !NOT_REPEATED.has(name.toLowerCase()))
    .map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`);
}

/** The token travels in a header; what stood in the body was blackened and would be refused. */
function withoutToken(body: string, contentType: string | undefined): string {
  if (contentType?.includes('application/x-www-form-urlencoded')) {
    const fields = new URLSearchParams(body);
    for (const name of ['access_token', 'appsecret_proof']) fields.delete(name);
    return fields.toString();
  }
  try {
    const value: unknown = JSON.parse(body);
    if (!isRecord(value) || !('access_token' in value || 'appsecret_proof' in value)) return body;
    const { access_token: _token, appsecret_proof: _proof, ...rest } = value;
    return JSON.stringify(rest);
  } catch {
    return body;
  }
}

/** A word that no shell changes. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
