import { minorDigits } from '@beckon/contracts';
import { plainText } from './stop-words.js';
import type { Threshold } from './wish.js';

/** Words that may stand around a price: everything else makes a text no answer to the question for one. */
const AROUND = new Set(
  [
    'under below less than at most max maximum up to or for about please pls ok okay yes from if it is costs only price',
    'unter weniger als bis zu hochstens maximal ab fur bitte ja wenn nur preis euro euros',
    'moins de sous au plus jusqu a maximum pour si oui seulement prix d',
    'menos de por debajo hasta como maximo maximo para si precio solo',
    'off percent prozent pour cent por ciento rabatt reduction descuento discount cheaper gunstiger billiger moins cher',
    'dollar dollars pound pounds pfund livres libras franken francs francos yen',
  ]
    .join(' ')
    .split(' '),
);

/** Signs and names of currencies that people type; others are known by their ISO 4217 code. */
const SIGNS: Readonly<Record<string, readonly string[]>> = {
  '€': ['EUR'],
  $: ['USD', 'CAD', 'AUD', 'NZD', 'MXN', 'SGD', 'HKD', 'ARS', 'CLP', 'COP'],
  '£': ['GBP'],
  '¥': ['JPY', 'CNY'],
  '₹': ['INR'],
  '₩': ['KRW'],
  '₺': ['TRY'],
  zł: ['PLN'],
};
const NAMES: Readonly<Record<string, readonly string[]>> = {
  euro: ['EUR'],
  euros: ['EUR'],
  dollar: SIGNS['$'] ?? [],
  dollars: SIGNS['$'] ?? [],
  pound: ['GBP'],
  pounds: ['GBP'],
  yen: ['JPY'],
};

const NUMBER = /\d+(?:[.,]\d+)*/gu;
/** What groups thousands and is never anything else. */
const GROUPING = /(?<=\d)[\s'’](?=\d{3}(?!\d))/gu;

/**
 * Reads a price that a person typed, "80", "79,90 €", "under 80", or so many per cent less, "20 %", as an answer to the
 * question from which price on to be told. Undefined when it is none: no number or several, other words than those that
 * belong to a price, another currency, more decimals than the currency has, zero.
 * @param currency the currency of the offer; @param locale the shopper's, which says what "1.299" means.
 */
export function readAmount(text: string, currency: string, locale: string): Threshold | undefined {
  const typed = text.slice(0, 100).normalize('NFKC').replace(GROUPING, '');
  const [found, second] = typed.match(NUMBER) ?? [];
  if (found === undefined || second !== undefined) return undefined;
  const around = typed.replace(found, ' ');
  if (/[-−–]/u.test(around) || !fitsCurrency(around, currency)) return undefined;
  const words = plainText(around.replace(/%/g, ' ')).split(' ').filter(Boolean);
  if (!words.every((word) => AROUND.has(word) || word.toUpperCase() === currency || word === 'zł')) return undefined;
  if (/%|\b(?:percent|prozent|pour cent|por ciento)\b/iu.test(around)) return percentOf(found);
  const amount = minorUnits(found, minorDigits(currency), locale);
  return amount === undefined ? undefined : { type: 'at_most', amount, currency };
}

const percentOf = (digits: string): Threshold | undefined =>
  /^[1-9]\d?$/.test(digits) ? { type: 'percent', percent: Number(digits) } : undefined;

/** Whether what stands beside the number names no other currency than this one. */
function fitsCurrency(around: string, currency: string): boolean {
  const signs = Object.entries(SIGNS).filter(([sign]) => around.includes(sign));
  const names = around.toLowerCase().match(/\p{L}+/gu) ?? [];
  return [...signs.map(([, of]) => of), ...names.flatMap((n) => (NAMES[n] ? [NAMES[n]] : []))].every((of) =>
    of.includes(currency),
  );
}

/** "1.299,00" and "1,299.00" are told apart by which sign is last; a lone "1.299" by what the locale groups with. */
function minorUnits(digits: string, places: number, locale: string): number | undefined {
  const marks = [...digits.matchAll(/[.,]/g)];
  const last = marks.at(-1);
  if (!last) return wholeUnits(digits, '', places);
  const [before, after] = [digits.slice(0, last.index), digits.slice(last.index + 1)];
  const mixed = marks.some((m) => m[0] !== last[0]);
  const repeated = marks.filter((m) => m[0] === last[0]).length > 1;
  const groups = after.length === 3 && (repeated || (!mixed && (places < 3 || groupingOf(locale) === last[0])));
  if (repeated && !groups) return undefined;
  if (!isGrouped(groups ? digits : before)) return undefined;
  return groups ? wholeUnits(plainDigits(digits), '', places) : wholeUnits(plainDigits(before), after, places);
}

/** In threes; in India all but the last in twos. */
const isGrouped = (digits: string): boolean =>
  /^(?:\d+|\d{1,3}(?:[.,]\d{3})+|\d{1,2}(?:[.,]\d{2})*[.,]\d{3})$/.test(digits);
const plainDigits = (digits: string): string => digits.replace(/[.,]/g, '');

function wholeUnits(whole: string, fraction: string, places: number): number | undefined {
  if (fraction.length > places || whole.length > 12) return undefined;
  const amount = Number(whole + fraction.padEnd(places, '0'));
  return Number.isSafeInteger(amount) && amount > 0 ? amount : undefined;
}

function groupingOf(locale: string): string | undefined {
  return new Intl.NumberFormat(locale.replace('_', '-')).formatToParts(1_234_567).find((p) => p.type === 'group')
    ?.value;
}
