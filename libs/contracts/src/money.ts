import { z } from 'zod';

/** An amount in minor units (cents, yen, fils: whatever the currency's smallest unit is) with its ISO 4217 code. */
export const Money = z.object({
  amount: z.int().min(0).meta({ description: 'minor units of the currency', 'x-unit': 'minor units' }),
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/)
    .describe('ISO 4217 code'),
});
export type Money = z.infer<typeof Money>;

const digits = new Map<string, number>();
const known = new Set(Intl.supportedValuesOf('currency'));

/** Whether ISO 4217 knows the code (as this Node's ICU data has it). */
export const isCurrency = (code: string): boolean => known.has(code);

/** Decimal places of a currency: 2 for EUR, 0 for JPY, 3 for KWD. Throws a RangeError for an unknown code. */
export function minorDigits(currency: string): number {
  let n = digits.get(currency);
  if (n === undefined) {
    if (!isCurrency(currency)) throw new RangeError(`unknown currency ${JSON.stringify(currency)}`);
    n = new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2;
    digits.set(currency, n);
  }
  return n;
}

/**
 * Reads a decimal string such as `"79.90"` into minor units without ever passing through a float.
 * Answers a sentence (not an exception) when the text is no exact amount of that currency.
 */
export function parseDecimal(text: string, currency: string): Money | { readonly fault: string } {
  if (!isCurrency(currency)) return { fault: `unknown currency ${JSON.stringify(currency)}` };
  const places = minorDigits(currency);
  const match = /^(\d{1,15})(?:\.(\d{1,9}))?$/.exec(text);
  if (!match) return { fault: `${JSON.stringify(text)} is not a decimal amount such as "79.90"` };
  const fraction = match[2] ?? '';
  if (/[1-9]/.test(fraction.slice(places))) return { fault: `${text} has more than ${places} decimals of ${currency}` };
  const amount = Number(match[1] + fraction.slice(0, places).padEnd(places, '0'));
  return Number.isSafeInteger(amount) ? { amount, currency } : { fault: `${text} ${currency} is too large` };
}

const formats = new Map<string, Intl.NumberFormat>();

/** `7990 EUR` in a locale: "€79.90", "79,90 €". */
export function formatMoney(money: Money, locale: string): string {
  return formatOf(money.currency, locale).format(money.amount / 10 ** minorDigits(money.currency));
}

/** Making a format costs a hundred times its use. Locales come from people's profiles, so they are not kept without end. */
function formatOf(currency: string, locale: string): Intl.NumberFormat {
  const key = `${currency} ${locale}`;
  let format = formats.get(key);
  if (!format) {
    if (formats.size >= 1000) formats.clear();
    format = new Intl.NumberFormat(locale, { style: 'currency', currency });
    formats.set(key, format);
  }
  return format;
}
