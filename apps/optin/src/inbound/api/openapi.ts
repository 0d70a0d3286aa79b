import { SCOPES } from '../../domain/api-key.js';
import { jsonSchema, pathParameters, queryParameters, schemaRef } from './openapi-parts.js';
import type { Json } from './openapi-parts.js';
import { PROBLEMS } from './problems.js';
import type { ProblemCode } from './problems.js';
import { API_ROUTES } from './routes.js';
import type { ApiRoute } from './routes.js';
import { ANSWERS } from './schemas.js';

/** What any route with a body, with a shop in its path, with a key, … may answer as well. */
function commonProblems(route: ApiRoute): ProblemCode[] {
  return [
    ...(route.body || route.query ? (['invalid_request'] as const) : []),
    ...(route.body ? (['malformed_json', 'body_too_large', 'unsupported_media_type'] as const) : []),
    ...(route.method === 'POST' ? (['request_in_flight', 'idempotency_key_reused'] as const) : []),
    ...(route.needs === 'open'
      ? []
      : (['key_missing', 'key_unknown', 'key_revoked', 'wrong_shop', 'scope_missing'] as const)),
    ...(route.path.includes('{shop}') ? (['unknown_shop', 'malformed_path'] as const) : []),
    ...(['rate_limited', 'starting', 'unavailable', 'internal'] as const),
  ];
}

/** The HTTP API as an OpenAPI 3.1 document. */
export function apiDocument(): object {
  const paths: Record<string, Json> = {};
  for (const route of API_ROUTES)
    paths[route.path] = { ...paths[route.path], [route.method.toLowerCase()]: operation(route) };
  const schemas = Object.entries(ANSWERS).map(([name, schema]) => [name, jsonSchema(schema, 'output')]);
  return {
    openapi: '3.1.0',
    info: {
      title: 'Beckon',
      version: '1',
      description: about,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: 'http://127.0.0.1:3001', description: 'optin beside `npm start`' }],
    security: [{ key: [] }],
    paths,
    components: {
      securitySchemes: {
        key: { type: 'http', scheme: 'bearer', bearerFormat: 'bk_<shop>_<id>_<secret>', description: keyHelp },
      },
      schemas: Object.fromEntries(schemas) as Json,
    },
  };
}

const about = [
  'Links, asks, shoppers and API keys of a shop. JSON in UTF-8; times are milliseconds since the epoch; money is in minor',
  'units. Within `/v1` fields and codes are only added: ignore what you do not know.',
  '',
  'Refusals are `application/problem+json` (RFC 9457): `code` is for programs, `detail`, `errors` and `fix` for whoever',
  'reads the log. The headers `RateLimit` and `RateLimit-Policy` tell how many calls are left.',
].join('\n');

const keyHelp = `An API key of the shop in the path, made by \`beckon keys create\`. Scopes: ${SCOPES.join(', ')}.`;

function operation(route: ApiRoute): Json {
  const idempotency = route.method === 'POST' ? [idempotencyKey] : [];
  const parameters = [...pathParameters(route.path), ...queryParameters(route.query), ...idempotency];
  const scope = route.needs === 'open' ? 'Needs no key.' : `Needs the scope \`${route.needs}\`.`;
  return {
    operationId: operationId(route),
    summary: route.does,
    description: [route.more, scope].filter(Boolean).join('\n\n'),
    ...(route.needs === 'open' && { security: [] }),
    ...(parameters.length > 0 && { parameters }),
    ...(route.body && {
      requestBody: {
        required: true,
        content: {
          'application/json': {
            schema: jsonSchema(route.body, 'input'),
            ...(route.examples?.body !== undefined && { example: route.examples.body }),
          },
        },
      },
    }),
    responses: { [route.status]: success(route), ...refusals(route) },
  };
}

const idempotencyKey: Json = {
  name: 'Idempotency-Key',
  in: 'header',
  description:
    'Makes the request safe to repeat: the same key with the same request gets the same answer for 24 hours. 1 to 255 visible ASCII characters, such as a UUID.',
  schema: { type: 'string', maxLength: 255 },
};

/** `POST /v1/shops/{shop}/links` is `postLinks`, `GET /v1/shops/{shop}/asks/{ask_id}` is `getAsksByAskId`. */
function operationId({ method, path }: ApiRoute): string {
  const words = path
    .replace(/^\/v1(\/shops\/\{shop\})?/, '')
    .replace(/\{(\w+)\}/g, 'by_$1')
    .split(/[^a-z]+/i)
    .filter(Boolean);
  return method.toLowerCase() + words.map((w) => w[0]!.toUpperCase() + w.slice(1)).join('');
}

function success({ status, answers, types, examples }: ApiRoute): Json {
  const description = { 200: 'As asked', 201: 'Made', 202: 'Taken on', 204: 'Done' }[status];
  if (types) return { description, content: Object.fromEntries(types.map((type) => [type, {}])) as Json };
  if (!answers) return { description };
  const example = examples?.answer === undefined ? {} : { example: examples.answer };
  return { description, content: { 'application/json': { schema: schemaRef(answers), ...example } } };
}

/** One entry per status, with every code that it can have and what to do about it. */
function refusals(route: ApiRoute): Json {
  const codes = [...new Set([...route.problems, ...commonProblems(route)])];
  const statuses = [...new Set(codes.map((code) => PROBLEMS[code].status))].sort((a, b) => a - b);
  return Object.fromEntries(
    statuses.map((status) => {
      const mine = codes.filter((code) => PROBLEMS[code].status === status);
      const lines = mine.map((code) => `- \`${code}\`: ${PROBLEMS[code].title}. ${PROBLEMS[code].fix}`);
      const examples = Object.fromEntries(
        mine.map((code) => {
          const { title, fix } = PROBLEMS[code];
          return [code, { value: { type: `urn:beckon:problem:${code}`, title, status, code, detail: title, fix } }];
        }),
      ) as Json;
      return [
        status,
        {
          description: lines.join('\n'),
          content: { 'application/problem+json': { schema: schemaRef('Problem'), examples } },
        },
      ];
    }),
  );
}
