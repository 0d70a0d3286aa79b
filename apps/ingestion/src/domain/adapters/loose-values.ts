/** What platforms write less strictly than we would: times without an offset, numbers as floats, flags as digits. */
import { minorDigits, type Money } from '@beckon/contracts';
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { fault, storable, type Fault } from './reading.js';

const ZONELESS = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d{1,9})?$/;

/** A time without an offset that its platform documents as UTC, `2026-11-01 10:00:00`, in milliseconds since the epoch. */
export const utcInstant = z.string().transform((written, ctx): number => {
  const at = ZONELESS.test(written) ? Date.parse(`${written.replace(' ', 'T')}Z`) : Number.NaN;
  if (at >= 0) return at;
  ctx.addIssue({ code: 'custom', message: 'not a time in UTC such as "2026-11-23 10:15:30"' });
  return z.NEVER;
});

/** Past that, a float in major units has no minor units left. */
const MOST_MAJOR = 1e13;

/**
 * A price that its format writes as a JSON number, rounded half up to the currency's minor unit. It goes by the number's
 * decimals, never by multiplying: 1.005 is 1.01 and 0.1 + 0.2 is 0.30. The fault names `field`.
 */
export function roundFloat(amount: number, currency: string, field: string): Money | Fault {
  if (!(amount >= 0 && amount < MOST_MAJOR)) return fault(field, 'not an amount of money: negative, or far too large');
  return roundDecimal(amount.toFixed(9), currency, field);
}

/**
 * A price as decimal text with more decimals than its currency may have (net prices, `DECIMAL(20,6)` columns), rounded
 * half up to the minor unit, as the shop itself shows it. The fault names `field`.
 */
export function roundDecimal(amount: string, currency: string, field: string): Money | Fault {
  const [, whole, decimals = ''] = /^(\d{1,13})(?:\.(\d{1,9}))?$/.exec(amount) ?? [];
  if (whole === undefined) return fault(field, 'not a decimal amount such as "79.90"');
  const billionths = BigInt(whole + decimals.padEnd(9, '0'));
  const minor = 10n ** BigInt(9 - minorDigits(currency));
  const rounded = Number((billionths + minor / 2n) / minor);
  return Number.isSafeInteger(rounded) ? { amount: rounded, currency } : fault(field, 'too large for its currency');
}

/** Units that can be sold of a quantity that may be broken or, where more was sold than there is, below zero. */
export const sellable = (quantity: number): number => Math.max(0, Math.floor(quantity));

/** A quantity as number or as text, `"10.0000"`. */
export const quantity = z
  .union([
    z.number(),
    z
      .string()
      .regex(/^-?\d{1,15}(\.\d{1,9})?$/, 'not a number')
      .transform(Number),
  ])
  .pipe(z.number().min(-1e15).max(1e15));

/** `true`, `1` and `"1"`, or `false`, `0` and `"0"`. */
export const flag = z.union([z.boolean(), z.literal([0, 1, '0', '1']).transform((digit) => Number(digit) === 1)]);

/** The platform's id of an event if it is one that can be kept, else an id of the bytes: the same bytes are the same event. */
export function eventIdOf(given: string | undefined, bytes: Buffer): string {
  if (given !== undefined && given !== '' && given.length <= 250 && storable(given)) return given;
  return `sha256:${createHash('sha256').update(bytes).digest('hex').slice(0, 32)}`;
}
