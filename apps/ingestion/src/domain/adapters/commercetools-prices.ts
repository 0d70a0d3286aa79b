/**
 * Prices of commercetools: which of the many that a SKU may have is the one that shoppers of the source pay, and how much.
 * A price may be meant for a country, a channel, a customer group or a time. Beckon tells one price per SKU: the one that
 * names the source's `channel` (as its country or as its distribution channel), or, without that setting, names neither.
 */
import { minorDigits, type Money } from '@beckon/contracts';
import { z } from 'zod';
import type { AdapterContext } from '../offer-update.js';
import { currencyCode, instant, name } from './reading.js';

/**
 * Money of commercetools as ours. `centAmount` is what a customer pays even where the price has more decimals
 * (`highPrecision`: `preciseAmount` beside it, and `fractionDigits` counts its decimals).
 */
export const centMoney = z
  .object({
    type: z.string().default('centPrecision'),
    centAmount: z.int().min(0),
    currencyCode,
    fractionDigits: z.int().min(0).max(20).optional(),
  })
  .transform((money, ctx): Money => {
    const { type, centAmount, currencyCode: currency, fractionDigits } = money;
    const digits = minorDigits(currency);
    const shift = type === 'highPrecision' || fractionDigits === undefined ? 0 : digits - fractionDigits;
    const amount = shift >= 0 ? centAmount * 10 ** shift : centAmount / 10 ** -shift;
    if (Number.isSafeInteger(amount)) return { amount, currency };
    ctx.addIssue({
      code: 'custom',
      path: ['centAmount'],
      message: `is no amount of ${currency} with ${digits} decimals`,
    });
    return z.NEVER;
  });

/** What is paid: the discounted value where a product discount is in force. */
export const discounted = z.object({ value: centMoney }).nullish();

const scope = {
  id: name,
  value: centMoney,
  discounted,
  country: z.string().max(20).nullish(),
  channel: z.object({ id: name }).nullish(),
  customerGroup: z.object({ id: z.string() }).nullish(),
  validFrom: instant.nullish(),
  validUntil: instant.nullish(),
};

/** A price that is kept with its product. */
export const ProductPrice = z.object(scope);
export type ProductPrice = z.output<typeof ProductPrice>;

/** A price that is kept by itself, for a SKU. */
export const StandalonePrice = z.object({ ...scope, sku: name, active: z.boolean().default(true) });

/** Whether shoppers of the source pay this price at the time (milliseconds since the epoch). */
export function applies(price: ProductPrice, { currency, channel }: AdapterContext, at: number): boolean {
  const meantFor = [price.country, price.channel?.id].filter((place) => place != null);
  return (
    price.value.currency === currency &&
    price.customerGroup == null &&
    (channel === undefined ? meantFor.length === 0 : meantFor.length === 1 && meantFor[0] === channel) &&
    (price.validFrom ?? 0) <= at &&
    (price.validUntil ?? Number.MAX_SAFE_INTEGER) > at
  );
}

/** The price that counts among several: one for a limited time goes before one without, as commercetools selects. */
export function chosen(prices: readonly ProductPrice[], context: AdapterContext, at: number): ProductPrice | undefined {
  const possible = prices.filter((price) => applies(price, context, at));
  return possible.find((price) => price.validFrom != null || price.validUntil != null) ?? possible[0];
}

/** What is paid for it. */
export const paid = (price: ProductPrice): Money => price.discounted?.value ?? price.value;
