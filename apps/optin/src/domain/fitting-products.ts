import type { Offer } from '@beckon/contracts';
import type { SpokenRequest } from './read-request.js';
import { plainText } from './stop-words.js';
import type { Choice } from './outcome.js';

/** Most products that are offered to choose from. */
export const MOST_CHOICES = 10;

/** How a word is looked for at the beginning of words in titles: a plural "s" more or less is no other word. */
export const stemOf = (word: string): string => (word.length > 3 ? word.replace(/s$/, '') : word);

/**
 * The products that a text may mean, best first: those whose title has the most of its words, and of those the ones that
 * are called little else. Never one that has fewer of the words than another.
 */
export function fittingProducts(shop: string, request: SpokenRequest, offers: readonly Offer[]): Choice[] {
  const products = new Map<string, Offer[]>();
  for (const offer of offers)
    if (offer.shop === shop && offer.published && offer.title !== null)
      products.set(offer.product, [...(products.get(offer.product) ?? []), offer]);
  const rated = [...products].map(([product, mine]) => {
    const title = mine[0]?.title ?? '';
    const words = plainText(title).split(' ');
    const found = request.words.filter((w) => words.some((t) => t.startsWith(stemOf(w)))).length;
    return { product, title, soldOut: mine.every((o) => o.units === 0), found, share: found / words.length };
  });
  const most = Math.max(1, ...rated.map((r) => r.found));
  return rated
    .filter((r) => r.found === most)
    .sort((a, b) => b.share - a.share || (a.title < b.title ? -1 : 1) || (a.product < b.product ? -1 : 1))
    .slice(0, MOST_CHOICES)
    .map(({ product, title, soldOut }) => ({
      name: title,
      wish: {
        shop,
        product,
        sku: null,
        topic: null,
        // Where the text does not say, the only thing to wait for: what is sold out comes back, what is there gets cheaper.
        kind: request.kind ?? (soldOut ? 'back_in_stock' : 'price_drop'),
        threshold: null,
        locale: null,
        external_id: null,
      },
    }));
}
