/** Parts of an OpenAPI 3.1 document, made of the zod schemas that check a service's inputs. */
import { z } from 'zod';

/** A JSON object. */
export type Json = Record<string, unknown>;

/** A parameter of a path: `{name}` in `path`. */
export const pathParameters = (path: string): Json[] =>
  [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));

/** Every field of the schema as a parameter of the query. */
export function queryParameters(query: z.ZodObject | undefined): Json[] {
  if (!query) return [];
  const { properties, required = [] } = jsonSchema(query, 'input') as {
    properties: Record<string, Json>;
    required?: readonly string[];
  };
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    in: 'query',
    ...(required.includes(name) && { required: true }),
    schema,
  }));
}

/** The reference to a schema under `components`. */
export const schemaRef = (name: string): Json => ({ $ref: `#/components/schemas/${name}` });

/** A schema in JSON Schema 2020-12, the dialect of OpenAPI 3.1. @param io what is sent to us, or what we answer */
export function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): Json {
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
