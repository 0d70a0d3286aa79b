/** Optin's and ingestion's HTTP API, as a shop's backend uses it while everything breaks: it repeats until it is answered. */
import { randomUUID } from 'node:crypto';
import type { Kind } from '../checker/evidence.js';
import type { LinkWanted } from '../load/prepare.js';
import type { Told } from '../load/tellers/teller.js';
import { rest } from './patience.js';
import { SandboxRefused } from './sandbox-client.js';

/** Whom to ask about what. */
export interface AskWanted {
  readonly shopper: string;
  readonly sku: string;
  readonly kind: Kind;
}

/** How long one attempt may take, and the pause after it, in milliseconds. */
const ATTEMPT_MS = 8_000;
const PAUSE_MS = 300;

export class ShopApi {
  constructor(
    private readonly urls: { readonly optinUrl: string; readonly ingestionUrl: string },
    private readonly token: string,
  ) {}

  /** A signed link; undefined while optin does not know the offer. */
  async link({ shop, sku, kind, threshold }: LinkWanted): Promise<string | undefined> {
    const answer = await this.post(`/v1/shops/${shop}/links`, { sku, kind, ...(threshold ? { threshold } : {}) });
    const body = (await answer.json()) as { ref?: string };
    return answer.ok ? body.ref : undefined;
  }

  /**
   * Asks until there is an answer, always under the same Idempotency-Key: however often, it is one question.
   * @throws SandboxRefused when Beckon refuses · Error when `signal` ends it
   */
  async ask(shop: string, what: AskWanted, signal: AbortSignal): Promise<void> {
    const key = { 'idempotency-key': randomUUID() };
    while (!signal.aborted) {
      const answer = await this.post(`/v1/shops/${shop}/asks`, what, key).catch(() => undefined);
      if (answer?.status === 202) return;
      // The attempt before may still be under way, or have died with its process.
      const text = (await answer?.text().catch(() => '')) ?? '';
      if (answer && answer.status < 500 && !text.includes('request_in_flight'))
        throw new SandboxRefused(text.slice(0, 300));
      await rest(PAUSE_MS, signal);
    }
    throw new Error('the load is over');
  }

  /** Tells how a shop's SKUs are, until Beckon says that it has taken it all; each attempt says how they are then. */
  async snapshot(shop: string, lines: () => readonly Told[], signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const body = lines().map((told) => `${JSON.stringify(lineOf(told))}\n`);
      const answer = await fetch(`${this.urls.ingestionUrl}/v1/shops/${shop}/snapshots?signals=open`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-ndjson', authorization: `Bearer ${this.token}` },
        signal: AbortSignal.timeout(2 * ATTEMPT_MS),
        body: body.join(''),
      }).catch(() => undefined);
      const told = (await answer?.text().catch(() => '')) ?? '';
      if (answer?.ok && told.includes('"type":"done"')) return;
      if (answer && answer.status >= 400 && answer.status < 500) throw new Error(`a snapshot was refused: ${told}`);
      await rest(PAUSE_MS, signal);
    }
  }

  private post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
    return fetch(this.urls.optinUrl + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${this.token}`, ...headers },
      signal: AbortSignal.timeout(ATTEMPT_MS),
      body: JSON.stringify(body),
    });
  }
}

/** A line of a snapshot. */
const lineOf = ({ sku, units, price, version }: Told): object => ({
  ...{ sku, product: `${sku}-product`, title: sku, units, version },
  price: { amount: price, currency: 'EUR' },
});
