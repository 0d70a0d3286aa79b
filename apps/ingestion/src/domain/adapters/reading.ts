/**
 * What the adapters share: from bytes to JSON, the checks that hold for every format, and faults that name the field.
 * Schemas name what they use and drop the rest (`z.object`): what a platform sends beside it, `__proto__` included, never
 * gets further than here.
 */
import { isCurrency, parseDecimal, type Money } from '@beckon/contracts';
import { z } from 'zod';
import type { AdapterResult, RecordFault } from '../offer-update.js';

/** An answer that says why a record cannot be read. */
export type Fault = Extract<AdapterResult, { ok: false }>;

/** Nothing in the record is for us. */
export const nothing: AdapterResult = { ok: true, updates: [] };

/** The fault in `field`, in the platform's own words. */
export const fault = (field: string, detail: string, code: RecordFault['code'] = 'invalid_field'): Fault => ({
  ok: false,
  fault: { code, field, detail },
});

/** The first thing that a schema did not take, with its path in the data. */
export function invalid(error: z.ZodError, within = ''): Fault {
  const issue = error.issues[0];
  const path = [...(within === '' ? [] : [within]), ...(issue?.path.map(String) ?? [])];
  return fault(path.join('.') || 'value', issue?.message ?? 'cannot be read');
}

/** The record's value as JSON in UTF-8, or the fault. Of a key that is there twice the last counts. */
export function readJson(value: Buffer | null): { readonly ok: true; readonly data: unknown } | Fault {
  if (value === null) return fault('value', 'the record has no value');
  try {
    return { ok: true, data: JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(value)) };
  } catch (error) {
    return fault('value', `not JSON in UTF-8: ${(error as Error).message.slice(0, 120)}`, 'not_json');
  }
}

/** Headers by their names in lower case: HTTP and Kafka tools write them as they like. */
export const lowerCased = (headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(headers).map(([name, text]) => [name.toLowerCase(), text]));

/** A broken clock must not outrank every later event: that far ahead of the log's own time, a time is a fault. */
export const MOST_AHEAD_MS = 86_400_000;

/** The fault of a time that no event can have, or undefined. `at` and `recordAt`: milliseconds since the epoch. */
export const aheadOfItsTime = (field: string, at: number, recordAt: number): Fault | undefined =>
  at > recordAt + MOST_AHEAD_MS ? fault(field, 'lies more than a day after the time of the record') : undefined;

/** Postgres stores neither NUL nor half a surrogate pair: refused here, else one record would stop its partition. */
export const storable = (text: string): boolean => !/[\p{Surrogate}\0]/u.test(text);

/** Text for people. */
export const text = (longest: number) =>
  z.string().max(longest).refine(storable, 'holds a character that is not valid Unicode text, or NUL');

/** Text that names something. */
export const name = text(250).min(1, 'must not be empty');

/** A platform's numeric id. JSON numbers past 2^53 have lost their last digits, so they are refused; strings may be longer. */
export const numericId = z.union(
  [
    z
      .int()
      .min(1)
      .transform((id) => String(id)),
    z.string().regex(/^[1-9]\d{0,29}$/),
  ],
  'not an id: a whole number above 0, and below 2^53 where it is no string',
);

const INSTANT = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d{1,12})?([Zz]|[+-]\d\d:?\d\d)$/;

/** A time in RFC 3339, with its offset, as milliseconds since the epoch. */
export const instant = z.string().transform((written, ctx): number => {
  const at = INSTANT.test(written) ? Date.parse(written) : Number.NaN;
  if (at >= 0) return at;
  ctx.addIssue({ code: 'custom', message: 'not a time such as "2026-11-23T10:15:30Z"' });
  return z.NEVER;
});

/** A currency that this Node knows. */
export const currencyCode = z.string().refine(isCurrency, 'not an ISO 4217 currency code such as "EUR"');

/** A decimal amount as text in `currency`; its faults name `field`. */
export function readAmount(amount: string, currency: string, field: string): Money | Fault {
  const money = parseDecimal(amount, currency);
  return 'fault' in money ? fault(field, money.fault) : money;
}

/** Whether reading gave a fault. */
export const isFault = (read: object): read is Fault => 'ok' in read && read.ok === false && 'fault' in read;
