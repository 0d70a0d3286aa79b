/**
 * Calls of the Graph API that are about a Page and not about a person: its profile, its subscription. Messages go
 * another way (delivery), because of a message one must know whether a byte was written.
 */
import { appSecretProof } from './appsecret-proof.js';

/** Where the Graph API is, and which version of it. */
export interface GraphPlace {
  /** `https://graph.facebook.com`; a path before the version is kept. */
  readonly baseUrl: string;
  /** `v26.0` */
  readonly version: string;
}

/** The path of a Graph call below the host: version, object, and an edge of it. */
export function graphPath({ baseUrl, version }: GraphPlace, object: string, edge?: string): string {
  const parts = [version, object, ...(edge === undefined ? [] : [edge])].map(encodeURIComponent);
  return `${new URL(baseUrl).pathname.replace(/\/$/, '')}/${parts.join('/')}`;
}

/** Headers of a call: the token goes here and never into an address, which others may log. */
export const graphHeaders = (accessToken: string): Record<string, string> => ({
  authorization: `Bearer ${accessToken}`,
  'content-type': 'application/json',
});

/** A call that brought no answer to use. `code` and `subcode` are Graph's own; undefined: there was none (`status` 0: no answer at all). */
export class GraphFault extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly code?: number,
    readonly subcode?: number,
  ) {
    super(message);
    this.name = 'GraphFault';
  }
}

/** Longest answer that is read, in characters. */
const LONGEST_ANSWER = 256 * 1024;

/** One Page's calls. Follows no redirect: the token goes to the configured host and nowhere else. */
export class GraphPage {
  constructor(
    private readonly o: GraphPlace & {
      readonly page: string;
      readonly accessToken: string;
      /** Given: each call proves that it knows the app's secret. */
      readonly appSecret?: string;
      /** For a whole call, milliseconds. */
      readonly timeoutMs?: number;
    },
  ) {}

  /** @throws GraphFault */
  get(edge: string | undefined, params: Readonly<Record<string, string>> = {}): Promise<Record<string, unknown>> {
    return this.call('GET', edge, params);
  }

  /** @throws GraphFault */
  post(edge: string, body: object): Promise<Record<string, unknown>> {
    return this.call('POST', edge, {}, body);
  }

  private async call(
    method: string,
    edge: string | undefined,
    params: Readonly<Record<string, string>>,
    body?: object,
  ): Promise<Record<string, unknown>> {
    const { baseUrl, page, accessToken, appSecret, timeoutMs = 15_000 } = this.o;
    const url = new URL(graphPath(this.o, page, edge), baseUrl);
    for (const [name, value] of Object.entries(params)) url.searchParams.set(name, value);
    if (appSecret !== undefined) url.searchParams.set('appsecret_proof', appSecretProof(appSecret, accessToken));
    let status: number;
    let text: string;
    try {
      const answer = await fetch(url, {
        ...{ method, redirect: 'manual', headers: graphHeaders(accessToken) },
        signal: AbortSignal.timeout(timeoutMs),
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      status = answer.status;
      text = (await answer.text()).slice(0, LONGEST_ANSWER);
    } catch (error) {
      throw new GraphFault(0, `no answer from ${url.host}: ${reasonOf(error)}`);
    }
    return this.read(status, text);
  }

  private read(status: number, text: string): Record<string, unknown> {
    const answer = objectIn(text);
    const error = answer?.['error'];
    if (typeof error === 'object' && error !== null) {
      const { code, error_subcode: subcode, message } = error as Record<string, unknown>;
      // Some of Graph's messages quote what was sent.
      const said = String(message ?? 'no message').replaceAll(this.o.accessToken, '…');
      throw new GraphFault(status, said.slice(0, 500), numberOr(code), numberOr(subcode));
    }
    if (status !== 200 || !answer)
      throw new GraphFault(status, `an answer of status ${status} that is none of Graph’s`);
    return answer;
  }
}

const numberOr = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined);

function reasonOf(error: unknown): string {
  const { name, cause, message } = error as Error & { cause?: { code?: string } };
  return name === 'TimeoutError' ? 'it took too long' : (cause?.code ?? message);
}

function objectIn(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}
