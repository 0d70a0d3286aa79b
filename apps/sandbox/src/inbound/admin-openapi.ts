import { z } from 'zod';
import { OUTPUTS } from '../world/admin-output.js';
import { ADMIN_ROUTES } from './admin-routes.js';
import type { AdminRoute } from './admin-routes.js';

type Json = Record<string, unknown>;

/** The admin API as an OpenAPI 3.1 document, from the schemas that check its inputs. */
export function adminOpenApi(): object {
  const paths: Record<string, Json> = {};
  for (const route of ADMIN_ROUTES) paths[route.path] = { ...paths[route.path], [route.method]: operation(route) };
  const schemas = Object.entries(OUTPUTS).map(([name, schema]) => [name, jsonSchema(schema, 'output')]);
  return {
    openapi: '3.1.0',
    info: {
      title: 'Admin API of the Messenger sandbox',
      version: '1',
      description:
        'Makes Pages and people, lets people act, moves the clock, orders trouble and tells what truly happened. ' +
        'JSON in and out; times are milliseconds since the epoch. It asks for no credentials and refuses other web sites.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: 'http://127.0.0.1:3010', description: 'npm run sandbox' }],
    paths,
    components: { schemas: Object.fromEntries(schemas) as Json },
  };
}

function operation(route: AdminRoute): Json {
  const parameters = [...pathParameters(route.path), ...queryParameters(route.query)];
  return {
    operationId: operationId(route),
    summary: route.does,
    ...(parameters.length > 0 && { parameters }),
    ...(route.body && {
      requestBody: {
        required: !route.body.safeParse({}).success,
        content: { 'application/json': { schema: jsonSchema(route.body, 'input') } },
      },
    }),
    responses: {
      [route.status]: answer(route),
      '4XX': { description: 'Refused, with a reason', content: { 'application/json': { schema: ref('Error') } } },
    },
  };
}

/** `POST /admin/people/{psid}/tap-notify-me` is `postPeopleTapNotifyMe`. */
function operationId({ method, path }: AdminRoute): string {
  const words = path.replace('/admin', '').replace(/\{\w+\}/g, (name) => (path.endsWith(name) ? '-one' : ''));
  return method + words.replace(/[^a-z]+([a-z])/gi, (_, letter: string) => letter.toUpperCase());
}

function answer({ answers, status, type }: AdminRoute): Json {
  if (status === 204) return { description: 'Done' };
  if (type !== undefined) return { description: 'What was asked for', content: { [type]: { schema: {} } } };
  const schema = typeof answers === 'string' ? ref(answers) : { type: 'array', items: ref(answers?.[0] ?? 'Error') };
  return { description: status === 201 ? 'Made' : 'How it stands', content: { 'application/json': { schema } } };
}

function pathParameters(path: string): Json[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    ...{ name, in: 'path', required: true, schema: { type: 'string' } },
  }));
}

function queryParameters(query: z.ZodObject | undefined): Json[] {
  if (!query) return [];
  const { properties } = jsonSchema(query, 'input') as { properties: Record<string, Json> };
  return Object.entries(properties).map(([name, schema]) => ({ name, in: 'query', schema }));
}

function ref(name: string): Json {
  return { $ref: `#/components/schemas/${name}` };
}

function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { target: 'draft-2020-12', io }) as Json;
  return withoutNoise(rest) as Json;
}

/** Bounds that only say "a JavaScript integer" are noise to everybody else. */
function withoutNoise(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(withoutNoise);
  if (typeof node !== 'object' || node === null) return node;
  return Object.fromEntries(
    Object.entries(node)
      .filter(([, value]) => value !== Number.MAX_SAFE_INTEGER && value !== Number.MIN_SAFE_INTEGER)
      .map(([key, value]) => [key, withoutNoise(value)]),
  );
}
