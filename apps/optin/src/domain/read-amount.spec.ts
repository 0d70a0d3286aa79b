import { describe, expect, it } from '@jest/globals';
import { formatMoney, minorDigits } from '@beckon/contracts';
import fc from 'fast-check';
import { readAmount } from './read-amount.js';

const amount = (text: string, currency = 'EUR', locale = 'en'): number | string | undefined => {
  const read = readAmount(text, currency, locale);
  if (read?.type === 'percent') return `${read.percent} %`;
  return read?.type === 'at_most' && read.currency === currency ? read.amount : undefined;
};

describe('a price as people type it', () => {
  const prices: readonly [text: string, units: number, currency?: string, locale?: string][] = [
    ['80', 8000],
    ['79,90 €', 7990],
    ['79.90€', 7990],
    ['€79.90', 7990],
    ['EUR 79.9', 7990],
    ['under 80', 8000],
    ['Under 80 euros, please!', 8000],
    ['less than 80', 8000],
    ['unter 80', 8000, 'EUR', 'de'],
    ['höchstens 79,90 Euro', 7990, 'EUR', 'de'],
    ['moins de 80 €', 8000, 'EUR', 'fr'],
    ['jusqu’à 80', 8000, 'EUR', 'fr'],
    ['menos de 80 euros', 8000, 'EUR', 'es'],
    ['1.299', 129_900, 'EUR', 'de'],
    ['1,299', 129_900, 'EUR', 'en'],
    ['1.299', 129_900, 'EUR', 'en'],
    ['1.299,00', 129_900, 'EUR', 'en'],
    ['1,299.50 €', 129_950, 'EUR', 'de'],
    ['1 299,50', 129_950, 'EUR', 'fr'],
    ['1’299.50 CHF', 129_950, 'CHF', 'de_CH'],
    ['1.299.000', 129_900_000, 'EUR', 'de'],
    ['８０', 8000],
    ['¥ 8,000', 8000, 'JPY', 'ja'],
    ['1.250', 1250, 'KWD', 'en'],
    ['1.250', 1_250_000, 'KWD', 'de'],
    ['$80', 8000, 'CAD', 'en_CA'],
    ['80 dollars', 8000, 'USD'],
    ['80 zł', 8000, 'PLN', 'pl'],
    ['1,00,000', 10_000_000, 'INR', 'en_IN'],
  ];
  it.each(prices.map(([text, units, currency = 'EUR', locale = 'en']) => [text, units, currency, locale] as const))(
    '%j is %d minor units',
    (text, expected, currency, locale) => {
      expect(amount(text, currency, locale)).toBe(expected);
    },
  );

  it.each(['20 %', '20%', '20 percent', '20 Prozent', '20 pour cent', '20 % off', '-20'])('%j', (text) => {
    expect(amount(text)).toBe(text === '-20' ? undefined : '20 %');
  });

  it.each([
    ...['', 'hello', 'cheap', '0', '0,00', '-5', '80 90', '80-90', 'between 80 and 90', 'I have 2 kids'],
    ...['$80', '80 pounds', '80 USD', '79.9051', '1.2.345', '80.5.5', '1,2,3', '0 %', '100 %', '12.5 %', 'size 42'],
    ...['9'.repeat(40), '80 apples', '¥80'],
  ])('%j is none in euros', (text) => {
    expect(amount(text)).toBeUndefined();
  });

  it('is none with decimals of a currency that has none', () => {
    expect(amount('80.5', 'JPY')).toBeUndefined();
  });

  it('is what we would write it as, in every locale and currency', () => {
    const locales = ['en', 'de', 'fr', 'es', 'de_CH', 'en_IN', 'it', 'pt_BR', 'sv'];
    fc.assert(
      fc.property(
        fc.constantFrom(...locales),
        fc.constantFrom('EUR', 'USD', 'GBP', 'JPY', 'CHF'),
        fc.integer({ min: 1, max: 9_999_999 }),
        (locale, currency, units) => {
          const tag = locale.replace('_', '-');
          const written = new Intl.NumberFormat(tag, { minimumFractionDigits: minorDigits(currency) });
          const text = written.format(units / 10 ** minorDigits(currency));
          expect([text, amount(text, currency, locale)]).toEqual([text, units]);
        },
      ),
      { numRuns: 2000 },
    );
    expect(amount(formatMoney({ amount: 129_950, currency: 'EUR' }, 'fr'), 'EUR', 'fr')).toBe(129_950);
  });

  it('never throws, whatever is typed', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (text) => void amount(text)));
  });
});
