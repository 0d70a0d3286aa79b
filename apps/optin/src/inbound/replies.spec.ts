import { expect, test } from '@jest/globals';
import { ShopSettings, exampleSettings } from '@beckon/contracts';
import type { Wish } from '../domain/wish.js';
import { factsOf } from './replies.js';

test('a topic that is over is one that the shop does not have any more', () => {
  const topic = {
    topic: 'sale',
    kind: 'early_sale',
    name: { en: 'Winter sale' },
    opens_at: 100,
    closes_at: 200,
  } as const;
  const settings = ShopSettings.parse({ ...exampleSettings, topics: [topic] });
  const wish: Wish = {
    ...{ shop: 'aurora', product: null, sku: null, topic: 'sale', kind: 'early_sale' },
    ...{ threshold: null, locale: null, external_id: null },
  };
  const called = (now: number) => factsOf(settings, [], now, null).item(wish).name;
  expect([called(0), called(199), called(200)]).toEqual(['Winter sale', 'Winter sale', null]);
});
