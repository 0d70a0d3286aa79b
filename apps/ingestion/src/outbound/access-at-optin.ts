import { problemJson } from '@beckon/service';

/** An answer that goes to whoever asked, as it is. */
export interface Refusal {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: object;
}

const WAIT_MS = 5000;
/** Headers of a refusal that are meant for whoever holds the key. */
const TOLD = ['retry-after', 'www-authenticate', 'ratelimit', 'ratelimit-policy'];

/** Who may send snapshots: optin keeps the keys, and is asked for each request. */
export class AccessAtOptin {
  private readonly url: string | undefined;

  /** @param optinUrl undefined: nobody may */
  constructor(optinUrl: string | undefined) {
    this.url = optinUrl?.replace(/\/+$/, '');
  }

  /** undefined: they may; else the refusal, in optin's own words (401, 403, 404, 429), or 503 while it cannot be asked. */
  async refusal(shop: string, authorization: string | undefined): Promise<Refusal | undefined> {
    if (this.url === undefined) return away('OPTIN_URL is not set, so no key can be checked.');
    try {
      const answer = await fetch(`${this.url}/v1/shops/${encodeURIComponent(shop)}/access/snapshots`, {
        headers: authorization === undefined ? {} : { authorization },
        redirect: 'error',
        signal: AbortSignal.timeout(WAIT_MS),
      });
      if (answer.status === 204) return undefined;
      if (answer.status < 400 || answer.status >= 500) return away('The keys cannot be checked just now.');
      const headers = TOLD.flatMap((name) => {
        const value = answer.headers.get(name);
        return value === null ? [] : [[name, value]];
      });
      return {
        status: answer.status,
        headers: Object.fromEntries(headers) as Record<string, string>,
        body: (await answer.json()) as object,
      };
    } catch {
      return away('The keys cannot be checked just now.');
    }
  }
}

const away = (detail: string): Refusal => ({
  status: 503,
  headers: { 'retry-after': '2' },
  body: problemJson({
    code: 'unavailable',
    status: 503,
    title: 'A server behind this service cannot be reached',
    detail,
    fix: 'Send the request again as soon as Retry-After says.',
  }),
});
