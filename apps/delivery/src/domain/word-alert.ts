import { formatMoney, type Kind, type Money } from '@beckon/contracts';
import { TEXT_MAX, lengthOf } from '@beckon/messenger';
import { IntlMessageFormat } from 'intl-messageformat';
import { DEFAULT_TEMPLATES, FALLBACK_LANGUAGE } from './default-templates.js';
import type { Told } from './ledger-row.js';

/** All that a text can be made of: the offer as it is now, and the shop's words. */
export interface WordingFacts {
  readonly kind: Kind;
  /** The shopper's locale, `de_DE` or `de`. */
  readonly locale: string;
  readonly shop: {
    readonly name: string;
    readonly locale: string;
    /** Per kind and locale, ICU MessageFormat. */
    readonly templates: Readonly<Partial<Record<Kind, Readonly<Record<string, string>>>>>;
  };
  readonly offer: {
    readonly title: string | null;
    readonly options: readonly string[];
    readonly price: Money | null;
    readonly units: number | null;
    readonly url: string | null;
  };
}

/** The text to send with what analysts want to know of it, or what is missing. */
export type Worded =
  { readonly ok: true; readonly text: string; readonly told: Told } | { readonly ok: false; readonly detail: string };

/**
 * Words one alert in the best language there is: the shopper's, else the shop's, else English; in each, the shop's
 * template before ours. Fails closed: a text that needs a value nobody has is not sent with a hole in it.
 * Shorter than Messenger's 2,000 characters; what is too long loses the end of its title, then of its text, at a
 * boundary that readers see as one (never inside an emoji or an accent), and never its link.
 */
export function wordAlert(f: WordingFacts): Worded {
  const chosen = chooseTemplate(f);
  const values = valuesFor(f, chosen.locale);
  try {
    const format = parsed(chosen.text, chosen.locale);
    const link = /\{\s*link\s*\}/.test(chosen.text) || f.offer.url === null ? '' : `\n${f.offer.url}`;
    const render = (v: Values): string => String(format.format(v)).trim();
    const text = fit(render, values, TEXT_MAX - lengthOf(link)) + link;
    if (text.trim() === '') return { ok: false, detail: 'the text is empty' };
    if (lengthOf(text) > TEXT_MAX) return { ok: false, detail: 'the link alone is too long' };
    const price = f.offer.price;
    return {
      ok: true,
      text,
      told: {
        template: chosen.template,
        locale: chosen.language,
        price_amount: price?.amount ?? null,
        price_currency: price?.currency ?? null,
      },
    };
  } catch (error) {
    return { ok: false, detail: faultOf(error) };
  }
}

interface Chosen {
  readonly template: string;
  readonly text: string;
  /** The locale as the template is filed under. */
  readonly language: string;
  /** For numbers, plurals and money: the shopper's own region where the language is theirs. */
  readonly locale: string;
}

function chooseTemplate(f: WordingFacts): Chosen {
  const own = new Map(Object.entries(f.shop.templates[f.kind] ?? {}).map(([k, v]) => [canonical(k), v]));
  const wanted = [f.locale, f.shop.locale, FALLBACK_LANGUAGE].map(canonical);
  for (const locale of wanted) {
    for (const language of [locale, languageOf(locale)]) {
      const text = own.get(language);
      if (text !== undefined) return { template: `${f.kind}.shop`, text, language, locale };
    }
    const text = DEFAULT_TEMPLATES[languageOf(locale)]?.[f.kind];
    if (text !== undefined) return { template: f.kind, text, language: languageOf(locale), locale };
  }
  throw new Error(`no default template for ${f.kind}`);
}

const canonical = (locale: string): string => {
  const [language = '', region] = locale.replace('_', '-').split('-');
  return region === undefined ? language.toLowerCase() : `${language.toLowerCase()}-${region.toUpperCase()}`;
};
const languageOf = (locale: string): string => locale.split('-')[0] ?? locale;

type Values = Record<string, string | number>;

/** Only what is known becomes a value, so that a template that uses more fails instead of saying "null". */
function valuesFor(f: WordingFacts, locale: string): Values {
  const { title, options, price, units, url } = f.offer;
  const values: Values = { shop: f.shop.name };
  if (title !== null && title.trim() !== '') {
    values['title'] = title;
    values['name'] = [title, ...options].join(', ');
  }
  if (options.length > 0) values['options'] = options.join(', ');
  if (price !== null) values['price'] = formatMoney(price, locale);
  if (units !== null) values['units'] = units;
  if (url !== null) values['link'] = url;
  return values;
}

const cache = new Map<string, IntlMessageFormat>();

/** Parsing costs a hundred times a rendering, and a shop has few templates. */
function parsed(text: string, locale: string): IntlMessageFormat {
  const key = `${locale}\0${text}`;
  let format = cache.get(key);
  if (!format) {
    if (cache.size >= 10_000) cache.clear();
    format = new IntlMessageFormat(text, locale, undefined, { ignoreTag: true });
    cache.set(key, format);
  }
  return format;
}

function fit(render: (v: Values) => string, values: Values, max: number): string {
  const text = render(values);
  const excess = lengthOf(text) - max;
  if (excess <= 0) return text;
  const shorter: Values = { ...values };
  for (const name of ['title', 'name'] as const) {
    const value = values[name];
    if (typeof value === 'string') shorter[name] = cut(value, Math.max(20, lengthOf(value) - excess));
  }
  return cut(render(shorter), max);
}

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** The text if it fits, else as many whole graphemes as fit before an ellipsis; lengths in code points. */
export function cut(text: string, max: number): string {
  if (lengthOf(text) <= max) return text;
  let kept = '';
  let length = 1;
  for (const { segment } of graphemes.segment(text)) {
    length += lengthOf(segment);
    if (length > max) break;
    kept += segment;
  }
  return `${kept.trimEnd()}…`;
}

function faultOf(error: unknown): string {
  const { code, message } = error as { code?: unknown; message?: unknown };
  if (code === 'MISSING_VALUE') return `a value is missing: ${/"([^"]+)"/.exec(String(message))?.[1] ?? 'unknown'}`;
  return 'the template is not valid ICU MessageFormat';
}
