import { describe, expect, it } from '@jest/globals';
import { offers } from '@beckon/contracts';
import type { Offer } from '@beckon/contracts';
import { fittingProducts } from './fitting-products.js';
import { readRequest } from './read-request.js';

const offer = (product: string, title: string | null, more: Partial<Offer> = {}): Offer => ({
  ...offers.example,
  ...{ sku: `${product}-1`, product, title, units: 0 },
  ...more,
});
const catalogue = [
  offer('red-coat', 'Red coat'),
  offer('red-coat', 'Red coat', { sku: 'red-coat-2', units: 3 }),
  offer('blue-coat', 'Blue Coat'),
  offer('red-scarf', 'Red scarf in wool', { units: 4 }),
  offer('jacke', 'Überjäckchen für Mädchen'),
  offer('gone', 'Red coat of last year', { published: false }),
  offer('unnamed', null),
  offer('other', 'Red coat', { shop: 'another' }),
];
const named = (text: string): string[] =>
  fittingProducts('aurora', readRequest(text), catalogue).map((c) => `${c.wish.product} ${c.wish.kind}`);

describe('what a free text asks for', () => {
  it.each<[string, ReturnType<typeof readRequest>]>([
    ['Tell me when the red coat is back!', { asks: true, kind: 'back_in_stock', words: ['red', 'coat'] }],
    ['let me know if the coat gets cheaper', { asks: true, kind: 'price_drop', words: ['coat'] }],
    [
      'Sagen Sie mir, wenn der rote Mantel wieder da ist',
      { asks: true, kind: 'back_in_stock', words: ['rote', 'mantel'] },
    ],
    ['Bescheid geben, wenn günstiger: Mantel', { asks: true, kind: 'price_drop', words: ['geben', 'mantel'] }],
    [
      'Prévenez-moi quand le manteau rouge est de retour',
      { asks: true, kind: 'back_in_stock', words: ['manteau', 'rouge'] },
    ],
    ['Avísame cuando vuelva el abrigo rojo', { asks: true, kind: 'back_in_stock', words: ['abrigo', 'rojo'] }],
    ['the red coat', { asks: false, kind: null, words: ['red', 'coat'] }],
    ['jeans 501', { asks: false, kind: null, words: ['jeans', '501'] }],
    ['Hello, how are you?', { asks: false, kind: null, words: [] }],
    ['', { asks: false, kind: null, words: [] }],
  ])('%s', (text, expected) => {
    const read = readRequest(text);
    expect({ asks: read.asks, kind: read.kind }).toEqual({ asks: expected.asks, kind: expected.kind });
    for (const word of expected.words) expect(read.words).toContain(word);
    if (expected.words.length === 0) expect(read.words).toEqual([]);
  });

  it('keeps eight words of an endless one', () => {
    expect(readRequest('lorem ipsum dolor amet '.repeat(900) + 'x'.repeat(9000)).words.length).toBeLessThanOrEqual(8);
  });
});

describe('the products that it may mean', () => {
  it.each<[string, string[]]>([
    ['tell me when the red coat is back', ['red-coat back_in_stock']],
    ['RED COATS?', ['red-coat price_drop']],
    ['coat', ['blue-coat back_in_stock', 'red-coat price_drop']],
    ['anything red, cheaper please', ['red-coat price_drop', 'red-scarf price_drop']],
    ['uberjackchen', ['jacke back_in_stock']],
    ['Überjäckchen', ['jacke back_in_stock']],
    ['umbrella', []],
    ['hello', []],
  ])('%s', (text, expected) => expect(named(text)).toEqual(expected));

  it('are at most ten, and always any size of a product: nothing is guessed', () => {
    const many = Array.from({ length: 30 }, (_, i) => offer(`coat-${String(i).padStart(2, '0')}`, `Coat ${i}`));
    const choices = fittingProducts('aurora', readRequest('coat'), many);
    expect(choices).toHaveLength(10);
    expect(choices[0]).toEqual({
      name: 'Coat 0',
      wish: {
        ...{ shop: 'aurora', product: 'coat-00', sku: null, topic: null, kind: 'back_in_stock' },
        ...{ threshold: null, locale: null, external_id: null },
      },
    });
  });
});
