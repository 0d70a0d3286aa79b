/**
 * All routes of the HTTP API. The door lets nothing else in, the OpenAPI document is made of this list, and a spec holds
 * it against the controllers: a route that is not here answers 404.
 */
import type { z } from 'zod';
import type { Scope } from '../../domain/api-key.js';
import type { ProblemCode } from './problems.js';
import { KeyRequest, LinkRequest, QrPngQuery, QrSvgQuery } from './schemas.js';
import type { AnswerName } from './schemas.js';

/** One route. */
export interface ApiRoute {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** With `{name}` for parameters. */
  readonly path: string;
  /** One line. */
  readonly does: string;
  /** More, in Markdown. */
  readonly more?: string;
  readonly needs: Scope | 'open';
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  readonly status: 200 | 201 | 202 | 204;
  /** What comes back; absent with 204 and for the media types in `types`. */
  readonly answers?: AnswerName;
  /** Media types of an answer that is no JSON object of ours. */
  readonly types?: readonly string[];
  /** Refusals of its own, beside those of every route (see openapi.ts). */
  readonly problems: readonly ProblemCode[];
  readonly examples?: { readonly body?: unknown; readonly answer?: unknown };
}

const SHOP = '/v1/shops/{shop}';
const REF = 'q1R5bmFtaWM';
const KEY = {
  key_id: '5f0c2a9b71de',
  shop: 'aurora',
  label: 'product pages',
  scopes: ['links:write'],
  created_at: 1_790_000_000_000,
  revoked_at: null,
  last_used_at: null,
};

export const API_ROUTES: readonly ApiRoute[] = [
  {
    method: 'POST',
    path: `${SHOP}/links`,
    does: 'Make the “notify me” link of a product page',
    more: 'The same request makes the same link, as long as the signing key stays: links can be made ahead and cached.',
    needs: 'links:write',
    body: LinkRequest,
    status: 201,
    answers: 'Link',
    problems: ['unknown_page', 'unknown_sku'],
    examples: {
      body: { kind: 'back_in_stock', sku: 'red-coat-m', locale: 'de_DE' },
      answer: {
        url: `https://m.me/1001?ref=${REF}`,
        ref: REF,
        html: `<a class="beckon-notify-me" href="https://m.me/1001?ref=${REF}" target="_blank" rel="nofollow noopener" lang="de-DE">Benachrichtigen</a>`,
        qr_svg: `/v1/shops/aurora/links/${REF}/qr.svg?page=1001`,
        qr_png: `/v1/shops/aurora/links/${REF}/qr.png?page=1001`,
      },
    },
  },
  {
    method: 'GET',
    path: `${SHOP}/links/{ref}/qr.svg`,
    does: 'The link as a QR code that scales',
    needs: 'open',
    query: QrSvgQuery,
    status: 200,
    types: ['image/svg+xml'],
    problems: ['unknown_link', 'unknown_page'],
  },
  {
    method: 'GET',
    path: `${SHOP}/links/{ref}/qr.png`,
    does: 'The link as a QR code for print and mail',
    needs: 'open',
    query: QrPngQuery,
    status: 200,
    types: ['image/png'],
    problems: ['unknown_link', 'unknown_page'],
  },
  {
    method: 'DELETE',
    path: `${SHOP}/shoppers/{shopper_id}`,
    does: 'Delete everything that is kept about a shopper',
    more: 'Their alerts end at once and nothing is sent to them any more, not even a goodbye. It cannot be undone. Asked for again, it answers the same receipt.',
    needs: 'shoppers:delete',
    status: 202,
    answers: 'DeletionReceipt',
    problems: ['unknown_shopper'],
    examples: {
      answer: {
        code: 'DEL-7K2M-9QXT-04BV',
        status_url: 'https://beckon.example/privacy/deletions/DEL-7K2M-9QXT-04BV',
        requested_at: 1_790_000_000_000,
      },
    },
  },
  {
    method: 'POST',
    path: `${SHOP}/keys`,
    does: 'Make an API key',
    more: 'The answer is the only one that tells the key. A key can hand on only scopes that it has itself.',
    needs: 'keys:write',
    body: KeyRequest,
    status: 201,
    answers: 'NewApiKey',
    problems: ['scope_not_yours'],
    examples: {
      body: { label: KEY.label, scopes: KEY.scopes },
      answer: { ...KEY, key: 'bk_aurora_5f0c2a9b71de_(48 hexadecimal digits)' },
    },
  },
  {
    method: 'GET',
    path: `${SHOP}/keys`,
    does: 'List the shop’s API keys, the youngest first',
    needs: 'keys:write',
    status: 200,
    answers: 'ApiKeys',
    problems: [],
    examples: { answer: { keys: [KEY] } },
  },
  {
    method: 'DELETE',
    path: `${SHOP}/keys/{key_id}`,
    does: 'Revoke an API key; the next request with it is refused',
    needs: 'keys:write',
    status: 204,
    problems: ['unknown_key_id'],
  },
];

const patterns = API_ROUTES.map(({ method, path }) => ({
  method,
  path,
  pattern: new RegExp(`^${path.replace(/[.]/g, '\\.').replace(/\{\w+\}/g, '[^/]+')}/?$`, 'i'),
}));

/** The methods that a path knows; none when it is no path of the API. */
export const methodsAt = (path: string): readonly string[] => [
  ...new Set(patterns.filter((p) => p.pattern.test(path)).map((p) => p.method)),
];
