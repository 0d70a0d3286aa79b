import type { z } from 'zod';
import { Problem } from './problems.js';
import type { FieldFault } from './problems.js';

/** The body, checked. @throws Problem naming every fault by its JSON pointer */
export function readBody<S extends z.ZodType>(schema: S, body: unknown): z.output<S> {
  return read(schema, body ?? {}, (path) => ({ pointer: pointerTo(path) }));
}

/** The query, checked. @throws Problem naming every fault by its parameter */
export function readQuery<S extends z.ZodType>(schema: S, query: unknown): z.output<S> {
  return read(schema, query, (path) => ({ parameter: String(path[0] ?? '') || '?' }));
}

function read<S extends z.ZodType>(
  schema: S,
  value: unknown,
  place: (path: readonly PropertyKey[]) => Omit<FieldFault, 'detail'>,
): z.output<S> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map((i) => ({ ...place(i.path), detail: i.message }));
  const detail = faults.map((f) => `${Object.values(f).slice(0, -1).join('')}: ${f.detail}`).join('; ');
  throw new Problem('invalid_request', detail, { faults });
}

/** RFC 6901, as a URI fragment. */
const pointerTo = (path: readonly PropertyKey[]): string =>
  `#${path.map((p) => `/${String(p).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')}`;
