/**
 * All routes of the HTTP API. The door lets nothing else in, the OpenAPI document is made of this list, and a spec holds
 * it against the controllers: a route that is not here answers 404.
 */
import type { z } from 'zod';
import type { Scope } from '../../domain/api-key.js';
import type { ProblemCode } from './problems.js';
import {
  AskRequest,
  ConsentsQuery,
  KeyRequest,
  LinkRequest,
  QrPngQuery,
  QrSvgQuery,
  ShopperQuery,
  TiersRequest,
} from './schemas.js';
import type { AnswerName } from './schemas.js';

/** One route. */
export interface ApiRoute {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
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
const SHOPPER_ID = 'shp_0f8a2d4c6b1e3f5a7c9d0b2e4f6a8c1d';
const ASK = {
  ask_id: 'ask_3c4d5e6f7a8b9c0d1e2f3a4b5c6d7e8f',
  state: 'requested',
  shop: 'aurora',
  page: '1001',
  shopper_id: SHOPPER_ID,
  kind: 'back_in_stock',
  product: 'red-coat',
  sku: 'red-coat-m',
  topic: null,
  requested_at: 1_790_000_000_000,
  expires_at: 1_790_000_600_000,
  sent_at: null,
  accepted_at: null,
};
const SUB = {
  sub_id: 'sub_9a8b7c6d5e4f3a2b1c0d9e8f7a6b5c4d',
  state: 'active',
  ended_reason: null,
  kind: 'price_drop',
  product: 'red-coat',
  sku: 'red-coat-m',
  topic: null,
  condition: { type: 'price_at_most', amount: 12_899, currency: 'EUR' },
  seen_price: { amount: 12_900, currency: 'EUR' },
  mode: 'once',
  locale: 'de_DE',
  tier: null,
  consented_at: 1_790_000_000_000,
  ended_at: null,
};
const SHOPPER = {
  shopper_id: SHOPPER_ID,
  shop: 'aurora',
  page: '1001',
  external_id: 'customer-4711',
  locale: 'de_DE',
  zone: 'Europe/Berlin',
  region: 'EU',
  tier: null,
  window_until: 1_790_086_400_000,
  stopped_at: null,
  suspended_at: null,
  updated_at: 1_790_000_000_000,
  rights: [{ kind: 'one_time', sub_id: SUB.sub_id, expires_at: 1_821_536_000_000 }],
  subscriptions: [SUB],
};
const CONSENTS = {
  shopper_id: SHOPPER_ID,
  shop: 'aurora',
  exported_at: 1_790_000_100_000,
  consents: [
    {
      ...SUB,
      evidence: [
        {
          event: 'optin:1790000000000:4f1d',
          at: 1_790_000_000_000,
          received_at: 1_790_000_000_350,
          shown: 'Nachricht, wenn günstiger: Red coat, Size M?',
          asked_by: 'one_time',
          tapped: 'notify_me',
          locale: 'de_DE',
          threshold: null,
          seen_price: SUB.seen_price,
          grant_id: 'grt_5d1c7e9b3a2f4d6c8e0a1b3c5d7f9e2b',
        },
      ],
      changes: [],
    },
  ],
  next: null,
};
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
    problems: ['unknown_page', 'unknown_sku', 'unknown_topic'],
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
    method: 'POST',
    path: `${SHOP}/asks`,
    does: 'Ask a shopper whether they want to be told',
    more: [
      'The shopper gets the question in Messenger and accepts by a tap; nothing begins before that. It may be put only',
      'while the shopper’s 24-hour window is open, and so often a day as the shop’s setting `bot.asks_per_day` says.',
    ].join('\n'),
    needs: 'asks:write',
    body: AskRequest,
    status: 202,
    answers: 'Ask',
    problems: [
      ...[
        'unknown_sku',
        'unknown_shopper',
        'ambiguous_shopper',
        'window_closed',
        'stopped',
        'suspended',
        'human_answering',
      ],
      ...[
        'already_asked',
        'too_many_asks',
        'asked_lately',
        'page_cannot_ask',
        'no_price',
        'price_not_lower',
        'topic_over',
      ],
    ] as const,
    examples: { body: { kind: 'back_in_stock', sku: 'red-coat-m', external_id: 'customer-4711' }, answer: ASK },
  },
  {
    method: 'GET',
    path: `${SHOP}/asks/{ask_id}`,
    does: 'What became of an ask',
    more: [
      'Messenger confirms a message by an echo (`sent`). A refusal of Messenger’s is not told here: an ask that stays',
      '`unconfirmed` most likely did not leave. Asks are known for 30 days, and go when their shopper is deleted.',
    ].join('\n'),
    needs: 'asks:write',
    status: 200,
    answers: 'Ask',
    problems: ['unknown_ask'],
    examples: { answer: { ...ASK, state: 'accepted', sent_at: 1_790_000_000_400, accepted_at: 1_790_000_009_000 } },
  },
  {
    method: 'GET',
    path: `${SHOP}/shoppers/{shopper_id}`,
    does: 'What is known of a shopper: state, rights to send, active requests',
    more: 'By `shopper_id`, or by your own customer id as `external_id:…`. No page-scoped id and no token is told.',
    needs: 'shoppers:read',
    query: ShopperQuery,
    status: 200,
    answers: 'Shopper',
    problems: ['unknown_shopper', 'ambiguous_shopper'],
    examples: { answer: SHOPPER },
  },
  {
    method: 'GET',
    path: `${SHOP}/shoppers/{shopper_id}/consents`,
    does: 'What a shopper consented to, with the evidence',
    more: [
      'Every request of the shopper, active and ended, with each tap: what was shown, what was tapped, the event, the',
      'time and the language. `download=true` answers all of them as a file.',
    ].join('\n'),
    needs: 'shoppers:read',
    query: ConsentsQuery,
    status: 200,
    answers: 'Consents',
    problems: ['unknown_shopper', 'ambiguous_shopper'],
    examples: { answer: CONSENTS },
  },
  {
    method: 'DELETE',
    path: `${SHOP}/shoppers/{shopper_id}`,
    does: 'Delete everything that is kept about a shopper',
    more: 'Their alerts end at once and nothing is sent to them any more, not even a goodbye. It cannot be undone. Asked for again by the `shopper_id`, it answers the same receipt.',
    needs: 'shoppers:delete',
    query: ShopperQuery,
    status: 202,
    answers: 'DeletionReceipt',
    problems: ['unknown_shopper', 'ambiguous_shopper'],
    examples: {
      answer: {
        code: 'DEL-7K2M-9QXT-04BV',
        status_url: 'https://beckon.example/privacy/deletions/DEL-7K2M-9QXT-04BV',
        requested_at: 1_790_000_000_000,
      },
    },
  },
  {
    method: 'PUT',
    path: `${SHOP}/tiers`,
    does: 'Say which customers are of which tier',
    more: [
      'For sales and collections that open early for a tier. Customers that are not named keep theirs. Who is known by the',
      'id, on any Page, has the tier at once on every request that is open; who follows a link that names it later has it',
      'then. The same again changes nothing, so repeat it after an error. Deleting a shopper forgets their tier.',
    ].join('\n'),
    needs: 'tiers:write',
    body: TiersRequest,
    status: 204,
    problems: [],
    examples: {
      body: [
        { external_id: 'customer-4711', tier: 'gold' },
        { external_id: 'customer-4712', tier: null },
      ],
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
  {
    method: 'GET',
    path: `${SHOP}/access/snapshots`,
    does: 'Whether the key may send snapshots',
    more: 'Ingestion asks this, with the key that it was given, before it takes `POST /v1/shops/{shop}/snapshots`.',
    needs: 'snapshots:write',
    status: 204,
    problems: [],
  },
  {
    method: 'GET',
    path: '/v1/openapi.json',
    does: 'This description',
    needs: 'open',
    status: 200,
    types: ['application/json'],
    problems: [],
  },
];

const patterns = API_ROUTES.map(({ method, path }) => ({
  method,
  path,
  pattern: new RegExp(`^${path.replace(/[.]/g, '\\.').replace(/\{\w+\}/g, '[^/]+')}/?$`, 'i'),
}));

/** What is at a path: the methods that it knows, and its template; no methods when it is no path of the API. */
export function routeAt(path: string): { readonly template: string; readonly methods: readonly string[] } {
  const mine = patterns.filter((p) => p.pattern.test(path));
  return { template: mine[0]?.path ?? 'unknown', methods: [...new Set(mine.map((p) => p.method))] };
}
