import { z } from 'zod';
import { isCurrency } from '../money.js';
import { isWild, parseJsonPath } from './json-path.js';

const Path = z
  .string()
  .max(300)
  .refine((path) => parseJsonPath(path) !== undefined, 'a path such as "$.stock.units", "$.lines[*]" or "@.price"');
const Scalar = z.union([z.string().max(500), z.number(), z.boolean()]);
const Value = z.union([Path, z.strictObject({ value: Scalar.describe('the same for every record') })]);
const Match = z.strictObject({
  path: Path,
  equals: z.array(Scalar).min(1).max(100).describe('true where the record holds one of these'),
});
const Flag = z.union([Path, Match, z.strictObject({ value: z.boolean() })]);

const fields = {
  items: Path.optional().describe('the list whose elements are one SKU each; paths that begin with "@" start at them'),
  only: z.array(Match).max(10).default([]).describe('records or items that hold something else are passed over'),
  sku: Value,
  product: Value.optional(),
  location: Value.optional().describe('where the units are; what can be sold is the sum of the locations'),
  units: z
    .strictObject({
      path: Path,
      as: z.enum(['whole', 'float']).default('whole').describe('float: cut to whole units; whole: 1.5 is a fault'),
      null: z.enum(['not_told', 'not_counted']).default('not_told').describe('what null says of the stock'),
      negative: z.enum(['fault', 'zero']).default('fault'),
      previous: Path.optional(),
    })
    .optional(),
  price: z
    .strictObject({
      path: Path,
      as: z
        .enum(['decimal', 'minor', 'float'])
        .describe('decimal: text such as "79.90"; minor: whole cents; float: a JSON number, rounded to the minor unit'),
      currency: Value.optional().describe('without it the shop’s'),
      previous: Path.optional(),
    })
    .optional(),
  version: Path.optional().describe('a counter that grows with each change of the SKU'),
  time: z
    .strictObject({ path: Path, as: z.enum(['rfc3339', 'seconds', 'milliseconds']) })
    .optional()
    .describe('when it changed; without it the record’s own time'),
  event_id: Path.optional().describe('without it the same bytes are the same event'),
  snapshot: Flag.optional().describe('true: this is how it is, not what happened'),
  published: Flag.optional(),
  title: Value.optional(),
  url: Value.optional(),
  image: Value.optional(),
  options: z.array(Value).max(20).optional(),
};

/** How the records of a source of format `json` are read: where each field lies, and how money and time are written. */
export const JsonMapping = z.strictObject(fields).superRefine((mapping, ctx) => {
  for (const [at, path] of pathsIn(mapping)) {
    const place = parseJsonPath(path);
    const fault = place && misplaced(at, place, mapping.items !== undefined);
    if (fault) ctx.addIssue({ code: 'custom', path: [...at], message: fault });
  }
  const currency = mapping.price?.currency;
  if (typeof currency === 'object' && !(typeof currency.value === 'string' && isCurrency(currency.value)))
    ctx.addIssue({
      code: 'custom',
      path: ['price', 'currency', 'value'],
      message: 'not an ISO 4217 code such as "EUR"',
    });
});
export type JsonMapping = z.output<typeof JsonMapping>;

/** Why a path cannot stand where it stands. */
function misplaced(
  at: readonly (string | number)[],
  place: NonNullable<ReturnType<typeof parseJsonPath>>,
  items: boolean,
) {
  if (at[0] === 'items') return place.from === 'item' ? 'begins with "$": the list lies in the record' : undefined;
  if (place.from === 'item' && !items) return '"@" is an element of `items`, which is not set';
  if (isWild(place) && at[0] !== 'options') return '[*] may stand in `items` and in `options` only';
  return undefined;
}

/** Every path of the mapping with its own place in the settings. Constants hold none. */
function pathsIn(node: unknown, at: readonly (string | number)[] = []): [readonly (string | number)[], string][] {
  if (typeof node === 'string') return /^[$@]/.test(node) ? [[at, node]] : [];
  if (typeof node !== 'object' || node === null || 'value' in node) return [];
  return Object.entries(node).flatMap(([key, inner]) =>
    key === 'equals' ? [] : pathsIn(inner, [...at, Array.isArray(node) ? Number(key) : key]),
  );
}
