import { describe, expect, it } from '@jest/globals';
import { Kind } from '@beckon/contracts';
import { lengthOf } from '@beckon/messenger';
import { cut, wordAlert, type WordingFacts } from './word-alert.js';

const facts = (over: Partial<WordingFacts> = {}, offer: Partial<WordingFacts['offer']> = {}): WordingFacts => ({
  kind: 'back_in_stock',
  locale: 'en_US',
  shop: { name: 'Aurora', locale: 'en', templates: {} },
  ...over,
  offer: {
    title: 'Red coat',
    options: ['Size M'],
    price: { amount: 7990, currency: 'EUR' },
    units: 4,
    url: 'https://aurora.example/red-coat?size=m',
    ...offer,
  },
});
const text = (f: WordingFacts): string => {
  const worded = wordAlert(f);
  if (!worded.ok) throw new Error(worded.detail);
  return worded.text.replaceAll(/[\u00a0\u202f]/g, ' ');
};

describe('default wording', () => {
  it.each([
    ['back_in_stock', 'en_US', 'Good news: Red coat, Size M is back in stock at Aurora, for €79.90.'],
    ['back_in_stock', 'de_DE', 'Gute Nachricht: Red coat, Size M ist bei Aurora wieder da, für 79,90 €.'],
    ['back_in_stock', 'fr', 'Bonne nouvelle : Red coat, Size M est de retour chez Aurora, à 79,90 €.'],
    ['back_in_stock', 'es_ES', 'Buenas noticias: Red coat, Size M vuelve a estar disponible en Aurora, por 79,90 €.'],
    ['price_drop', 'en', 'The price fell: Red coat, Size M is now €79.90 at Aurora.'],
    ['price_drop', 'de', 'Der Preis ist gefallen: Red coat, Size M kostet bei Aurora jetzt 79,90 €.'],
    ['price_drop', 'fr_CH', 'Le prix a baissé : Red coat, Size M est maintenant à 79.90 € chez Aurora.'],
    ['price_drop', 'es', 'Ha bajado el precio: Red coat, Size M cuesta ahora 79,90 € en Aurora.'],
    ['low_stock', 'en', 'Only 4 left: Red coat, Size M at Aurora, €79.90.'],
  ] as const)('%s in %s', (kind, locale, words) => {
    expect(text(facts({ kind, locale }))).toBe(`${words}\nhttps://aurora.example/red-coat?size=m`);
  });

  it('exists for every kind in every language', () => {
    for (const kind of Kind.options)
      for (const locale of ['en', 'de', 'fr', 'es']) expect(wordAlert(facts({ kind, locale })).ok).toBe(true);
  });

  it.each([
    ['new_collection', 'en', 'It is here: Winter sale, new at Aurora.'],
    ['early_sale', 'en', 'It starts for you: Winter sale at Aurora.'],
    ['early_sale', 'de', 'Für dich geht es los: Winter sale bei Aurora.'],
    ['early_sale', 'fr', 'C’est parti pour vous : Winter sale chez Aurora.'],
    ['early_sale', 'es', 'Ya empieza para ti: Winter sale en Aurora.'],
  ] as const)('%s in %s needs no more than the name', (kind, locale, words) => {
    const topic = { title: 'Winter sale', options: [], price: null, units: null, url: null };
    expect(text(facts({ kind, locale }, topic))).toBe(words);
    for (const other of ['de', 'fr', 'es']) expect(wordAlert(facts({ kind, locale: other }, topic)).ok).toBe(true);
  });

  it('knows one from many', () => {
    expect(text(facts({ kind: 'low_stock', locale: 'de' }, { units: 1 }))).toContain('Nur noch ein Stück');
  });
});

describe('whose words', () => {
  const shop = {
    name: 'Aurora',
    locale: 'fr',
    templates: { back_in_stock: { de: 'Da: {name}', de_AT: 'Servus: {name}', fr: 'Voilà : {name}' } },
  };
  it.each([
    ['de_DE', 'Da: ', 'de', 'back_in_stock.shop'],
    ['de_AT', 'Servus: ', 'de-AT', 'back_in_stock.shop'],
    ['es_MX', 'Buenas noticias: ', 'es', 'back_in_stock'],
    ['pl_PL', 'Voilà : ', 'fr', 'back_in_stock.shop'],
  ])('%s', (locale, words, language, template) => {
    const worded = wordAlert(facts({ locale, shop }));
    expect(worded).toMatchObject({ ok: true, told: { locale: language, template, price_amount: 7990 } });
    expect(text(facts({ locale, shop })).startsWith(words)).toBe(true);
  });

  it('puts the link where the template wants it, and nowhere else', () => {
    const own = { ...shop, templates: { back_in_stock: { en: 'See {link} now' } } };
    expect(text(facts({ shop: own }))).toBe('See https://aurora.example/red-coat?size=m now');
  });

  it('takes what the shop says literally: no tags, no code', () => {
    expect(text(facts({}, { title: "<b>{x}</b> 'coat'" }))).toContain("<b>{x}</b> 'coat'");
  });
});

describe('fails closed', () => {
  it.each([
    ['no title', facts({}, { title: null }), 'name'],
    ['a blank title', facts({}, { title: '  ' }), 'name'],
    ['no price', facts({}, { price: null }), 'price'],
    ['uncounted stock', facts({ kind: 'low_stock' }, { units: null }), 'units'],
  ])('%s', (_, f, variable) => {
    expect(wordAlert(f)).toEqual({ ok: false, detail: `a value is missing: ${variable}` });
  });

  it('on a template that cannot be read, or that says nothing', () => {
    const withText = (en: string): WordingFacts =>
      facts({ shop: { name: 'A', locale: 'en', templates: { back_in_stock: { en } } } }, { url: null });
    expect(wordAlert(withText('{name'))).toEqual({ ok: false, detail: 'the template is not valid ICU MessageFormat' });
    expect(wordAlert(withText('{units, plural, =4 {} other {x}}'))).toMatchObject({ ok: false });
    expect(wordAlert(withText('{unknown}'))).toEqual({ ok: false, detail: 'a value is missing: unknown' });
  });

  it('without a link the text stands alone', () => {
    expect(text(facts({}, { url: null }))).not.toContain('\n');
  });
});

describe('length', () => {
  it('cuts the title first and keeps the link and the price', () => {
    const words = text(facts({}, { title: '👩‍👩‍👧'.repeat(600) }));
    expect(lengthOf(words)).toBeLessThanOrEqual(1999);
    expect(words).toContain('€79.90');
    expect(words.endsWith('\nhttps://aurora.example/red-coat?size=m')).toBe(true);
    expect(words).not.toMatch(/\u200d…/);
  });

  it('cuts a text that is long by itself before its link', () => {
    const shop = { name: 'A', locale: 'en', templates: { back_in_stock: { en: `${'word '.repeat(600)}{name}` } } };
    const words = text(facts({ shop }));
    expect(lengthOf(words)).toBeLessThanOrEqual(1999);
    expect(words).toMatch(/…\nhttps:/);
  });

  it('never cuts inside what a reader sees as one', () => {
    expect(cut('a\u0301a\u0301', 3)).toBe('a\u0301…');
    expect(cut('abc', 3)).toBe('abc');
    expect(cut('👩‍👩‍👧👩‍👩‍👧', 6)).toBe('👩‍👩‍👧…');
  });

  it('refuses a link that fits no message', () => {
    expect(wordAlert(facts({}, { url: `https://x/${'a'.repeat(2000)}` })).ok).toBe(false);
  });
});
