/** Checks for settings: from the text of an environment variable to a typed value. Messages complete "NAME=…: ". */
import { z } from 'zod';

/** Any text that is not empty. */
export const text = (): z.ZodType<string> => z.string('must be given');

/** A whole number within bounds (both included). */
export function integer(o: { min?: number; max?: number } = {}): z.ZodType<number> {
  const min = o.min ?? Number.MIN_SAFE_INTEGER;
  const max = o.max ?? Number.MAX_SAFE_INTEGER;
  return z
    .string('must be given')
    .regex(/^-?\d+$/, 'must be a whole number')
    .transform(Number)
    .refine((n) => n >= min, `must be at least ${min}`)
    .refine((n) => n <= max, `must be at most ${max}`);
}

/** A number within bounds (both included), fractions allowed. */
export function decimal(o: { min?: number; max?: number } = {}): z.ZodType<number> {
  const min = o.min ?? -Number.MAX_VALUE;
  const max = o.max ?? Number.MAX_VALUE;
  return z
    .string('must be given')
    .regex(/^-?\d+(\.\d+)?$/, 'must be a number')
    .transform(Number)
    .refine((n) => n >= min, `must be at least ${min}`)
    .refine((n) => n <= max, `must be at most ${max}`);
}

/** A span of time in whole milliseconds. */
export const milliseconds = (o: { min?: number; max?: number } = {}): z.ZodType<number> =>
  integer({ min: o.min ?? 0, max: o.max });

/** A TCP port; 0 means "any free one". */
export const port = (): z.ZodType<number> => integer({ min: 0, max: 65535 });

/** true, false, 1 or 0. */
export const flag = (): z.ZodType<boolean> =>
  z.enum(['true', 'false', '1', '0'], 'must be true or false').transform((v) => v === 'true' || v === '1');

/** One of a closed list. */
export const oneOf = <const T extends readonly [string, ...string[]]>(values: T): z.ZodType<T[number]> =>
  z.enum(values, `must be one of ${values.join(', ')}`) as z.ZodType<T[number]>;

/** Comma-separated, at least one entry, blanks around entries dropped. */
export const list = (): z.ZodType<string[]> =>
  z
    .string('must be given')
    .transform((v) =>
      v
        .split(',')
        .map((entry) => entry.trim())
        .filter((entry) => entry !== ''),
    )
    .refine((entries) => entries.length > 0, 'must name at least one');

/** An address with one of the given schemes, e.g. `url('http', 'https')`. */
export const url = (...schemes: string[]): z.ZodType<string> =>
  z
    .string('must be given')
    .refine(
      (v) => URL.canParse(v) && schemes.includes(new URL(v).protocol.slice(0, -1)),
      `must be an address beginning with ${schemes.map((s) => `${s}://`).join(' or ')}`,
    );
